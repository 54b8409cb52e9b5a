import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Checks } from '../check.ts'
import { LabError } from '../host/error.ts'
import { hasFields, importExport } from '../host/exported.ts'
import type { Service } from '../service.ts'
import { nearest } from '../kit/nearest.ts'

/** The services that there are: every folder with an `index.ts`, found by name and loaded when first asked for. */
export class Registry {
  readonly #entries = new Map<string, string>()

  /** Looks through the folders; the first that has a name keeps it. */
  constructor(folders: readonly string[]) {
    for (const folder of folders) {
      for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
        const path = join(folder, entry.name, 'index.ts')
        if (!this.#entries.has(entry.name) && existsSync(path)) this.#entries.set(entry.name, path)
      }
    }
  }

  /** The names of all services, in alphabetical order. */
  names(): string[] {
    return [...this.#entries.keys()].toSorted()
  }

  /** Loads a service; an unknown name or a folder that does not hold the contract is an error. */
  async load(name: string): Promise<Service> {
    const path = this.#entries.get(name)
    if (path === undefined) {
      const known = this.names()
      throw new LabError((words) => words.serviceUnknown(name, nearest(name, known), known), {
        blame: 'wrong',
      })
    }
    return importExport({
      service: name,
      path,
      name: 'service',
      is: (value): value is Service => isService(value) && value.name === name,
      form: `export const service = defineService({ name: '${name}', … })`,
    })
  }

  /** Loads what a service brings for graders; undefined if it brings nothing. */
  async loadChecks(name: string): Promise<Checks | undefined> {
    const path = join(dirname(this.#entries.get(name) ?? ''), 'checks.ts')
    if (!this.#entries.has(name) || !existsSync(path)) return undefined
    return importExport({
      service: name,
      path,
      name: 'checks',
      is: (value): value is Checks => hasFields(value, { verbs: 'object' }),
      form: 'export const checks: Checks = { verbs: { … }, suites: async () => ({ … }) }',
    })
  }

  /** Loads all of them. */
  async loadAll(): Promise<Service[]> {
    return Promise.all(this.names().map((name) => this.load(name)))
  }
}

function isService(value: unknown): value is Service {
  return hasFields(value, {
    name: 'string',
    summary: 'object',
    config: 'object',
    endpoints: 'object',
    start: 'function',
  })
}
