/** What crosses the wire as blocks of pcapng. */
import type { PublishedName } from '../service.ts'
import type { Attachment, Direction, Flow } from '../wire/flow.ts'
import { Arena } from './arena.ts'
import { Conversation } from './conversation.ts'
import { Framing, type Segment } from './framing.ts'
import { Interfaces, type Interface } from './interfaces.ts'
import { CaptureNames } from './names.ts'
import { FRAME, packet, sectionHeader, tlsSecrets } from './pcapng.ts'
import { Routes } from './route.ts'

/** Octets of one flow that may wait for the secrets which they led to. */
const MOST_HELD = 1024 * 1024
/** Secrets of one flow that are kept for those who join later; a client may renegotiate without end. */
const MOST_SECRETS = 64

/** What a recorder is given. */
export interface RecorderOptions {
  /** Microseconds since 1970. */
  readonly now: () => number
  /** Takes each block, which it may not keep; the preamble and the epilogue are for the sink to ask for. */
  readonly write: (block: Buffer) => void
  /** The machine and the program that make the file. */
  readonly section: Parameters<typeof sectionHeader>[0]
  /** Where clients reach the lab. */
  readonly address: string
  /** What is told of a flow with its first frame; nothing of what it carries. */
  readonly comment: (flow: Flow) => string
  /** What is told of a service's interface. */
  readonly describe: (service: string) => string
  /** All flows if not given. */
  readonly wants?: ((flow: Flow) => boolean) | undefined
  /** The names that are published, as the same list until they change. */
  readonly names?: (() => readonly PublishedName[]) | undefined
}

const NO_NAMES: readonly PublishedName[] = []

/** A flow under way. */
interface Track {
  readonly flow: Flow
  readonly interface: Interface
  /** The time of what happens now, which never goes back. */
  at: number
  framing: Framing | undefined
  conversation: Conversation | undefined
  comment: Buffer | undefined
  /** Blocks that wait for secrets, while some do. */
  held: Buffer[] | undefined
  heldOctets: number
  readonly secrets: Buffer[]
  /** Secrets that no block tells yet. */
  untold: Buffer[]
  /** `greeted`: what comes in from here on is held until the handshake is over. */
  tls: 'none' | 'begun' | 'greeted'
}

