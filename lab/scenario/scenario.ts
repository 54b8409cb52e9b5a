import type { PlannedFault } from '../host/fault.ts'
import type { Service, Text } from '../service.ts'
import type { Files } from './files.ts'
import type { Variables } from './fill.ts'
import type { PlannedTask } from './task.ts'

/** One service as a scenario wants it. */
export interface Instance {
  /** The key in the scenario. */
  readonly name: string
  readonly service: Service
  /** What the service's own schema made of it. */
  readonly config: unknown
  /** Ports of its own, by endpoint. */
  readonly ports: Readonly<Record<string, number>>
  /** The files as this instance reads them. */
  readonly files: Files
}

/** A scenario, validated, for one student at one address. */
export interface Scenario {
  /** The name of its folder or file. */
  readonly name: string
  readonly title: Text
  readonly summary: Text | undefined
  readonly student: string
  readonly domain: string
  /** Where clients reach the lab. */
  readonly address: string
  readonly accounts: readonly { readonly name: string; readonly password: string }[]
  readonly instances: readonly Instance[]
  readonly faults: readonly PlannedFault[]
  readonly tasks: readonly PlannedTask[]
  /** The names of the suites that grade a server of the student's own. */
  readonly suites: readonly string[]
  readonly variables: Variables
  /** The scenario files that it was made from, its own first. */
  readonly sources: readonly string[]
}
