/** What the lab answers about its conversations. */
import { z } from 'zod'
import { textSchema } from '../problem.ts'

/** Of what is told. */
export const languageSchema = z.enum(['en', 'es']).default('en').describe('the language of what is told')

/** Which conversations are wanted; an empty text wants everything. */
export const filterSchema = z.strictObject({
  language: languageSchema,
  service: z.string().max(100).optional().describe('the service instance'),
  client: z.string().max(100).optional().describe("part of the client's address"),
  account: z
    .string()
    .max(256)
    .optional()
    .describe('who the client has proved to be: an account that logged in, or the name in a certificate'),
  text: z.string().max(200).optional().describe('part of the summary or of a step, in any language'),
  isRefused: z.boolean().optional().describe('whether something in it was refused or failed'),
})

/** One conversation in a list. */
export const conversationSchema = z.object({
  id: z.int().describe("the journal's connection"),
  service: z.string(),
  endpoint: z.string().describe('empty for a connection that the service opened'),
  transport: z.enum(['tcp', 'udp']),
  direction: z.enum(['inbound', 'outbound']),
  client: z.string().describe('address and port of who began it'),
  server: z.string(),
  account: z
    .string()
    .nullable()
    .describe('who the client has proved to be: the account that logged in, or the name in its certificate'),
  openedAt: z.number().describe("milliseconds since 1970 in the lab's time"),
  closedAt: z.number().nullable(),
  reset: z.enum(['client', 'server']).nullable().describe('who cut it off, if somebody did'),
  octets: z.object({ client: z.int(), server: z.int() }).describe('sent by each'),
  isTls: z.boolean(),
  isRefused: z.boolean().describe('something in it was refused or failed'),
  summary: z.string().describe('what it is about, in one line'),
  isWhole: z.boolean().describe('false if octets were left out, because there were too many'),
})

/** What is told of a step. */
const aboutSchema = z.object({ text: textSchema, rfc: z.string().optional() })

/** One rung of the ladder. */
export const stepSchema = z.object({
  at: z.number().describe("milliseconds since 1970 in the lab's time, with fractions"),
  from: z.enum(['client', 'server', 'lab']).describe('`lab`: a fact of the journal, which nobody sent'),
  kind: z.enum(['request', 'reply', 'refusal', 'data', 'event', 'tls', 'fact']),
  text: z.string(),
  isEnciphered: z.boolean().describe('it crossed the network inside TLS'),
  octets: z.int(),
  parts: z.array(z.object({ name: z.string(), lines: z.array(z.string()) })),
  about: aboutSchema.optional(),
})

/** A conversation with its steps. */
export const ladderSchema = z.object({
  conversation: conversationSchema,
  steps: z.array(stepSchema),
  left: z.int().describe('steps that were left out at the end, because there are too many'),
})

/** A piece of the list of conversations, newest last. */
export const conversationsSchema = z.object({
  conversations: z.array(conversationSchema),
  skipped: z
    .int()
    .describe('conversations that were told of by number only, because there were too many at once'),
  total: z.int().describe('all so far'),
})

/** A piece of the list of conversations, with those who take part. */
export const listedSchema = conversationsSchema.extend({
  accounts: z
    .array(z.string())
    .describe('all that clients of conversations which are kept have proved to be'),
})

/** Which conversations are wanted. */
export type ConversationFilter = z.input<typeof filterSchema>
/** A conversation in a list. */
export type Conversation = z.infer<typeof conversationSchema>
/** Conversations with how many are left out. */
export type Conversations = z.infer<typeof conversationsSchema>
/** Conversations, and all accounts to filter by. */
export type Listed = z.infer<typeof listedSchema>
/** One step of a conversation. */
export type LadderStep = z.infer<typeof stepSchema>
/** A conversation with its steps. */
export type Ladder = z.infer<typeof ladderSchema>
