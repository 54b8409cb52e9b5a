/** What a student's browser does on the secure web, as a real client over real sockets. */
import type { SolvedLab } from '../../../lab/solution.ts'
import { ask, type Type } from '../../clients/dns.ts'
import { visitSecurely, type SecureVisit } from '../../clients/https.ts'
import { account, server, walk, type Step } from '../../clients/steps.ts'

/** Asks for the address of a name of the domain. */
export function asking(name: string, type: Type = 'A'): Step {
  return {
    at: ['dns'],
    run: async ({ domain }, servers) => {
      await ask(server(servers, 'dns'), `${name}.${domain}`, type)
    },
  }
}

/** One visit of a browser: where to, and how. */
export interface Visit extends Partial<Pick<SecureVisit, 'path' | 'newest'>> {
  /** Whether the session of the visit before is resumed. */
  readonly resumes?: boolean
}

/** Visits as the account of that place in the scenario, or as nobody. */
export function visiting(who: number | undefined, ...visits: readonly Visit[]): Step {
  return {
    at: ['https'],
    async run(lab, servers) {
      const authority = await lab.authority()
      const identity = who === undefined ? undefined : await lab.identity(account(lab, who).name)
      let kept: Buffer | undefined
      for (const { path = '/', newest, resumes = false } of visits) {
        const how = { path, newest, identity, authority, name: `www.${lab.domain}` }
        const { session } = await visitSecurely(server(servers, 'https'), {
          ...how,
          session: resumes ? kept : undefined,
        })
        kept = session
      }
    },
  }
}

/** What is done, in this order. */
export const steps = {
  address: asking('www'),
  stranger: visiting(undefined, {}),
  visit: visiting(0, { path: '/identity' }, { resumes: true }, { newest: 'TLSv1.2' }),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}
