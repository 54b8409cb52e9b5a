/** What can be asked of a running lab about captures. */
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { answering, streaming, type Operations } from '../console/operation.ts'
import type { Capture } from './capture.ts'
import type { Captures } from './captures.ts'

/** Milliseconds between two looks at how far a capture is. */
const INTERVAL = 1000
/** The longest capture that ends by itself, in seconds: a timer takes no more. */
const LONGEST = 2_000_000

const text = z.string().max(4096)
const input = z.strictObject({
  file: text.refine(isAbsolute, 'it must be an absolute path').optional().describe('what the lab writes'),
  ring: text.optional().describe('how much of it stays, as in 50MB or 10min'),
  live: z.int().min(0).max(65_535).optional().describe('the port of a live capture; 0 takes a free one'),
  isPiped: z.boolean().default(false).describe('whether the capture comes in the answers'),
  services: z
    .array(text)
    .max(100)
    .default([])
    .describe('instances, as in mail, or endpoints, as in mail/smtps'),
  clients: z.array(text).max(100).default([]).describe('addresses or networks of the other end'),
  student: text.optional().describe('whose lab it has to be'),
  seconds: z.number().positive().max(LONGEST).optional().describe('how long it lasts at most'),
  language: z.enum(['en', 'es']).default('en').describe('of the comments in the capture'),
})

/** What a running capture answers: first where it goes, then how far it is, or the octets themselves. */
export const traceSchema = z.union([
  z.strictObject({
    id: z.int(),
    file: z.string().optional(),
    port: z.int().optional(),
    decoding: z.array(z.string()).describe('what wireshark is told of ports that are not the standard ones'),
  }),
  z.strictObject({
    packets: z.int(),
    octets: z.int(),
    dropped: z.int(),
    isFailed: z.boolean(),
    isOver: z.boolean(),
  }),
  z.strictObject({ base64: z.string() }),
])

type Wish = z.infer<typeof input>
type Item = z.infer<typeof traceSchema>

/** The operations on captures: they write files and hand out keys, and so are for the owner of the lab alone. */
export function traceOperations(captures: Captures): Operations {
  return {
    trace: streaming({
      summary:
        'Captures what crosses the wire from now on, until the client goes; once a second it tells how far it is.',
      input,
      output: traceSchema,
      isLocal: true,
      run: (wish, signal) => trace(captures, wish, signal),
    }),
    'trace.stop': answering({
      summary: 'Ends a capture; answers when its file is complete.',
      input: z.strictObject({ id: z.int() }),
      output: z.strictObject({ isThere: z.boolean() }),
      isLocal: true,
      run: async ({ id }) => ({ isThere: await captures.end(id) }),
    }),
  }
}

async function* trace(captures: Captures, wish: Wish, signal: AbortSignal): AsyncGenerator<Item> {
  const { id, capture } = await captures.open(wish)
  try {
    const { file, live } = capture
    const decoding = await captures.decoding()
    yield { id, ...(file && { file: file.path }), ...(live && { port: live.port }), decoding }
    const late = wish.seconds === undefined ? [] : [AbortSignal.timeout(wish.seconds * 1000)]
    const end = AbortSignal.any([signal, capture.ended, ...late])
    while (!end.aborted) {
      await next(capture, end)
      yield* portions(capture)
      if (!end.aborted && !wish.isPiped) yield { ...capture.state(), isOver: false }
    }
    await captures.end(id)
    yield* portions(capture)
    yield { ...capture.state(), isOver: true }
  } finally {
    await captures.end(id)
  }
}

/** Resolves when there is something to tell. */
async function next({ pipe }: Capture, end: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      clearTimeout(timer)
      end.removeEventListener('abort', go)
      resolve()
    }
    const timer = setTimeout(go, pipe === undefined ? INTERVAL : 50)
    end.addEventListener('abort', go)
  })
}

function* portions({ pipe }: Capture): Generator<Item> {
  const take = (): string | undefined => pipe?.take((blocks) => blocks.toString('base64'))
  for (let base64 = take(); base64 !== undefined; base64 = take()) yield { base64 }
}
