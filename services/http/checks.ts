/** What graders may ask of web servers. */
import type { Checks } from '../../lab/check.ts'
import { webVerbs } from '../../lab/web/checks/verbs.ts'

/** The suites `http` and `web-sstt`, and what tasks may say of requests and answers. */
export const checks: Checks = {
  verbs: webVerbs,
  suites: async () => {
    const { courseworkSuite, httpSuite } = await import('../../lab/web/checks/suites.ts')
    return { http: httpSuite, 'web-sstt': courseworkSuite }
  },
  witnesses: {
    facts: ['http.answered'],
    load: async () => (await import('../../lab/web/checks/capture.ts')).httpWitness,
  },
}
