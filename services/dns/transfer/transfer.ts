/** One zone transfer: messages that are made only as fast as the client takes them (RFC 5936 §2.2). */
import type { Zone } from '../zone/zone.ts'
import { allSets } from '../zone/zone.ts'
import { FLAG, type RecordSet } from '../wire/message.ts'

/** Octets of a message before its names are compressed; in so few every name lies within a pointer's reach (RFC 1035 §4.1.4). */
const MESSAGE_SIZE = 16_384

/** What was sent. */
export interface TransferTotals {
  readonly messages: number
  readonly records: number
  /** Octets, without the lengths between the messages. */
  readonly size: number
}

/** Encodes one message of a transfer; only the first repeats the question. */
export type EncodeMessage = (sets: readonly RecordSet[], isFirst: boolean) => Buffer

/** The messages of one transfer, from one state of the zone whatever becomes of it meanwhile. */
export class Transfer {
  private readonly batches: Iterator<readonly RecordSet[]>
  private readonly encode: EncodeMessage
  private readonly whenOver: (totals: TransferTotals | undefined) => void
  private totals: TransferTotals = { messages: 0, records: 0, size: 0 }
  private state: 'under way' | 'whole' | 'cut short' = 'under way'

  /** `whenOver` is called once, without totals if the transfer was cut short. */
  constructor(zone: Zone, encode: EncodeMessage, whenOver: (totals: TransferTotals | undefined) => void) {
    this.batches = batchesOf(zone)
    this.encode = encode
    this.whenOver = whenOver
  }

  /** Whether all of the zone has been given out. */
  get isWhole(): boolean {
    return this.state === 'whole'
  }

  /** The next message; undefined after the last, and when a record is too large for any message. */
  next(): Buffer | undefined {
    if (this.state !== 'under way') return undefined
    const { value, done } = this.batches.next()
    if (done === true) return this.finish('whole')
    const { messages, records, size } = this.totals
    const octets = this.encode(value, messages === 0)
    if ((octets.readUInt16BE(2) & FLAG.truncated) !== 0) return this.finish('cut short')
    const more = value.reduce((sum: number, set: RecordSet) => sum + set.data.length, 0)
    this.totals = { messages: messages + 1, records: records + more, size: size + octets.length }
    return octets
  }

  /** Cuts it short; nothing happens if it is over. */
  end(): void {
    this.finish('cut short')
  }

  private finish(state: 'whole' | 'cut short'): undefined {
    if (this.state !== 'under way') return
    this.state = state
    this.whenOver(state === 'whole' ? this.totals : undefined)
  }
}

/** The zone's records in portions that fit one message each; the SOA comes first and once more at the end (RFC 5936 §2.2). */
function* batchesOf(zone: Zone): Generator<readonly RecordSet[]> {
  let batch: RecordSet[] = []
  let size = 0
  for (const set of setsOf(zone)) {
    let data: Buffer[] = []
    for (const each of set.data) {
      const cost = set.owner.wire.length + 10 + each.length
      if (size > 0 && size + cost > MESSAGE_SIZE) {
        yield withPart(batch, set, data)
        batch = []
        data = []
        size = 0
      }
      data.push(each)
      size += cost
    }
    batch = withPart(batch, set, data)
  }
  yield batch
}

function* setsOf(zone: Zone): Generator<RecordSet> {
  yield* allSets(zone)
  yield zone.soa
}

// One set may go on in the next message (RFC 5936 §2.2).
function withPart(batch: RecordSet[], set: RecordSet, data: readonly Buffer[]): RecordSet[] {
  if (data.length > 0) batch.push(data.length === set.data.length ? set : { ...set, data })
  return batch
}
