/** From the events of a conversation to the steps of its ladder. */
import { count, inLanguage, say } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { Beginning, Dissector, Step, StepPart } from '../../service.ts'
import type { Direction } from '../../wire/flow.ts'
import type { Language } from '../../words/index.ts'
import type { LadderStep } from './schema.ts'
import type { Make } from './dissectors.ts'
import type { Event, Kept } from './event.ts'
import { eventRung, factRung } from './events.ts'
import type { Rung } from './rung.ts'
import { TlsReader } from './tls-reader.ts'
import { abouts, ENCRYPTED_RECORD } from './tls-texts.ts'

type From = Step['from']

/** Characters of a line, lines of a part, and parts of a step; dissectors keep to less. */
const [CHARACTERS, LINES, PARTS] = [1000, 500, 50]

/** A step with its time. */
export type TimedRung = Rung & { readonly at: number }

/** The steps of a conversation, oldest first, made as they are asked for: those of one event at a time, of which there may be none. */
export function* stepsOf(kept: Kept, make: Make): Generator<readonly TimedRung[]> {
  const reader = new LadderReader(kept, make)
  let last = kept.openedAt
  const events = [...kept.events()]
  for (const event of events) {
    last = Math.max(last, event.at)
    yield reader.take(event, events).map((rung) => timed(rung, last))
  }
  if (kept.closedAt === undefined) yield reader.rest().map((rung) => timed(rung, last))
}

/** A step as it is told in one language. */
export function stepIn(rung: TimedRung, language: Language): LadderStep {
  const { from, kind, at, octets, isEnciphered, about } = rung
  return {
    at,
    from,
    kind,
    text: visible(inLanguage(rung.text, language), CHARACTERS),
    isEnciphered,
    octets,
    parts: rung.parts.slice(0, PARTS).map(({ name, lines }) => ({
      name: inLanguage(name, language),
      lines: lines.slice(0, LINES).map((line) => inLanguage(line, language)),
    })),
    ...(about && { about: { text: about.text, ...(about.rfc !== undefined && { rfc: about.rfc }) } }),
  }
}

function timed(rung: Rung, now: number): TimedRung {
  return { ...rung, at: Math.min(rung.at ?? now, now) }
}

/** Reads the events of one conversation in their order. */
class LadderReader {
  readonly #kept: Kept
  readonly #make: Make
  readonly #client: Direction
  #dissector: Dissector
  #tls: TlsReader | undefined
  /** What is read now has crossed inside TLS. */
  #isPlain = false
  #isConnected: boolean
  #isOver = false
  /** In a gap, what is said has no context. */
  #isLost = false
  /** How what TLS carries begins. */
  #opening: Beginning = 'start'
  /** Octets of each end that no step stands for yet. */
  #untold = { client: 0, server: 0 }
  readonly #ended = new Set<Direction>()
  readonly #spoke = new Set<Direction>()

  constructor(kept: Kept, make: Make) {
    this.#kept = kept
    this.#make = make
    this.#client = kept.flow.direction === 'inbound' ? 'in' : 'out'
    this.#isConnected = kept.flow.direction === 'inbound'
    this.#dissector = make('start')
  }

  take(event: Event, all: readonly Event[]): readonly Rung[] {
    switch (event.kind) {
      case 'opened':
        return this.#opened(all)
      case 'connected':
        this.#isConnected = true
        return this.#isTcp ? [eventRung('opened', 'client')] : []
      case 'bytes':
        this.#spoke.add(event.direction)
        return this.#bytes(event.direction, event.octets, event.at)
      case 'plain':
        return this.#plain(event.direction, event.octets)
      case 'upgrading':
        return this.#upgrading()
      case 'secured':
        return this.#tls?.secured(event.outcome, this.#from('out')) ?? []
      case 'ended':
        return this.#halfEnded(event.direction)
      case 'closed':
        return [...this.rest(), ...this.#closed(event.reset)]
      case 'fact':
        return [factRung(event.fact)]
      case 'gap':
        return this.#gap()
      case 'secret':
      case 'delivered':
        return []
      default:
        return event satisfies never
    }
  }

  /** What was left incomplete. */
  rest(): readonly Rung[] {
    if (this.#isOver) return []
    this.#isOver = true
    return [...(this.#tls?.end() ?? []), ...this.#endDissector(), ...this.#encrypted()]
  }

  #endDissector(): readonly Rung[] {
    return this.#rungs(this.#dissector.end?.() ?? [])
  }

  /** What the network saw of all that TLS has carried. */
  #encrypted(): readonly Rung[] {
    const { records, octets } = this.#tls?.takeHidden() ?? { records: 0, octets: 0 }
    if (records === 0) return []
    const after = { en: 'on the wire after the handshake', es: 'en la red tras la negociación' }
    const text = say`${count(records, ENCRYPTED_RECORD)} ${after}`
    const { encrypted: about } = abouts
    return [{ from: 'lab', kind: 'tls', text, octets, isEnciphered: false, parts: [], about }]
  }

  get #isTcp(): boolean {
    return this.#kept.flow.transport === 'tcp'
  }

  #from(direction: Direction): From {
    return direction === this.#client ? 'client' : 'server'
  }

