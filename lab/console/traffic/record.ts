/** How events are kept: as octets on pages, since objects by the ten thousand would burden every garbage collection. */
import type { Json } from '../../service.ts'
import type { Direction, TlsAgreement, TlsOutcome } from '../../wire/flow.ts'
import type { Event, Happening } from './event.ts'

/** The kinds of records; a number is the place in this list. */
const KINDS = [
  'opened',
  'connected',
  'bytes',
  'ended',
  'upgrading',
  'secret',
  'secured',
  'plain',
  'closed',
  'fact',
  'delivered',
  'gap',
] as const satisfies readonly Happening['kind'][]

/** The number of each kind. */
export const KIND = {
  opened: 0,
  connected: 1,
  bytes: 2,
  ended: 3,
  upgrading: 4,
  secret: 5,
  secured: 6,
  plain: 7,
  closed: 8,
  fact: 9,
  delivered: 10,
  gap: 11,
} as const

/** No direction, in and out, as numbers. */
export const NONE = 0
export const IN = 1
export const OUT = 2

/** Octets before the content of a record: its time, a link, its length, its kind and direction. */
export const HEADER = 24

const empty = Buffer.alloc(0)

/** The number of a direction. */
export function directionNumber(direction: Direction | undefined): number {
  return direction === undefined ? NONE : direction === 'in' ? IN : OUT
}

/** One record as it stands on its page. */
export interface PageRecord {
  readonly kind: number
  readonly direction: number
  readonly at: number
  readonly link: number
  readonly octets: Buffer
  /** Where the next one begins. */
  readonly next: number
}

/** A piece of memory with records one behind the other, each at a multiple of 8. */
export class Page {
  readonly octets: Buffer
  readonly #doubles: Float64Array
  readonly #words: Uint32Array
  used = 0

  constructor(capacity: number) {
    const memory = new ArrayBuffer(capacity)
    this.octets = Buffer.from(memory)
    this.#doubles = new Float64Array(memory)
    this.#words = new Uint32Array(memory)
  }

  get capacity(): number {
    return this.octets.length
  }

  /** Whether a record with so much content has room. */
  hasRoom(length: number): boolean {
    return this.used + HEADER + length + 8 <= this.octets.length
  }

  /** Writes a record; of its content there is room for `length` octets, to be written at the place that is returned. */
  add(kind: number, direction: number, at: number, link: number, length: number): number {
    const start = this.used / 8
    this.#doubles[start] = at
    this.#doubles[start + 1] = link
    this.#words[start * 2 + 4] = length
    this.#words[start * 2 + 5] = kind | (direction << 8)
    this.used += HEADER + ((length + 7) & ~7)
    return (start + 3) * 8
  }

  /** Writes a record with a text; it must have room for three octets a character. */
  addText(kind: number, at: number, link: number, text: string): void {
    const start = this.used
    const length = this.octets.write(text, start + HEADER, 'utf8')
    this.add(kind, NONE, at, link, length)
  }

  /** The time of the record at a place. */
  at(place: number): number {
    return this.#doubles[place / 8] ?? 0
  }

  read(place: number): PageRecord {
    const start = place / 8
    const length = this.#words[start * 2 + 4] ?? 0
    const code = this.#words[start * 2 + 5] ?? 0
    const content = place + HEADER
    return {
      kind: code & 0xff,
      direction: code >> 8,
      at: this.#doubles[start] ?? 0,
      link: this.#doubles[start + 1] ?? 0,
      octets: length === 0 ? empty : this.octets.subarray(content, content + length),
      next: content + ((length + 7) & ~7),
    }
  }
}

/** The event that a record stands for; undefined for one that cannot be read. */
export function eventOf({ kind: number, direction: side, at, octets }: PageRecord): Event | undefined {
  const kind = KINDS[number]
  const direction: Direction | undefined = side === NONE ? undefined : side === IN ? 'in' : 'out'
  switch (kind) {
    case 'bytes':
    case 'plain':
      return { kind, at, direction: direction ?? 'in', octets }
    case 'ended':
      return { kind, at, direction: direction ?? 'in' }
    case 'closed':
      return { kind, at, reset: direction }
    case 'secret':
      return { kind, at, line: octets }
    case 'secured':
      return { kind, at, outcome: readOutcome(octets) }
    case 'fact':
      return factOf(at, octets)
    case undefined:
      return undefined
    case 'opened':
    case 'connected':
    case 'upgrading':
    case 'delivered':
    case 'gap':
      return { kind, at }
    default:
      return kind satisfies never
  }
}

/** An outcome as text, the certificates in base64. */
export function outcomeText(outcome: TlsOutcome): string {
  if ('failure' in outcome) return JSON.stringify({ failure: outcome.failure.slice(0, 2000) })
  const { own, peer, ...rest } = outcome
  return JSON.stringify({ ...rest, own: own?.toString('base64'), peer: peer?.toString('base64') })
}

type Written = Omit<TlsAgreement, 'own' | 'peer'> & { readonly own?: string; readonly peer?: string }

function readOutcome(octets: Buffer): TlsOutcome {
  const read: Written | { readonly failure: string } = JSON.parse(octets.toString('utf8'))
  if ('failure' in read) return read
  const der = (text: string | undefined): Buffer | undefined =>
    text === undefined ? undefined : Buffer.from(text, 'base64')
  return {
    version: read.version,
    cipher: read.cipher,
    protocol: read.protocol,
    servername: read.servername,
    isResumed: read.isResumed,
    own: der(read.own),
    peer: der(read.peer),
  }
}

function factOf(at: number, octets: Buffer): Event {
  const { kind, data }: { readonly kind: string; readonly data?: { readonly [name: string]: Json } } =
    JSON.parse(octets.toString('utf8'))
  return { kind: 'fact', at, fact: { kind, data: data ?? {} } }
}
