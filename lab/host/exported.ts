import { pathToFileURL } from 'node:url'
import { LabError, messageOf } from './error.ts'

/** What a file of a service exports under one name. */
export interface Export<Value> {
  /** The service, for messages. */
  readonly service: string
  readonly path: string
  readonly name: string
  /** Whether it has what the lab calls; the rest is TypeScript's to check. */
  readonly is: (value: unknown) => value is Value
  /** How the export looks when it is right, for messages. */
  readonly form: string
}

/** Loads the file and takes its export; throws a LabError if the file cannot be loaded or exports something else. */
export async function importExport<Value>(wanted: Export<Value>): Promise<Value> {
  const { service, path, name, is, form } = wanted
  let module: unknown
  try {
    module = await import(pathToFileURL(path).href)
  } catch (error) {
    throw new LabError((words) => words.serviceBroken(service, path, messageOf(error)), { cause: error })
  }
  const value: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, name) : undefined
  if (is(value)) return value
  throw new LabError((words) => words.serviceBroken(service, path, form))
}

/** True for an object whose fields are of these types, as `typeof` tells them. */
export function hasFields(
  value: unknown,
  fields: Readonly<Record<string, 'string' | 'object' | 'function'>>,
): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(fields).every(([field, type]) => typeof Reflect.get(value, field) === type)
}
