/** The journal as a stream. */
import { z } from 'zod'
import type { Lab } from '../../host/lab.ts'
import type { Desk } from '../desk.ts'
import { Feed } from '../feed.ts'
import { streaming, type Operations, type StreamEvent } from '../operation.ts'
import { factSchema } from '../schema.ts'

const input = z.strictObject({
  since: z.int().min(0).default(0).describe('the number of the last fact that is known already'),
  kinds: z.array(z.string().max(100)).max(100).default([]).describe('as in dns.queried or dns; none: all'),
  follow: z.boolean().default(false).describe('go on with the facts to come; over HTTP always'),
})

type Wish = z.infer<typeof input>

/** The operations on the journal. */
export function logOperations({ lab }: Desk): Operations {
  return {
    log: streaming({
      summary: 'The facts after number `since`, and with `follow` those to come.',
      input,
      output: factSchema,
      run: (wish, signal) => facts(lab, wish, signal),
      events: (wish, signal, after) => events(lab, wish, signal, after),
    }),
  }
}

async function* facts(lab: Lab, { since, kinds, follow }: Wish, signal: AbortSignal): AsyncGenerator {
  if (follow) yield* lab.journal.follow(since, signal, kinds)
  else yield* lab.journal.since(since, kinds)
}

async function* events(
  lab: Lab,
  { since, kinds }: Wish,
  signal: AbortSignal,
  after = '',
): AsyncGenerator<StreamEvent> {
  const last = /^\d{1,15}$/.test(after) ? Number(after) : since
  using feed = new Feed(lab.journal, last, kinds)
  yield* feed.events(signal)
}
