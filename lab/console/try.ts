import { hostText } from '../kit/address.ts'
import { fillText } from '../scenario/fill.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** What a person may type to try an endpoint that listens on the port, filled in; undefined if its service names nothing. */
export function tryLine(
  scenario: Scenario,
  instance: string,
  endpoint: string,
  port: number,
): string | undefined {
  const { service } = scenario.instances.find(({ name }) => name === instance) ?? {}
  const line = service?.endpoints[endpoint]?.try
  if (line === undefined) return undefined
  const host = line.includes('://') ? hostText(scenario.address) : scenario.address
  return fillText(line, { ...scenario.variables, host, port }, { file: '', line: 1, column: 1 }).text
}
