/** Runs a person's server for grading: in a copy of its folder, with limits, and with an end to all that it has started. */
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError, messageOf } from '../host/error.ts'
import { addressText } from '../kit/address.ts'
import type { Address, Text } from '../service.ts'
import type { Flag } from './model.ts'
import { copyProgram } from './program-copy.ts'
import { layFiles } from './program-files.ts'
import { endProcess, killMarked, MARK, startProcess } from './program-process.ts'
import { freePort, listens } from './program-port.ts'

/** Milliseconds that a program gets to listen. */
const PATIENCE = 10_000

/** Milliseconds that a program gets to end by itself. */
const GRACE = 300

/** Milliseconds for the news of its end. */
const SETTLING = 100

/** Octets of its standard error that the report shows, the last ones. */
const TAIL = 2000

/** How a program is run. */
export interface ProgramOptions {
  /** For a shell; `{port}` stands for the port of the main endpoint, `{port:NAME}` for that of another one. */
  readonly command: string
  /** What is copied, and where in the copy it runs. */
  readonly folder: string
  /** The endpoints that it may serve, the main one first. */
  readonly endpoints: Readonly<Record<string, { readonly transport: 'tcp' | 'udp' | 'both' }>>
  /** Where it will listen; a port is chosen for the main endpoint, and for those that the command names, if it is empty. */
  readonly addresses: Readonly<Record<string, Address>>
  readonly limits: ProgramLimits
  /** What the copy gets besides, by path; what stands there has to give way. */
  readonly files?: Readonly<Record<string, string | Buffer>>
}

/** What a program may use. */
export interface ProgramLimits {
  /** Seconds of processor time of each process. */
  readonly seconds: number
  /** Octets of memory of each process, where the system holds it to that. */
  readonly memory: number
  /** Octets on standard output and error. */
  readonly output: number
}

/** Why a program does not serve. */
export class ProgramError extends Error {
  readonly text: Text

  constructor(said: Text) {
    super(said.en)
    this.name = 'ProgramError'
    this.text = said
  }
}

/** A program under way. */
export class Program implements AsyncDisposable {
  readonly addresses: Readonly<Record<string, Address>>
  readonly #child: ChildProcess
  readonly #scratch: string
  /** The person's files that others stand in for. */
  readonly #replaced: readonly string[]
  /** Marks all that it starts, by the environment. */
  readonly #mark: string
  readonly #begun = performance.now()
  #tail = ''
  #octets = 0
  #isFlooding = false
  #isStopped = false
  #end: Text | undefined

  /** Copies the folder and starts the program; `ready` tells when it listens. */
  static async start(options: ProgramOptions): Promise<Program> {
    const scratch = await mkdtemp(join(tmpdir(), 'telelab-grade-'))
    try {
      await copyProgram(options.folder, join(scratch, 'copy'))
      const replaced = await layFiles(join(scratch, 'copy'), options.files ?? {})
      return new Program(options, await addressesOf(options), { scratch, replaced })
    } catch (error) {
      await rm(scratch, { recursive: true, force: true })
      throw error
    }
  }

