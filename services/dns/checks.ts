/** What graders may ask of name servers. */
import type { Checks } from '../../lab/check.ts'
import { dnsSuite } from './checks/suite.ts'
import { dnsVerbs } from './checks/verbs.ts'

/** The suite `dns`, and what tasks may say of names and zone files. */
export const checks: Checks = { verbs: dnsVerbs, suites: { dns: dnsSuite } }
