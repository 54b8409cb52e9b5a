/** Which of the protocols of mail an endpoint speaks, for those who look on. */
import type { Beginning, Dissector } from '../../../lab/service.ts'
import { pop3Dissector } from './pop3.ts'
import { smtpDissector } from './smtp.ts'

/** Makes dissectors of an endpoint's connections; those that the queue opens speak SMTP. */
export function mailDissector(endpoint: string): (begin: Beginning) => Dissector {
  return endpoint.startsWith('pop3') ? pop3Dissector : smtpDissector
}
