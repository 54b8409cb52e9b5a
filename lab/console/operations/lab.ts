/** Operations on the lab as a whole: how it is, its services, its clock. */
import { z } from 'zod'
import type { FaultStatus } from '../../host/fault.ts'
import { LabError } from '../../host/error.ts'
import type { InstanceStatus, Lab } from '../../host/lab.ts'
import { guideOf } from '../../scenario/guide.ts'
import { issueText, pathText } from '../../scenario/problems.ts'
import type { Json } from '../../service.ts'
import type { Desk } from '../desk.ts'
import { answering, noInput, placeless, type Operation, type Operations } from '../operation.ts'
import {
  changesSchema,
  overviewSchema,
  statusSchema,
  type Overview,
  type PlannedFault,
  type Service,
  type Status,
} from '../schema.ts'
import { tryLine } from '../try.ts'

const named = z.strictObject({ name: z.string().max(100).describe('the instance') })

/** The furthest that the clock may be moved at once, in milliseconds: a hundred years. */
const FURTHEST = 3_200_000_000_000

/** The last moment that certificates (RFC 5280 §4.1.2.5) and four-digit years can tell, in milliseconds since 1970. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59)

/** Accounts that an overview shows: it is asked for each second, and a course has thousands. */
const MOST_ACCOUNTS = 200

/** The operations on the lab as a whole. */
export function wholeOperations(desk: Desk): Operations {
  const { lab, actions } = desk
  return {
    overview: answering({
      summary: 'All that a person sees first: services, faults, accounts.',
      input: noInput,
      output: overviewSchema,
      run: async () => overviewOf(desk),
    }),
    status: answering({
      summary: 'What the lab is and how each service is.',
      input: noInput,
      output: statusSchema,
      run: async () => statusOf(lab),
    }),
    guide: answering({
      summary: 'What the scenario tells its student, in Markdown; nothing if it tells nothing.',
      input: z.strictObject({ language: z.enum(['en', 'es']).default('en') }),
      output: z.object({ guide: z.string().optional() }),
      run: async ({ language }) => {
        const guide = guideOf(lab.scenario, language)
        return guide === undefined ? {} : { guide }
      },
    }),
    console: answering({
      summary: 'Where the page of the lab is, with its token, and an address that leads there once.',
      input: noInput,
      output: z.object({ url: z.string(), ticket: z.string() }),
      isLocal: true,
      run: async () => {
        const page = desk.page?.()
        if (page === undefined) throw new LabError((words) => words.consoleAbsent)
        return { url: page.url, ticket: page.ticketUrl() }
      },
    }),
    reload: answering({
      summary: 'Reads the scenario again and changes what differs.',
      input: noInput,
      output: changesSchema,
      run: () => actions.reload(),
    }),
    'clock.advance': answering({
      summary: "Moves the lab's time ahead by milliseconds.",
      input: z.strictObject({ milliseconds: z.number().min(0).max(FURTHEST) }),
      output: z.object({ now: z.string() }),
      run: async ({ milliseconds }) => {
        if (lab.clock.now() + milliseconds > LAST)
          throw new LabError((words) => words.clockFar, { blame: 'wrong' })
        lab.clock.advance(milliseconds)
        return { now: new Date(lab.clock.now()).toISOString() }
      },
    }),
    ...serviceOperations(lab),
  }
}

function serviceOperations(lab: Lab): Operations {
  return {
    'service.start': switching(lab, 'Starts one service.', (name) => lab.startService(name)),
    'service.stop': switching(lab, 'Stops one service.', (name) => lab.stopService(name)),
    'service.ask': answering({
      summary: 'Asks a service for something that is its own, as its commands do.',
      input: z.strictObject({
        name: z.string().max(100),
        operation: z.string().max(100),
        input: z.json().default({}),
      }),
      output: z.json(),
      run: ({ name, operation, input }) => asked(lab.ask(name, operation, input), input),
    }),
  }
}

/** An operation on one service that answers how all of them are then. */
function switching(lab: Lab, summary: string, run: (name: string) => Promise<void>): Operation {
  return answering({
    summary,
    input: named,
    output: statusSchema,
    run: async ({ name }) => {
      await run(name)
      return statusOf(lab)
    },
  })
}

/** The answer of a service, which checks its input by itself. */
async function asked(answer: Promise<Json>, input: Json): Promise<Json> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const problems = error.issues.map((issue) => ({
      ...placeless.place,
      path: pathText(issue.path),
      message: issueText(issue, input),
    }))
    throw new LabError((words) => words.inputWrong(problems.length), { blame: 'wrong', problems })
  }
}

/** What `lab status` shows. */
export function statusOf(lab: Lab): Status {
  const { name, title, student, domain, address, accounts, sources } = lab.scenario
  return {
    scenario: name,
    title: { ...title },
    student,
    domain,
    address,
    accounts: accounts.map((account) => account.name),
    sources: [...sources],
    pid: process.pid,
    now: new Date(lab.clock.now()).toISOString(),
    facts: lab.journal.last,
    dropped: lab.journal.dropped,
    services: lab.status().map(({ addresses, operations, ...rest }) => ({
      ...rest,
      operations: [...operations],
      addresses: addresses.map(({ address: at, ...endpoint }) => ({ ...endpoint, ...at })),
    })),
  }
}

/** A fault as the console tells of it. */
export function faultOf({ id, fault, origin, isOn, committed }: FaultStatus): PlannedFault {
  const left = fault.times === undefined ? null : Math.max(0, fault.times - committed)
  return { id, at: fault.at, settings: settingsOf(fault), origin, isOn, committed, left }
}

/** What was said of a fault beyond its point, as JSON. */
export function settingsOf(fault: FaultStatus['fault']): PlannedFault['settings'] {
  const { at: _, ...settings } = fault
  const copy: PlannedFault['settings'] = JSON.parse(JSON.stringify(settings))
  return copy
}

function overviewOf(desk: Desk): Overview {
  const { lab } = desk
  const { name, title, student, domain, address, accounts } = lab.scenario
  return {
    scenario: name,
    title: { ...title },
    student,
    domain,
    address,
    now: new Date(lab.clock.now()).toISOString(),
    facts: lab.journal.last,
    dropped: lab.journal.dropped,
    services: lab.status().map((status) => serviceOf(desk, status)),
    faults: lab.faults.shown().map(faultOf),
    accounts: accounts
      .slice(0, MOST_ACCOUNTS)
      .map((account) => ({ name: account.name, password: account.password })),
    moreAccounts: Math.max(0, accounts.length - MOST_ACCOUNTS),
  }
}

function serviceOf({ lab, counts }: Desk, status: InstanceStatus): Service {
  const { name, kind, state, connections, trouble, operations, addresses } = status
  const service = lab.scenario.instances.find((instance) => instance.name === name)?.service
  return {
    name,
    kind,
    summary: { ...(service?.summary ?? { en: kind, es: kind }) },
    state,
    ...(trouble && { trouble: { ...trouble } }),
    endpoints: addresses.map(({ endpoint, transport, address }) => {
      const line = tryLine(lab.scenario, name, endpoint, address.port)
      return { endpoint, transport, ...address, ...(line !== undefined && { try: line }) }
    }),
    connections,
    counts: counts.of(name),
    faultPoints: Object.keys(service?.faults ?? {}),
    operations: [...operations],
  }
}
