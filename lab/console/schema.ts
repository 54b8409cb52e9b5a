/** What the lab answers to the page and to scripts: one schema for the answer, its description and the types of the page. */
import { z } from 'zod'
import { problemSchema, textSchema } from './problem.ts'

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

const lineSchema = z.object({
  kind: z.enum(['reason', 'assertion', 'expected', 'actual', 'caret', 'more']),
  text: z.string(),
})

/** Why a task has not passed, line by line as in a report. */
export const explanationSchema = z.object({
  at: z.number().describe("when it was judged, in the lab's time: milliseconds since 1970"),
  en: z.array(lineSchema),
  es: z.array(lineSchema),
})

/** A task of the scenario. */
export const taskSchema = z.object({
  id: z.string(),
  title: textSchema,
  points: z.number(),
  score: z.number().describe('points that it has brought, without those that its hint has cost'),
  state: z.enum(['open', 'passed', 'failed', 'blocked', 'broken']),
  isOnDemand: z
    .boolean()
    .optional()
    .describe('it is judged when the operation `check` is asked for; any other ticks by itself'),
  explanation: explanationSchema.optional().describe('if it stands as the operation `check` found it last'),
  hint: textSchema.optional().describe('if it costs nothing, or has been taken'),
  hintCost: z
    .number()
    .optional()
    .describe('points that its hint costs; where there is no `hint` yet, the operation `hint` gives it'),
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
  problems: z.array(problemSchema),
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
/** Why a task has not passed. */
export type Explanation = z.infer<typeof explanationSchema>
/** A fact as the log shows it. */
export type JournalFact = z.infer<typeof factSchema>
