import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LabError, messageOf } from '../host/error.ts'
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
    let module: unknown
    try {
      module = await import(pathToFileURL(path).href)
    } catch (error) {
      throw new LabError((words) => words.serviceBroken(name, path, messageOf(error)), { cause: error })
    }
    const service: unknown =
      typeof module === 'object' && module !== null ? Reflect.get(module, 'service') : undefined
    if (!isService(service) || service.name !== name) {
      throw new LabError((words) =>
        words.serviceBroken(name, path, `export const service = defineService({ name: '${name}', … })`),
      )
    }
    return service
  }

  /** Loads all of them. */
  async loadAll(): Promise<Service[]> {
    return Promise.all(this.names().map((name) => this.load(name)))
  }
}

/** Whether a folder's export has what the host calls; the rest is TypeScript's to check. */
function isService(value: unknown): value is Service {
  if (typeof value !== 'object' || value === null) return false
  const has = (field: string, type: string): boolean => typeof Reflect.get(value, field) === type
  return (
    has('name', 'string') &&
    has('summary', 'object') &&
    has('config', 'object') &&
    has('endpoints', 'object') &&
    has('start', 'function')
  )
}
