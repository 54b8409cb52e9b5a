/** What can be asked about the conversations of a lab. */
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { LabError } from '../../host/error.ts'
import type { Lab } from '../../host/lab.ts'
import { answering, streaming, type Operations } from '../operation.ts'
import {
  conversationsSchema,
  filterSchema,
  ladderSchema,
  languageSchema as language,
  listedSchema,
  type Conversation,
  type ConversationFilter,
  type Conversations,
  type Listed,
} from './schema.ts'
import { downloadSchema } from '../schema.ts'
import type { Kept } from './event.ts'
import type { Traffic } from './traffic.ts'

/** Milliseconds between two items of a stream. */
const TURN = 200

const listInput = filterSchema.extend({
  before: z.int().min(0).optional().describe('the number of the oldest conversation that is known already'),
  limit: z.int().min(1).max(1000).default(100),
})
const oneInput = z.strictObject({ id: z.int().min(1), language })
const exportInput = z.strictObject({
  id: z.int().min(1),
  format: z.enum(['pcapng', 'text']),
  language,
})

/** The operations on conversations; the first of them that is asked begins to keep them. */
export function trafficOperations(lab: Lab, traffic: Traffic): Operations {
  return {
    conversations: answering({
      summary: 'The newest conversations that are kept, newest last.',
      input: listInput,
      output: listedSchema,
      run: (wish, signal) => listed(traffic, wish, signal),
    }),
    'conversations.follow': streaming({
      summary: 'The conversations that begin or change from now on, the newest of each turn.',
      input: filterSchema,
      output: conversationsSchema,
      run: (wish, signal) => followed(traffic, wish, signal),
    }),
    ladder: answering({
      summary: 'A conversation with its steps.',
      input: oneInput,
      output: ladderSchema,
      run: async ({ id, language: wanted }) => traffic.ladder(found(traffic, id), wanted),
    }),
    'conversation.export': answering({
      summary: 'A conversation as a capture for Wireshark, with the keys of its TLS, or as text.',
      input: exportInput,
      output: downloadSchema,
      run: async ({ id, format, language: wanted }) => {
        const kept = found(traffic, id)
        // Loaded on use: who only looks on needs no captures.
        const { exportPcapng, exportText } = await import('./export.ts')
        if (format === 'pcapng') return exportPcapng(kept, lab.scenario, wanted)
        return exportText(await traffic.ladder(kept, wanted), wanted)
      },
    }),
  }
}

function found(traffic: Traffic, id: number): Kept {
  const kept = traffic.find(id)
  if (kept !== undefined) return kept
  const said = {
    en: `conversation ${id} is not kept: only the newest are, and none from before somebody first looked`,
    es: `la conversación ${id} no se guarda: solo las más nuevas, y ninguna de antes de que alguien mirase por primera vez`,
  }
  throw new LabError(said, { blame: 'wrong' })
}

async function listed(
  traffic: Traffic,
  { before, limit, ...wish }: z.infer<typeof listInput>,
  signal: AbortSignal,
): Promise<Listed> {
  const conversations: Conversation[] = []
  for await (const conversation of traffic.list(wish, before, signal)) {
    conversations.push(conversation)
    if (conversations.length === limit) break
  }
  const store = traffic.attach()
  return {
    conversations: conversations.toReversed(),
    skipped: 0,
    total: store.total,
    accounts: store.accounts(),
  }
}

async function* followed(
  traffic: Traffic,
  wish: ConversationFilter,
  signal: AbortSignal,
): AsyncGenerator<Conversations> {
  const store = traffic.attach()
  let { touched } = store
  while (!signal.aborted) {
    await wait(TURN, undefined, { signal }).catch(() => undefined)
    if (signal.aborted || store.touched === touched) continue
    const since = touched
    ;({ touched } = store)
    const changes = await traffic.changes(wish, since)
    if (changes.conversations.length > 0 || changes.skipped > 0) yield { ...changes, total: store.total }
  }
}
