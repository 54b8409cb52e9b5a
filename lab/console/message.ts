import { z } from 'zod'
import type { Duplex } from 'node:stream'
import { problemSchema, textSchema } from './problem.ts'

/** Bytes that one message may have. */
const LONGEST = 4 * 1024 * 1024

/** What a client asks: one request a connection. */
export const requestSchema = z.strictObject({ operation: z.string().max(100), input: z.unknown() })

/** What the lab answers: items, then `end`, or an error. */
export const replySchema = z.union([
  z.strictObject({ item: z.json() }),
  z.strictObject({ end: z.literal(true) }),
  z.strictObject({
    error: z.strictObject({
      message: textSchema,
      blame: z.enum(['wrong', 'failed']),
      problems: z.array(problemSchema),
    }),
  }),
])

/** One answer of the lab. */
export type Reply = z.infer<typeof replySchema>

/** Writes one message as a line of JSON; resolves when the other end keeps up. */
export async function writeMessage(stream: Duplex, message: object): Promise<void> {
  if (stream.destroyed || stream.write(`${JSON.stringify(message)}\n`)) return
  await new Promise<void>((resolve) => {
    const go = (): void => {
      stream.off('drain', go)
      stream.off('close', go)
      resolve()
    }
    stream.once('drain', go)
    stream.once('close', go)
  })
}

/** The messages of a stream, one a line; throws on a line that is too long or no JSON. */
export async function* readMessages(stream: Duplex): AsyncGenerator {
  let rest = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream as AsyncIterable<string>) {
    rest += chunk
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      yield JSON.parse(line) as unknown
    }
    if (rest.length > LONGEST) throw new RangeError('the message is too long')
  }
}
