/** The suites `http`, for any web server, and `web-sstt`, for the GET-only server of the coursework. */
import type { CheckCase, Suite } from '../../check.ts'
import { bodyCases, connectionCases } from './connections.ts'
import { counterCases } from './counter.ts'
import { fileCases, persistenceCases, refusalCases } from './coursework.ts'
import { methodCases, versionCases } from './methods.ts'
import { pageCases } from './pages.ts'
import { pathCases } from './paths.ts'
import { syntaxCases } from './requests.ts'
import { siteFiles } from './site.ts'
import { validatorCases } from './validators.ts'

const endpoints: Suite['endpoints'] = { http: { transport: 'tcp', port: 80 } }

/** Grades any web server that serves the suite's site. */
export const httpSuite: Suite = {
  summary: {
    en: 'a web server that serves the site of the suite',
    es: 'un servidor web que sirve el sitio de la batería',
  },
  endpoints,
  files: siteFiles,
  cases: [
    ...pageCases,
    ...methodCases,
    ...versionCases,
    ...syntaxCases,
    ...pathCases,
    ...connectionCases,
    ...bodyCases,
    ...validatorCases,
  ],
}

/** Of all cases the ones with those ids. */
function chosen(cases: readonly CheckCase[], ids: readonly string[]): readonly CheckCase[] {
  return cases.filter(({ id }) => ids.includes(id))
}

/** Grades the coursework's server: what it was asked to do, and what browsers need of it. */
export const courseworkSuite: Suite = {
  summary: {
    en: 'the GET-only web server of the coursework, with its visit counter',
    es: 'el servidor web de la práctica, que solo atiende GET y cuenta las visitas',
  },
  endpoints,
  files: siteFiles,
  cases: [
    // What takes ten seconds begins first.
    ...persistenceCases,
    ...chosen(pageCases, [
      'start-page',
      'page',
      'status-line',
      'date',
      'length',
      'types',
      'octets',
      'large-file',
      'not-found',
      'not-found-goes-on',
    ]),
    ...refusalCases,
    ...fileCases,
    ...chosen(pathCases, ['outside-plain', 'outside-encoded', 'outside-slash', 'path-zero']),
    ...chosen(syntaxCases, ['field-blank', 'line-long', 'head-long']),
    ...chosen(connectionCases, [
      'persistent',
      'close',
      'slow-client',
      'neighbours',
      'concurrent',
      'half-closed',
    ]),
    ...counterCases,
  ],
}
