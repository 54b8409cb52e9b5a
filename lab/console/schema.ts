/** What the lab answers to the page and to scripts: one schema for the answer, its description and the types of the page. */
import { z } from 'zod'

/** A text in both languages. */
export const textSchema = z.object({ en: z.string(), es: z.string() })

/** Where an endpoint listens. */
export const endpointSchema = z.object({
  endpoint: z.string(),
  transport: z.enum(['tcp', 'udp', 'both']),
  host: z.string(),
  port: z.int(),
  try: z.string().optional().describe('a command or address to try, filled in'),
})

/** One service instance. */
export const serviceSchema = z.object({
  name: z.string().describe('the instance'),
  kind: z.string().describe('the service'),
  summary: textSchema,
  state: z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']),
  trouble: textSchema.optional(),
  endpoints: z.array(endpointSchema),
  connections: z.int().describe('open now'),
  counts: z.record(z.string(), z.int()).describe('facts so far, by kind'),
  faultPoints: z.array(z.string()).describe('where it can be broken'),
  operations: z.array(z.string()).describe('what `service.ask` may ask of it while it runs'),
})

/** A fault that is planned, by the scenario or live. */
export const faultSchema = z.object({
  id: z.int(),
  at: z.string(),
  settings: z.record(z.string(), z.json()).describe('what the scenario or the person said beyond `at`'),
  origin: z.enum(['scenario', 'live']),
  isOn: z.boolean(),
  committed: z.int().describe('how often so far'),
  left: z.int().nullable().describe('how often it may still happen; null without a limit'),
})

/** Where the lab can be broken, each with the JSON Schema of the settings there: what `faults.points` answers. */
export const faultPointsSchema = z.object({
  points: z.array(z.object({ at: z.string(), settings: z.record(z.string(), z.json()) })),
})

/** What the page shows first. */
export const overviewSchema = z.object({
  scenario: z.string(),
  title: textSchema,
  student: z.string(),
  domain: z.string(),
  address: z.string().describe('where clients reach the lab'),
  now: z.string().describe("the lab's time, ISO 8601"),
  facts: z.int(),
  dropped: z.int(),
  services: z.array(serviceSchema),
  faults: z.array(faultSchema),
  accounts: z.array(z.object({ name: z.string(), password: z.string() })).describe('the first ones'),
  moreAccounts: z.int().describe('how many there are beyond'),
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

/** A task of the scenario. */
export const taskSchema = z.object({
  id: z.string(),
  title: textSchema,
  points: z.number(),
  state: z.enum(['open', 'passed', 'failed', 'blocked', 'broken']),
  hint: textSchema.optional(),
})

/** The tasks of the scenario. */
export const tasksSchema = z.object({ tasks: z.array(taskSchema) })

/** All faults that are planned. */
export const faultsSchema = z.object({ faults: z.array(faultSchema) })

/** A record as a zone serves it, in the presentation form of RFC 1035 §5. */
export const recordSchema = z.object({
  zone: z.string(),
  name: z.string(),
  ttl: z.int(),
  type: z.string(),
  data: z.string(),
})

/** What the operation `zones` of a name service answers. */
export const zonesSchema = z.object({
  zones: z.array(z.object({ name: z.string(), serial: z.int(), records: z.int() })),
  records: z.array(recordSchema),
  total: z.int().describe('records that the filter lets through'),
})

/** What the operation `cache` of a name service answers. */
export const cacheSchema = z.object({
  lookups: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      outcome: z.string().describe('the response code, as in NOERROR'),
      records: z.array(z.string()).describe('the answer in presentation form'),
      left: z.int().describe('seconds for which it is still fresh; negative: stale since then'),
    }),
  ),
  total: z.int().describe('lookups that the filter lets through'),
})

/** A file in an answer, as a PKCS #12 one for a client. */
export const downloadSchema = z.object({ name: z.string(), type: z.string(), base64: z.string() })

/** A fact of the journal. */
export const factSchema = z.object({
  seq: z.int(),
  at: z.number(),
  service: z.string(),
  connection: z.int().optional(),
  kind: z.string(),
  data: z.record(z.string(), z.json()).optional(),
})

/** Service instances as `status` shows them. */
export const statusSchema = z.object({
  scenario: z.string(),
  title: textSchema,
  student: z.string(),
  domain: z.string(),
  address: z.string(),
  accounts: z.array(z.string()),
  sources: z.array(z.string()),
  pid: z.int(),
  now: z.string(),
  facts: z.int(),
  dropped: z.int(),
  services: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      state: z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']),
      connections: z.int(),
      operations: z.array(z.string()),
      trouble: textSchema.optional(),
      addresses: z.array(
        z.object({
          endpoint: z.string(),
          transport: z.enum(['tcp', 'udp', 'both']),
          host: z.string(),
          port: z.int(),
        }),
      ),
    }),
  ),
})

/** What a reload did, by instance. */
export const changesSchema = z.object({
  started: z.array(z.string()),
  restarted: z.array(z.string()),
  stopped: z.array(z.string()),
  unchanged: z.array(z.string()),
})

/** What comes instead of an answer. */
export const errorSchema = z.object({
  error: textSchema,
  problems: z.array(
    z.object({
      file: z.string(),
      line: z.int(),
      column: z.int(),
      path: z.string(),
      message: textSchema,
      severity: z.enum(['error', 'warning']).optional(),
    }),
  ),
})

/** A text in both languages. */
export type Text = z.infer<typeof textSchema>
/** A service as the overview shows it. */
export type Service = z.infer<typeof serviceSchema>
/** A fault that is planned, and how often it has happened. */
export type PlannedFault = z.infer<typeof faultSchema>
/** Where the lab can be broken. */
export type FaultPoints = z.infer<typeof faultPointsSchema>
/** What a person sees first. */
export type Overview = z.infer<typeof overviewSchema>
/** A conversation in a list. */
export type Conversation = z.infer<typeof conversationSchema>
/** Conversations with how many are left out. */
export type Conversations = z.infer<typeof conversationsSchema>
/** One step of a conversation. */
export type LadderStep = z.infer<typeof stepSchema>
/** A conversation with its steps. */
export type Ladder = z.infer<typeof ladderSchema>
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
/** A record as a zone file has it. */
export type ZoneRecord = z.infer<typeof recordSchema>
/** The records that a name server serves. */
export type Zones = z.infer<typeof zonesSchema>
/** What a name server remembers of others. */
export type Cache = z.infer<typeof cacheSchema>
/** The tasks of the scenario. */
export type Tasks = z.infer<typeof tasksSchema>
/** A file to be saved, in base64. */
export type Download = z.infer<typeof downloadSchema>
/** What `lab status` shows. */
export type Status = z.infer<typeof statusSchema>
/** Why something could not be done. */
export type Failure = z.infer<typeof errorSchema>
/** One task as it stands. */
export type Task = z.infer<typeof taskSchema>
/** A fact as the log shows it. */
export type JournalFact = z.infer<typeof factSchema>
