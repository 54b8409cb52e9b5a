/** What tasks may say of mail: the settings of each verb. */
import { z } from 'zod'
import { inSpanish } from '../../../lab/kit/spanish.ts'

const address = z.string().optional()
const flag = z.boolean().optional()

/** Of a message that SMTP has accepted. */
export const accepted = inSpanish(
  z.strictObject({
    from: address.describe('Address of the sender'),
    to: address.describe('Address of one of the recipients'),
    account: z.string().optional().describe('Who had logged in'),
    subject: z.string().min(1).optional().describe('What its subject contains'),
    tls: flag.describe('Whether it came under TLS'),
  }),
  {
    from: 'Dirección del remitente',
    to: 'Dirección de uno de los destinatarios',
    account: 'Quién había iniciado sesión',
    subject: 'Lo que contiene su asunto',
    tls: 'Si llegó bajo TLS',
  },
)
/** Of a message that has come where it should. */
export const delivered = inSpanish(
  z.strictObject({
    recipient: address.describe('Address of the recipient'),
    account: z.string().optional().describe('Whose mailbox it is'),
  }),
  { recipient: 'Dirección del destinatario', account: 'De quién es el buzón' },
)
/** Of a message that has come back. */
export const bounced = inSpanish(
  z.strictObject({
    from: address.describe('Address of the sender'),
    recipient: address.describe('Address of the recipient'),
  }),
  { from: 'Dirección del remitente', recipient: 'Dirección del destinatario' },
)
/** Of what SMTP has refused. */
export const refused = inSpanish(
  z.strictObject({
    code: z.int().min(400).max(599).optional().describe('Code of the reply'),
    from: address.describe('Address of the sender'),
    to: address.describe('Address of one of the recipients'),
    account: z.string().optional().describe('Who had logged in'),
  }),
  {
    code: 'Código de la respuesta',
    from: 'Dirección del remitente',
    to: 'Dirección de uno de los destinatarios',
    account: 'Quién había iniciado sesión',
  },
)
/** Of a login by POP3. */
export const loggedIn = inSpanish(
  z.strictObject({
    account: z.string().optional().describe('Who it is'),
    mechanism: z.string().optional().describe('How it logged in, as in `PLAIN`, `USER`'),
    secure: flag.describe('Whether it came under TLS'),
    messages: z.int().min(0).optional().describe('Messages in the mailbox'),
  }),
  {
    account: 'Quién es',
    mechanism: 'Cómo inició sesión, como `PLAIN` o `USER`',
    secure: 'Si llegó bajo TLS',
    messages: 'Mensajes del buzón',
  },
)
/** Of a login that POP3 has refused. */
export const keptOut = inSpanish(
  z.strictObject({
    account: z.string().optional().describe('Who it is'),
    why: z
      .enum(['rejected', 'clear', 'logins', 'locked', 'unreadable', 'busy', 'fault'])
      .optional()
      .describe('Why it is refused'),
  }),
  { account: 'Quién es', why: 'Por qué se rechaza' },
)
/** Of what happened in a mailbox. */
export const ofAccount = inSpanish(
  z.strictObject({ account: z.string().optional().describe('Whose mailbox it is') }),
  { account: 'De quién es el buzón' },
)
/** Of a recipient whom SMTP is asked for. */
export const takes = inSpanish(
  z.strictObject({
    from: z.string().default('someone@client.example').describe('Address of the sender'),
    to: z.string().describe('Address of the recipient'),
    refuses: z.boolean().default(false).describe('Whether it must be refused instead'),
  }),
  {
    from: 'Dirección del remitente',
    to: 'Dirección del destinatario',
    refuses: 'Si, por el contrario, se debe rechazar',
  },
)
/** Of a message that is looked for in a mailbox. */
export const holds = inSpanish(
  z.strictObject({
    account: z.string().optional().describe('Whose mailbox it is; the first account if not given'),
    subject: z.string().optional().describe('Subject of a message that must be there'),
    from: z.string().optional().describe('What its From must contain'),
    contains: z.string().optional().describe('What its text must contain'),
  }),
  {
    account: 'De quién es el buzón; de la primera cuenta si no se indica',
    subject: 'Asunto de un mensaje que debe estar',
    from: 'Lo que debe contener su From',
    contains: 'Lo que debe contener su texto',
  },
)
/** The same, read. */
export type Holds = z.infer<typeof holds>
