/** The suite `dns`: what any server of the suite's zone must do, authoritative alone or forwarding as well. */
import type { Suite } from '../../../lab/check.ts'
import { aliasCases } from './aliases.ts'
import { extensionCases } from './extension.ts'
import { headerCases } from './header.ts'
import { malformedCases } from './malformed.ts'
import { negativeCases } from './negative.ts'
import { recordCases } from './records.ts'
import { streamCases } from './stream.ts'
import { suiteZone } from './zone.ts'

/** Grades any name server that serves the suite's zone. */
export const dnsSuite: Suite = {
  summary: {
    en: 'a name server that serves the zone of the suite',
    es: 'un servidor de nombres que sirve la zona de la batería',
  },
  endpoints: { dns: { transport: 'both', port: 53 } },
  files: (domain) => ({ 'suite.db': suiteZone(domain) }),
  cases: [
    ...recordCases,
    ...aliasCases,
    ...negativeCases,
    ...headerCases,
    ...extensionCases,
    ...streamCases,
    ...malformedCases,
  ],
}
