/** What a scenario may break in the mail service. */
import { z } from 'zod'
import { explain } from '../../lab/kit/explain.ts'
import { inSpanish } from '../../lab/kit/spanish.ts'

const delay = z.int().min(0).max(600_000).optional().describe('Milliseconds before the answer')
const drop = z.boolean().optional().describe('Closes the connection instead of answering')
const both = { delay: 'Milisegundos antes de la respuesta', drop: 'Cierra la conexión en lugar de responder' }

/** What a scenario may break at `smtp.connect`, `smtp.mail`, `smtp.rcpt`, `smtp.data` and `smtp.message`. */
export const smtpFault = inSpanish(
  z.strictObject({
    reply: z
      .string()
      .regex(
        /^[245]\d\d [ -~]{1,400}$/,
        explain({
          en: 'write a code and a text, as in 451 4.7.1 Greylisted',
          es: 'escribe un código y un texto, como 451 4.7.1 Greylisted',
        }),
      )
      .optional()
      .describe('The reply instead of the right one, as in 451 4.7.1 Greylisted'),
    delay,
    drop,
    lose: z.boolean().optional().describe('At `smtp.message`: says that the message was taken, and drops it'),
  }),
  {
    reply: 'La respuesta en lugar de la correcta, como 451 4.7.1 Greylisted',
    ...both,
    lose: 'En `smtp.message`: dice que aceptó el mensaje y lo pierde',
  },
)

/** What a scenario may break at `pop3.connect`, `pop3.login` and `pop3.retrieve`. */
export const pop3Fault = inSpanish(
  z.strictObject({
    reply: z
      .string()
      .regex(
        /^(?:\+OK|-ERR)(?: [ -~]{1,400})?$/,
        explain({
          en: 'write +OK or -ERR and a text, as in -ERR [IN-USE] busy',
          es: 'escribe +OK o -ERR y un texto, como -ERR [IN-USE] busy',
        }),
      )
      .optional()
      .describe('The reply instead of the right one, as in -ERR [IN-USE] busy'),
    delay,
    drop,
  }),
  {
    reply: 'La respuesta en lugar de la correcta, como -ERR [IN-USE] busy',
    ...both,
  },
)

/** What a scenario may break at `mail.certificate`, in each handshake of STARTTLS, STLS and the ports that begin with TLS. */
export const certificateFault = inSpanish(
  z.strictObject({
    show: z
      .enum(['expired', 'not yet valid', 'wrong name', 'self-signed', 'broken chain', 'other authority'])
      .describe("Shows a certificate of which this is wrong, in place of the server's own"),
  }),
  { show: 'Muestra un certificado en el que esto está mal, en lugar del propio del servidor' },
)

/** What is wrong in a certificate that is shown. */
export type Flaw = z.output<typeof certificateFault>['show']
/** A fault of SMTP with what is broken. */
export type SmtpFault = z.output<typeof smtpFault>
/** A fault of POP3 with what is broken. */
export type Pop3Fault = z.output<typeof pop3Fault>
