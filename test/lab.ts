import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { PortMode } from '../lab/host/bind.ts'
import { Lab } from '../lab/host/lab.ts'
import { loadScenario, type Loaded } from '../lab/scenario/load.ts'
import { Registry } from '../lab/scenario/registry.ts'
import type { Logger } from '../lab/service.ts'

const root = resolve(import.meta.dirname, '..')

/** How a test's lab differs from the usual one. */
export interface TestLabOptions {
  /** Files that the scenario brings, by path. */
  readonly files?: Readonly<Record<string, string | Buffer>>
  readonly student?: string
  /** Where clients will reach the lab; 127.0.0.1 if not given. */
  readonly address?: string
  /** Where it listens; 127.0.0.1 if not given. */
  readonly bind?: string
  /** `any` if not given. */
  readonly ports?: PortMode
  /** More folders of services. */
  readonly services?: readonly string[]
  readonly log?: (name: string) => Logger
  /** A seed for the lab's random source. */
  readonly seed?: string
  /** False leaves it stopped. */
  readonly start?: boolean
}

/** A lab in a folder of its own that goes with it. */
export class TestLab extends Lab {
  readonly #folder: string
  readonly stateFolder: string

  constructor(options: ConstructorParameters<typeof Lab>[0], folder: string) {
    super(options)
    this.#folder = folder
    this.stateFolder = options.state
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** A folder that goes at the end of the test. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'telelab-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

/** Reads a scenario file with the shipped services and those of more folders. */
export function readScenario(file: string, options: TestLabOptions = {}): Promise<Loaded> {
  const registry = new Registry([join(root, 'services'), ...(options.services ?? [])])
  return loadScenario(file, {
    registry,
    folders: [join(root, 'scenarios')],
    student: options.student,
    address: options.address ?? '127.0.0.1',
  })
}

/** Starts a lab from the text of a scenario (a title is added if it has none); throws with all problems if it is wrong. */
export async function openLab(scenario: string, options: TestLabOptions = {}): Promise<TestLab> {
  const folder = mkdtempSync(join(tmpdir(), 'telelab-test-'))
  const source = /^title:/m.test(scenario) ? scenario : `title: Test\n${scenario}`
  writeFiles(folder, { ...options.files, 'scenario.yaml': source })
  const loaded = await readScenario(join(folder, 'scenario.yaml'), options)
  if (loaded.scenario === undefined) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(
      loaded.problems
        .map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message.en}`)
        .join('\n'),
    )
  }
  const { bind, log, seed } = options
  const lab = new TestLab(
    {
      scenario: loaded.scenario,
      state: join(folder, '.lab'),
      ports: options.ports ?? 'any',
      ...(bind !== undefined && { bind }),
      ...(log && { log }),
      ...(seed !== undefined && { seed }),
    },
    folder,
  )
  try {
    if (options.start !== false) await lab.start()
  } catch (error) {
    await lab[Symbol.asyncDispose]()
    throw error
  }
  return lab
}
