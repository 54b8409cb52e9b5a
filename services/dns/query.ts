/** A query on its way through the server. */
import type { Json } from '../../lab/service.ts'
import type { QueryOptions } from './edns.ts'
import type { Cookie } from './policy/cookie.ts'
import type { Transfer } from './transfer/transfer.ts'
import { FLAG, type Message, type Question } from './wire/message.ts'

/** Who asks, and over what. */
export interface Client {
  readonly host: string
  /** The connection's number in the journal. */
  readonly connection: number
  readonly transport: 'udp' | 'tcp'
  /** Takes an answer of many messages; there over TCP. */
  readonly transfer?: (transfer: Transfer) => void
}

/** A query of which enough is known to answer it. */
export interface Query extends Pick<Message, 'id' | 'flags' | 'opcode' | 'questions' | 'authority' | 'edns'> {
  readonly client: Client
  /** What its one question asks for, as facts call it; none where it has no such question. */
  readonly name?: string
  readonly type?: string
  /** Milliseconds since 1970 in the lab's time at which it arrived. */
  readonly at: number
  /** As it arrived; without it the answer is not kept. */
  readonly octets?: Buffer
  /** Octets. */
  readonly size: number
  readonly options: QueryOptions
  /** What its cookie is worth; none if it has none or cookies are off. */
  readonly cookie: Cookie | undefined
  /** Whether the client may have names looked up elsewhere, which the answer's RA tells it. */
  readonly isRecursive: boolean
}

/** A query with its one question, which facts and faults call by `name` and `type`. */
export interface Asked extends Query {
  readonly question: Question
  readonly name: string
  readonly type: string
}

/** The flags of a query that are set, as dig prints them, by the bits 4 to 10 of the header's second word. */
const FLAG_TEXTS: readonly string[] = Array.from({ length: 128 }, (_, bits) => textOf(bits << 4))

function textOf(flags: number): string {
  const names = [
    [FLAG.authoritative, 'aa'],
    [FLAG.truncated, 'tc'],
    [FLAG.recursionDesired, 'rd'],
    [FLAG.recursionAvailable, 'ra'],
    [FLAG.authenticData, 'ad'],
    [FLAG.checkingDisabled, 'cd'],
  ] as const
  return names
    .filter(([flag]) => (flags & flag) !== 0)
    .map(([, name]) => name)
    .join(' ')
}

/** The data of the fact `dns.queried`. */
export function queriedData({
  client,
  name,
  type,
  id,
  flags,
  size,
  edns,
}: Pick<Asked, 'name' | 'type' | 'id' | 'flags' | 'size' | 'edns'> & {
  readonly client: Pick<Client, 'host' | 'transport'>
}): Record<string, Json> {
  return {
    client: client.host,
    transport: client.transport,
    name,
    type,
    id,
    flags: FLAG_TEXTS[(flags >> 4) & 0x7f] ?? '',
    size,
    edns: edns !== undefined,
    dnssec: edns?.dnssec === true,
  }
}
