/** A running lab as its own probes see it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckTarget, Identity } from '../check.ts'
import type { Lab } from '../host/lab.ts'
import type { Address, Certificate } from '../service.ts'

/** Whose certificates the probes show: no account's, so that nobody's own is mistaken for them. */
const PROBE = 'lab-check'

/** What of a target is certificates. */
export type Credentials = Pick<CheckTarget, 'authority' | 'identity' | 'refused'>

/** What the lab's authority vouches for, and what no service should take; nothing for a lab that has no authority, and gets none for this. */
export async function credentialsOf({ world, scenario }: Lab, state: string): Promise<Credentials> {
  if (!existsSync(join(state, 'certs'))) return {}
  const { certificates } = world
  const names = [PROBE]
  const [good, expired, server] = await Promise.all([
    certificates.issue({ names, purpose: 'client' }),
    certificates.issue({ names, purpose: 'client', flaw: 'expired' }),
    certificates.issue({ names: [scenario.domain], purpose: 'server' }),
  ])
  return {
    authority: good.authority,
    identity: identityOf(good),
    refused: { expired: identityOf(expired), purpose: identityOf(server) },
  }
}

/** The services of a kind, or all of them for a task that is no service's alone, with where each endpoint is now. */
export function liveTarget(lab: Lab, group: string, credentials: Credentials): CheckTarget {
  const { domain, accounts } = lab.scenario
  const instances = lab.status().filter(({ kind }) => group === 'scenario' || kind === group)
  const endpoints: Record<string, Address> = {}
  for (const { addresses } of instances)
    for (const { endpoint, address } of addresses) endpoints[endpoint] ??= address
  return { endpoints, domain, accounts, ...credentials }
}

function identityOf({ chain, key }: Certificate): Identity {
  return { certificate: chain, key }
}
