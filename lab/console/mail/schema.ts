/** What the lab answers about its mailboxes. */
import { z } from 'zod'

/** A message in a list. */
export const messageSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  date: z.string().nullable().describe('ISO 8601, as the message says it'),
  receivedAt: z.number().nullable(),
  octets: z.int(),
  isSeen: z.boolean(),
})

/** A part of a MIME tree. */
export interface MimePart {
  readonly type: string
  readonly name: string | null
  readonly encoding: string | null
  readonly octets: number
  readonly parts: readonly MimePart[]
}

/** A part of a MIME tree, with its parts. */
export const partSchema: z.ZodType<MimePart> = z.lazy(() =>
  z.object({
    type: z.string(),
    name: z.string().nullable(),
    encoding: z.string().nullable(),
    octets: z.int(),
    parts: z.array(partSchema),
  }),
)

/** A whole message, as far as a page can show it. */
export const letterSchema = z.object({
  message: messageSchema,
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  tree: partSchema,
  text: z.string().nullable(),
  html: z.string().nullable().describe('as it is: to be shown in a sandbox alone'),
  source: z.string().describe('the octets, as one character each where they are no UTF-8'),
  isCut: z.boolean().describe('the source is longer than this'),
})

/** A mailbox in a list. */
export const mailboxSchema = z.object({ account: z.string(), messages: z.int(), octets: z.int() })

/** The mailboxes of all accounts; `skipped` accounts are left out because there are too many. */
export const mailboxesSchema = z.object({ mailboxes: z.array(mailboxSchema), skipped: z.int() })

/** A page of one mailbox, newest message first. */
export const mailboxPageSchema = z.object({
  account: z.string(),
  messages: z.array(messageSchema),
  total: z.int().describe('messages in the mailbox'),
})

/** A message in a list. */
export type StoredMessage = z.infer<typeof messageSchema>
/** A message with all that is shown of it. */
export type Letter = z.infer<typeof letterSchema>
/** How much mail an account has. */
export type MailboxSummary = z.infer<typeof mailboxSchema>
/** The mailboxes of all accounts. */
export type Mailboxes = z.infer<typeof mailboxesSchema>
/** Some messages of one account. */
export type MailboxPage = z.infer<typeof mailboxPageSchema>