  #opened(all: readonly Event[]): readonly Rung[] {
    if (!this.#isTcp) return []
    if (this.#kept.flow.direction === 'outbound') return [eventRung('asked', 'client')]
    // What a firewall refuses ends before anything has happened.
    const isForbidden = this.#kept.reset === 'out' && all.every(({ kind }) => /opened|closed|fact/.test(kind))
    return [isForbidden ? eventRung('asked', 'client') : eventRung('opened', 'client')]
  }

  #halfEnded(direction: Direction): readonly Rung[] {
    this.#ended.add(direction)
    const rest = this.#ended.size === 2 ? this.rest() : []
    return [...rest, eventRung('ended', this.#from(direction))]
  }

  #closed(reset: Direction | undefined): readonly Rung[] {
    if (!this.#isTcp) return this.#spoke.size < 2 ? [eventRung('silent', 'lab')] : []
    if (!this.#isConnected)
      return [reset === 'in' ? eventRung('refused', 'server') : eventRung('failed', 'lab')]
    if (reset !== undefined) {
      const isForbidden = reset === 'out' && this.#spoke.size === 0
      return [eventRung(isForbidden ? 'refused' : 'reset', this.#from(reset))]
    }
    // A connection that is let go sends a FIN as well.
    return this.#ended.has('out') ? [] : [eventRung('ended', this.#from('out'))]
  }

  #bytes(direction: Direction, octets: Buffer, at: number): readonly Rung[] {
    const from = this.#from(direction)
    if (
      this.#tls === undefined &&
      this.#kept.isTls &&
      from === 'client' &&
      octets[0] === 22 &&
      octets[1] === 3
    ) {
      // A hello may arrive before the service turns to it.
      const rest = this.#endDissector()
      this.#tls = this.#newTls()
      return [...rest, ...this.#tls.read(from, octets, at)]
    }
    return this.#tls === undefined ? this.#said(from, octets) : this.#tls.read(from, octets, at)
  }

  #said(from: From, octets: Buffer): readonly Rung[] {
    if (!this.#isLost) {
      this.#untold[from] += octets.length
      return this.#rungs(this.#dissector.read(from, octets))
    }
    // After a gap a line of the client may be its password, until the server has answered with other than a challenge.
    this.#isLost = from === 'client' || /^(?:334|\+(?:\s|$))/.test(octets.toString('latin1', 0, 3))
    return []
  }

  /** What stands behind it does not continue what stood before. */
  #gap(): readonly Rung[] {
    this.#tls?.lose()
    this.#renew('middle')
    this.#isLost = true
    return [eventRung('gap', 'lab')]
  }

  #plain(direction: Direction, octets: Buffer): readonly Rung[] {
    const records = this.#isPlain ? [] : this.#begin()
    return [...records, ...this.#said(this.#from(direction), octets)]
  }

  /** The first octets out of TLS are read anew (STARTTLS forgets what was said before). */
  #begin(): readonly Rung[] {
    const rest = this.#endDissector()
    this.#isPlain = true
    this.#renew(this.#isLost ? 'middle' : this.#opening)
    return rest
  }

  #renew(begin: Beginning): void {
    this.#dissector = this.#make(begin)
    this.#untold = { client: 0, server: 0 }
  }

  /** Where both ends have spoken in clear before, TLS is what they have agreed to go on with. */
  #newTls(): TlsReader {
    if (this.#spoke.size > 1) this.#opening = 'upgraded'
    return new TlsReader()
  }

  #upgrading(): readonly Rung[] {
    const isInMiddle = this.#spoke.size > 1 && this.#tls === undefined
    const rest = isInMiddle ? this.#endDissector() : []
    this.#tls ??= this.#newTls()
    return isInMiddle ? [...rest, eventRung('upgrading', 'lab')] : rest
  }

  #rungs(steps: readonly Step[]): readonly Rung[] {
    for (const { from, octets = 0 } of steps) this.#untold[from] = Math.max(0, this.#untold[from] - octets)
    return steps.map((step) => ({
      ...step,
      octets: step.octets ?? this.#claim(step.from),
      parts: step.parts ?? ([] satisfies readonly StepPart[]),
      isEnciphered: this.#isPlain,
    }))
  }

  /** Where a dissector does not say how many octets a step stands for, it is all that none stands for yet. */
  #claim(from: Step['from']): number {
    const octets = this.#untold[from]
    this.#untold[from] = 0
    return octets
  }
}
