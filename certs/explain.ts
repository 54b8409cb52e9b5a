/** Explains certificates, requests for them and revocation lists, field by field, in plain words for who sees them for the first time. */
export { explainCertificate } from './explain/certificate.ts'
export { explainCrl } from './explain/list.ts'
export { explainRequest } from './explain/request.ts'
export { ExplainError } from './explain/read.ts'
export type { Explanation, Level } from './explain/row.ts'
