/** Who gets which zone as a whole: AXFR (RFC 5936), IXFR answered in full (RFC 1995 §4), and NOTIFY from others (RFC 1996). */
import type { ServiceContext } from '../../../lab/service.ts'
import type { Networks } from '../../../lab/kit/networks.ts'
import type { Asked, Query } from '../query.ts'
import { failure, refusal, type Reply } from '../reply.ts'
import { TYPE } from '../records/types.ts'
import { EXTENDED_ERROR } from '../wire/extended-error.ts'
import { CLASS_IN, RCODE } from '../wire/codes.ts'
import type { Zones } from '../zone/lookup.ts'
import type { Zone } from '../zone/zone.ts'
import { isNewer, readSerial, serialOf } from '../zone/serial.ts'
import { Transfer, type TransferTotals } from './transfer.ts'

/** Transfers under way at once; BIND allows as many (`transfers-out`). */
const TRANSFER_LIMIT = 10

/** What transfers need to know. */
interface TransfersOptions {
  /** The zones as they are now. */
  readonly zones: () => Zones
  readonly allow: Networks
}

/** Encodes an answer to a query. */
type Encode = (query: Query, reply: Reply) => Buffer

/** Hands out zones, so many at a time. */
export class Transfers {
  private readonly options: TransfersOptions
  private readonly context: Pick<ServiceContext<unknown>, 'clock' | 'record' | 'log'>
  private running = 0

  constructor(options: TransfersOptions, context: Pick<ServiceContext<unknown>, 'clock' | 'record' | 'log'>) {
    this.options = options
    this.context = context
  }

  /** Undefined for a question of another type; what cannot be said in one message goes to the client's `transfer`. */
  answer(asked: Asked, encode: Encode): Reply | 'under way' | undefined {
    const { question, client } = asked
    const isWhole = question.type === TYPE.axfr
    if ((!isWhole && question.type !== TYPE.ixfr) || question.class !== CLASS_IN) return undefined
    const zone = this.options.zones().get(question.name.key)
    // Only the name of a zone can be asked for (RFC 5936 §2.2.1).
    if (zone === undefined) return notOurs
    if (!this.options.allow.has(client.host)) return refusal('transfer')
    if (!isWhole) {
      const known = knownSerial(asked, zone)
      if (known === undefined) return failure(RCODE.FORMERR)
      // Who is up to date learns so; over UDP one learns only whether to come back over TCP (RFC 1995 §2, §4).
      if (client.transfer === undefined || !isNewer(serialOf(zone), known))
        return failure(RCODE.NOERROR, { source: 'zone', authoritative: true, answer: [zone.soa] })
    }
    // AXFR is defined for TCP alone (RFC 5936 §4.2).
    if (client.transfer === undefined) return failure(RCODE.FORMERR)
    if (this.running >= TRANSFER_LIMIT) return busy
    client.transfer(this.start(asked, zone, encode))
    return 'under way'
  }

  /** Answers a NOTIFY: this server is the primary of all its zones and has nobody to take them from (RFC 1996 §3.10). */
  answerNotify({ questions }: Query): Reply {
    const [question] = questions
    if (question === undefined || questions.length > 1 || question.type !== TYPE.soa)
      return failure(RCODE.FORMERR)
    return this.options.zones().has(question.name.key) && question.class === CLASS_IN
      ? refusal('notify')
      : notOurs
  }

  private start(asked: Asked, zone: Zone, encode: Encode): Transfer {
    const reply = failure(RCODE.NOERROR, { source: 'zone', authoritative: true, keepsCase: true })
    // One question and one OPT record are enough (RFC 5936 §2.2.1, §2.2.5).
    const { edns: _edns, ...rest } = asked
    const later: Query = { ...rest, questions: [], edns: undefined }
    this.running += 1
    return new Transfer(
      zone,
      (answer, isFirst) => encode(isFirst ? asked : later, { ...reply, answer }),
      (totals) => {
        this.running -= 1
        this.tell(asked, zone, totals)
      },
    )
  }

  private tell({ client, name, type, at }: Asked, zone: Zone, totals: TransferTotals | undefined): void {
    const about = { client: client.host, zone: name, type, serial: serialOf(zone) }
    if (totals === undefined) {
      this.context.log.warn(
        about,
        'a zone transfer was cut short: its connection ended, nothing was read of it, or a record is too large',
      )
      return
    }
    const ms = this.context.clock.now() - at
    this.context.record({
      kind: 'dns.transferred',
      connection: client.connection,
      data: { ...about, ...totals, ms },
    })
  }
}

const notOurs = failure(RCODE.NOTAUTH, {
  extendedError: {
    code: EXTENDED_ERROR.notAuthoritative,
    text: 'this is not the name of a zone of this server',
  },
})

const busy = failure(RCODE.SERVFAIL, {
  extendedError: {
    code: EXTENDED_ERROR.other,
    text: `${TRANSFER_LIMIT} zone transfers are under way; try again later`,
  },
})

/** The serial number that the client has, from the SOA in its authority section (RFC 1995 §3). */
function knownSerial({ authority }: Query, zone: Zone): number | undefined {
  const soa = authority.find((set) => set.type === TYPE.soa && set.owner.key === zone.apex.key)
  const data = soa?.data[0]
  return data === undefined ? undefined : readSerial(data)
}
