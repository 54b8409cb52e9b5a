/** What goes wrong on the secure web: each is a mistake that a student makes. */
import { mutantsOf, skipped } from '../../clients/steps.ts'
import { asking, steps, visiting } from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'other-name': [
    { en: 'another name is asked for', es: 'se pregunta por otro nombre' },
    ['address'],
    { address: asking('smtp') },
  ],
  'always-known': [
    { en: 'nobody comes without a certificate', es: 'nadie viene sin certificado' },
    ['stranger'],
    { stranger: skipped },
  ],
  'always-a-stranger': [
    { en: 'the certificate is never shown', es: 'nunca se muestra el certificado' },
    ['identity'],
    { visit: visiting(undefined, { path: '/identity' }) },
  ],
  'wrong-account': [
    { en: 'the certificate is that of nombre2', es: 'el certificado es el de nombre2' },
    ['identity'],
    { visit: visiting(1, { path: '/identity' }, { resumes: true }, { newest: 'TLSv1.2' }) },
  ],
  'no-page': [
    { en: 'another page is opened', es: 'se abre otra página' },
    ['page'],
    { visit: visiting(0, { path: '/' }, { resumes: true }, { newest: 'TLSv1.2' }) },
  ],
  'newest-alone': [
    { en: 'TLS 1.2 is never spoken', es: 'nunca se habla TLS 1.2' },
    ['version'],
    { visit: visiting(0, { path: '/identity' }, { resumes: true }) },
  ],
  'ticket-lost': [
    { en: 'each visit begins anew', es: 'cada visita empieza de nuevo' },
    ['resumption'],
    { visit: visiting(0, { path: '/identity' }, {}, { newest: 'TLSv1.2' }) },
  ],
})
