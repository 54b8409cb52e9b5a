/** A solution as steps, of which a mutant leaves one out or takes it wrongly. */
import type { Mutant, SolvedLab } from '../../lab/solution.ts'
import type { Address, Text } from '../../lab/service.ts'

/** Where a step speaks to. */
export type Servers = Readonly<Record<string, Address>>

/** One thing that a student does. */
export interface Step {
  /** The endpoints that it talks to; where the scenario has one of them not, there is nothing to do. */
  readonly at: readonly string[]
  run(lab: SolvedLab, servers: Servers): Promise<void>
}

/** What is done, in this order. */
export type Steps = Readonly<Record<string, Step>>

/** A step that does nothing. */
export const skipped: Step = { at: [], run: () => Promise.resolve() }

/** Takes the steps one after the other. */
export async function walk(steps: Steps, lab: SolvedLab): Promise<void> {
  for (const step of Object.values(steps)) {
    const { at } = step
    const servers: Record<string, Address> = {}
    for (const endpoint of at) {
      const address = lab.at(endpoint)
      if (address !== undefined) servers[endpoint] = address
    }
    if (at.every((endpoint) => servers[endpoint] !== undefined)) await step.run(lab, servers)
  }
}

/** Makes mutants of a solution: what is wrong, the tasks that fail for it, and the steps that are taken instead. */
export function mutantsOf(
  steps: Steps,
  wrong: Readonly<Record<string, readonly [says: Text, fails: readonly string[], changes: Steps]>>,
): readonly Mutant[] {
  return Object.entries(wrong).map(([id, [says, fails, changes]]) => ({
    id,
    says,
    fails,
    solve: (lab) => walk({ ...steps, ...changes }, lab),
  }))
}

/** The server of an endpoint that the step has asked for. */
export function server(servers: Servers, endpoint: string): Address {
  const address = servers[endpoint]
  if (address === undefined) throw new Error(`the step has not asked for ${endpoint}`)
  return address
}

/** The account of that place in the scenario, with its address. */
export function account(
  { accounts, domain }: SolvedLab,
  index: number,
): { readonly name: string; readonly password: string; readonly address: string } {
  const found = accounts[index]
  if (found === undefined) throw new Error(`there is no account ${index}`)
  return { ...found, address: `${found.name}@${domain}` }
}
