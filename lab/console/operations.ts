import { once } from 'node:events'
import { z } from 'zod'
import type { Lab } from '../host/lab.ts'
import type { Json } from '../service.ts'

/** What can be asked of a running lab, over the control socket now and over HTTP later. */
export interface Operation<Input = unknown> {
  readonly summary: string
  readonly input: z.ZodType<Input>
  /** One answer, or a stream of them until the signal aborts; throws if the input is not of its schema. */
  run(input: Input, signal: AbortSignal): Promise<Json> | AsyncIterable<Json>
}

/** What the process that hosts the lab does itself. */
export interface LabActions {
  /** Reads the scenario again and puts it in place. */
  reload(): Promise<Json>
  /** Begins to stop the lab. */
  stop(): void
}

const nothing = z.strictObject({})
const named = z.strictObject({ name: z.string() })
const kinds = z.array(z.string().max(100)).max(100).default([])

/** The operations of one lab by name. */
export function labOperations(lab: Lab, actions: LabActions): Readonly<Record<string, Operation>> {
  return {
    status: operation('What the lab is and how each service is.', nothing, async () => statusOf(lab)),
    stop: operation('Stops the lab; the connection closes when it has stopped.', nothing, (_input, signal) =>
      stopping(actions, signal),
    ),
    'service.start': operation('Starts one service.', named, async ({ name }) => {
      await lab.startService(name)
      return statusOf(lab)
    }),
    'service.stop': operation('Stops one service.', named, async ({ name }) => {
      await lab.stopService(name)
      return statusOf(lab)
    }),
    'service.ask': operation(
      'Asks a service for something that is its own, as its commands do.',
      z.strictObject({ name: z.string(), operation: z.string().max(100), input: z.json() }),
      ({ name, operation: asked, input }) => lab.ask(name, asked, input),
    ),
    reload: operation('Reads the scenario again and changes what differs.', nothing, () => actions.reload()),
    log: operation(
      'The facts after number `since`, and with `follow` those to come.',
      z.strictObject({ since: z.int().min(0).default(0), kinds, follow: z.boolean().default(false) }),
      (input, signal) => facts(lab, input, signal),
    ),
    'clock.advance': operation(
      "Moves the lab's time ahead by milliseconds.",
      z.strictObject({ milliseconds: z.number().min(0).max(3_200_000_000_000) }),
      async ({ milliseconds }) => {
        lab.clock.advance(milliseconds)
        return { now: new Date(lab.clock.now()).toISOString() }
      },
    ),
  }
}

function operation<Input>(summary: string, input: z.ZodType<Input>, run: Operation<Input>['run']): Operation {
  return { summary, input, run: (value, signal) => run(input.parse(value), signal) }
}

/** What `lab status` shows. */
export function statusOf(lab: Lab): Json {
  const { name, title, student, domain, address, accounts, sources } = lab.scenario
  return {
    scenario: name,
    title: { ...title },
    student,
    domain,
    address,
    accounts: accounts.map((account) => account.name),
    sources,
    pid: process.pid,
    now: new Date(lab.clock.now()).toISOString(),
    facts: lab.journal.last,
    dropped: lab.journal.dropped,
    services: lab.status().map(({ addresses, trouble, ...rest }) => ({
      ...rest,
      ...(trouble !== undefined && { trouble: { ...trouble } }),
      addresses: addresses.map(({ address: at, ...endpoint }) => ({ ...endpoint, ...at })),
    })),
  }
}

async function* stopping(actions: LabActions, signal: AbortSignal): AsyncGenerator<Json> {
  // A lab that still starts ends at once, and its control socket with it: the answer goes first.
  setImmediate(() => actions.stop())
  yield { stopping: true }
  if (!signal.aborted) await once(signal, 'abort')
}

async function* facts(
  lab: Lab,
  {
    since,
    kinds: asked,
    follow,
  }: { readonly since: number; readonly kinds: readonly string[]; readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<Json> {
  if (follow) for await (const entry of lab.journal.follow(since, signal, asked)) yield { ...entry }
  else for (const entry of lab.journal.since(since, asked)) yield { ...entry }
}