  private constructor(
    options: ProgramOptions,
    addresses: Program['addresses'],
    { scratch, replaced }: { readonly scratch: string; readonly replaced: readonly string[] },
  ) {
    const { limits } = options
    this.addresses = addresses
    this.#scratch = scratch
    this.#replaced = replaced
    this.#mark = randomUUID()
    this.#child = startProcess({
      command: commandOf(options, addresses),
      folder: join(scratch, 'copy'),
      scratch,
      limits,
      environment: environmentOf(addresses, scratch, this.#mark),
    })
    this.#child.on('error', (error) => {
      this.#end = {
        en: `it cannot be started: ${messageOf(error)}`,
        es: `no se puede arrancar: ${messageOf(error)}`,
      }
    })
    this.#child.on('exit', (code, signal) => (this.#end ??= endText(code, signal)))
    this.#child.stdin?.on('error', () => undefined)
    this.#child.stdout?.on('data', (octets: Buffer) => this.#count(octets, limits))
    this.#child.stderr?.on('data', (octets: Buffer) => {
      this.#tail = (this.#tail + octets.toString('latin1')).slice(-TAIL)
      this.#count(octets, limits)
    })
  }

  /** Resolves when it listens everywhere; rejects with a ProgramError if it does not in time, or has ended. */
  async ready(endpoints: ProgramOptions['endpoints'], signal: AbortSignal): Promise<void> {
    for (const [endpoint, address] of Object.entries(this.addresses)) {
      const transport = endpoints[endpoint]?.transport ?? 'tcp'
      while (!(await listens(address, transport))) {
        if (this.#end !== undefined) throw new ProgramError(notListening(address, this.#end))
        if (performance.now() - this.#begun > PATIENCE || signal.aborted)
          throw new ProgramError(notListening(address, undefined))
        await sleep(20)
      }
    }
    // Another program may hold the port that this one wanted.
    await sleep(20)
    const [first] = Object.values(this.addresses)
    if (this.#end !== undefined && first !== undefined) throw new ProgramError(notListening(first, this.#end))
  }

  /** Resolves when it has ended, or has had the time to: its end is heard of a little later than its silence. */
  async settle(): Promise<void> {
    for (let waited = 0; this.#end === undefined && waited < SETTLING; waited += 10) await sleep(10)
  }

  /** What the report tells of it: files that others stood in for, its end, if it has ended by itself, and the last that it said. */
  flags(): Flag[] {
    const flood: Text = {
      en: 'it wrote more than it may, and was ended',
      es: 'escribió más de lo permitido y se terminó',
    }
    const end = this.#isFlooding ? flood : this.#end
    // Octets that are UTF-8 are shown as that.
    const said = Buffer.from(this.#tail, 'latin1').toString('utf8').trim()
    return [
      ...(this.#replaced.length === 0
        ? []
        : [{ kind: 'files-replaced', text: replacedText(this.#replaced) }]),
      ...(end === undefined ? [] : [{ kind: 'program-ended', text: end }]),
      ...(said === '' ? [] : [{ kind: 'program-said', text: { en: said, es: said } }]),
    ]
  }

  /** Ends it with all that it has started, and removes the copy; twice is once. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#child.removeAllListeners('exit')
    const isRunning =
      this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined
    if (isRunning) {
      const end = once(this.#child, 'exit')
      endProcess(this.#child, 'SIGTERM')
      await Promise.race([end, sleep(GRACE)])
    }
    endProcess(this.#child, 'SIGKILL')
    await killMarked(this.#mark)
    for (const stream of this.#child.stdio) stream?.destroy()
    await rm(this.#scratch, { recursive: true, force: true, maxRetries: 5 })
  }

  #count(octets: Buffer, limits: ProgramLimits): void {
    this.#octets += octets.length
    if (this.#octets <= limits.output || this.#isFlooding) return
    this.#isFlooding = true
    endProcess(this.#child, 'SIGKILL')
  }
}

/** Where it will listen: as it was said, else on ports that are chosen. */
async function addressesOf({ command, endpoints, addresses }: ProgramOptions): Promise<Program['addresses']> {
  if (Object.keys(addresses).length > 0) return addresses
  const names = Object.keys(endpoints)
  const named = [...command.matchAll(/\{port:([^}]*)\}/g)].map(([, name = '']) => name)
  const unknown = named.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new LabError((words) => `{port:${unknown}}: ${words.valueUnknown(unknown, undefined, names)}`, {
      blame: 'wrong',
    })
  const isMainNamed = named.length === 0 || command.includes('{port}')
  const wanted = new Set([...(isMainNamed ? names.slice(0, 1) : []), ...named])
  const chosen: [string, Address][] = []
  for (const name of wanted) chosen.push([name, { host: '127.0.0.1', port: await freePort() }])
  return Object.fromEntries(chosen)
}

function commandOf({ command, endpoints }: ProgramOptions, addresses: Program['addresses']): string {
  const [main = ''] = Object.keys(endpoints)
  return command.replaceAll(/\{port(?::([^}]*))?\}/g, (whole, name: string = main) => {
    return String(addresses[name]?.port ?? whole)
  })
}

/** Nothing of the grader's own environment but where programs are and the language: it may hold secrets. */
function environmentOf(
  addresses: Program['addresses'],
  scratch: string,
  mark: string,
): Record<string, string> {
  const [main] = Object.values(addresses)
  const ports = Object.entries(addresses).map(([name, { port }]) => [
    `PORT_${name.toUpperCase().replaceAll(/\W/g, '_')}`,
    String(port),
  ])
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: process.env['LANG'] ?? 'C.UTF-8',
    HOME: scratch,
    TMPDIR: scratch,
    [MARK]: mark,
    ...(main !== undefined && { PORT: String(main.port) }),
    ...Object.fromEntries(ports),
  }
}

function endText(code: number | null, signal: string | null): Text {
  return signal === null
    ? { en: `it ended by itself with exit code ${code}`, es: `terminó por sí mismo con el código ${code}` }
    : { en: `it was ended by ${signal}`, es: `lo terminó ${signal}` }
}

function replacedText(names: readonly string[]): Text {
  const list = names.join(', ')
  return {
    en: `in the copy that was graded, files of the suite stand in place of yours: ${list}`,
    es: `en la copia que se corrigió, hay ficheros de la batería en lugar de los tuyos: ${list}`,
  }
}

function notListening(address: Address, end: Text | undefined): Text {
  const where = addressText(address)
  return {
    en: `the program does not listen on ${where}${end === undefined ? ` within ${PATIENCE / 1000} s` : `: ${end.en}`}`,
    es: `el programa no escucha en ${where}${end === undefined ? ` en ${PATIENCE / 1000} s` : `: ${end.es}`}`,
  }
}