/** Writes what it sees as blocks of pcapng, the secrets of TLS before the packets that need them. */
export class Recorder implements Attachment {
  readonly name = 'capture'
  readonly #options: RecorderOptions
  readonly #interfaces: Interfaces
  readonly #routes: Routes
  readonly #tracks = new Map<number, Track>()
  readonly #arena = new Arena()
  readonly #names: CaptureNames
  /** Blocks that are held. */
  #held = 0
  #packets = 0
  #octets = 0

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#interfaces = new Interfaces(options.describe)
    this.#routes = new Routes(options.address)
    this.#names = new CaptureNames(options.names ?? (() => NO_NAMES))
  }

  /** Packets so far, and the octets of their frames. */
  get counts(): { readonly packets: number; readonly octets: number } {
    return { packets: this.#packets, octets: this.#octets }
  }

  /** How a section begins that starts now: its header, the interfaces, names, and the secrets of the flows that are open. */
  preamble(): Buffer {
    const secrets = [...this.#tracks.values()].flatMap((track) => track.secrets)
    return Buffer.concat([
      sectionHeader(this.#options.section),
      ...this.#interfaces.descriptions(),
      ...this.#names.blocks(),
      ...(secrets.length === 0 ? [] : [tlsSecrets(Buffer.concat(secrets))]),
    ])
  }

  /** How a section ends now, of which a sink has left out so many packets of each interface. */
  epilogue(dropped: ReadonlyMap<number, number> = new Map()): Buffer {
    return Buffer.concat(this.#interfaces.statistics(this.#options.now(), dropped))
  }

  /** Writes all that is held back, and forgets the flows. */
  finish(): void {
    for (const track of this.#tracks.values()) this.#flush(track)
    this.#tracks.clear()
  }

  /** Gives a service its interface ahead of its first flow. */
  addInterface(service: string): void {
    this.#interfaceOf(service)
  }

  opened(flow: Flow): undefined {
    if (this.#options.wants?.(flow) === false) return
    for (const block of this.#names.changes()) this.#options.write(block)
    const at = this.#options.now()
    const track: Track = {
      flow,
      interface: this.#interfaceOf(flow.service),
      at,
      framing: undefined,
      conversation: undefined,
      comment: Buffer.from(this.#options.comment(flow)),
      held: undefined,
      heldOctets: 0,
      secrets: [],
      untold: [],
      tls: 'none',
    }
    this.#tracks.set(flow.id, track)
    if (flow.transport === 'udp' || flow.direction === 'outbound') return
    this.#conversationOf(track).ask()
    // Another attachment may refuse it in this very moment: then the handshake ends here.
    queueMicrotask(() => {
      if (this.#tracks.get(flow.id) === track) this.#conversationOf(track).establish()
    })
  }

  connected(flow: Flow): void {
    const track = this.#tracks.get(flow.id)
    if (track === undefined) return
    this.#conversationOf(track).ask()
    this.#tick(track)
    this.#conversationOf(track).establish()
  }

  passed(flow: Flow, direction: Direction, octets: Buffer): undefined {
    const track = this.#tracks.get(flow.id)
    if (track === undefined) return
    if (flow.transport === 'udp') {
      this.#tick(track)
      this.#datagram(track, direction, octets)
      return
    }
    const conversation = this.#conversationOf(track)
    conversation.establish()
    this.#tick(track)
    if (direction === 'in') track.held ??= []
    // The first flight of a TLS server needs no secrets, what it leads to does.
    else if (track.tls === 'begun' && flow.direction === 'inbound') track.tls = 'greeted'
    conversation.data(direction, octets)
  }

  delivered(flow: Flow): void {
    const track = this.#tracks.get(flow.id)
    // In a handshake some secrets come with the end of a flight, which may arrive in pieces.
    if (track !== undefined && track.tls !== 'greeted') this.#flush(track)
  }

  ended(flow: Flow, direction: Direction): void {
    const track = this.#tracks.get(flow.id)
    if (track === undefined) return
    this.#tick(track)
    this.#conversationOf(track).end(direction)
  }

  upgrading(flow: Flow): void {
    const track = this.#tracks.get(flow.id)
    // A client's secrets come with what the server says first.
    if (track !== undefined) track.tls = flow.direction === 'inbound' ? 'begun' : 'greeted'
  }

  secret(flow: Flow, line: Buffer): void {
    const track = this.#tracks.get(flow.id)
    if (track === undefined) return
    const own = Buffer.from(line)
    track.untold.push(own)
    if (track.secrets.push(own) > MOST_SECRETS) track.secrets.shift()
  }

  secured(flow: Flow): void {
    const track = this.#tracks.get(flow.id)
    if (track === undefined) return
    track.tls = 'none'
    this.#flush(track)
  }

  closed(flow: Flow, reset?: Direction): void {
    const track = this.#tracks.get(flow.id)
    if (track === undefined) return
    // What the lab itself forbids never left it.
    const hasAsked = flow.transport === 'tcp' && reset !== 'out'
    if (track.conversation === undefined && hasAsked) this.#conversationOf(track).ask()
    this.#tick(track)
    track.conversation?.close(reset)
    this.#flush(track)
    this.#tracks.delete(flow.id)
  }

  #tick(track: Track): void {
    track.at = Math.max(track.at, this.#options.now())
  }

  #conversationOf(track: Track): Conversation {
    track.conversation ??= new Conversation(
      track.flow.direction === 'inbound' ? 'in' : 'out',
      { seed: track.flow.id, largest: this.#framingOf(track).largestSegment },
      (direction, segment) => this.#segment(track, direction, segment),
    )
    return track.conversation
  }

  #framingOf(track: Track): Framing {
    track.framing ??= new Framing(track.flow, this.#routes.of(track.flow))
    return track.framing
  }

  #segment(track: Track, direction: Direction, segment: Segment): void {
    const framing = this.#framingOf(track)
    const block = this.#packet(track, direction, framing.lengthOfTcp(segment))
    framing.writeTcp(block, FRAME, direction, segment)
    this.#emit(track, block)
  }

  #datagram(track: Track, direction: Direction, octets: Buffer): void {
    const framing = this.#framingOf(track)
    const length = framing.lengthOfUdp(octets)
    if (length === undefined) return
    const block = this.#packet(track, direction, length)
    framing.writeUdp(block, FRAME, direction, octets)
    this.#emit(track, block)
  }

  #packet(track: Track, direction: Direction, length: number): Buffer {
    const { at, comment, interface: own } = track
    track.comment = undefined
    own.received += 1
    this.#packets += 1
    this.#octets += length
    return packet({ interface: own.number, at, direction, comment }, length, this.#allocate)
  }

  readonly #allocate = (size: number): Buffer => this.#arena.take(size)

  #emit(track: Track, block: Buffer): void {
    if (track.held === undefined) {
      this.#tell(track)
      this.#options.write(block)
      if (this.#held === 0) this.#arena.clear()
      return
    }
    track.held.push(block)
    this.#held += 1
    track.heldOctets += block.length
    if (track.heldOctets > MOST_HELD) this.#flush(track)
  }

  #flush(track: Track): void {
    this.#tell(track)
    const { held } = track
    track.held = undefined
    track.heldOctets = 0
    if (held === undefined) return
    for (const block of held) this.#options.write(block)
    this.#held -= held.length
    if (this.#held === 0) this.#arena.clear()
  }

  #tell(track: Track): void {
    if (track.untold.length === 0) return
    this.#options.write(tlsSecrets(Buffer.concat(track.untold)))
    track.untold = []
  }

  #interfaceOf(service: string): Interface {
    const known = this.#interfaces.get(service)
    if (known !== undefined) return known
    const added = this.#interfaces.add(service)
    this.#options.write(added.description)
    return added
  }
}
