/** The frames of a capture's file, pcapng or pcap, as its octets come. */
import { Gathering } from '../../kit/dissect/octets.ts'
import type { Text } from '../../service.ts'
import { Interfaces, type Interface } from './interfaces.ts'
import { damagedAt, frameTooLong, noCapture, tooManyFrames } from './words.ts'

/** One frame as it was captured. */
export interface Frame {
  /** From 1, through all sections of the file, as Wireshark counts. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** The number of its link layer among `LINKTYPE_…` of tcpdump.org. */
  readonly link: number
  /** What was kept of it, good only while it is being looked at. */
  readonly octets: Buffer
  /** Octets that it had on the wire. */
  readonly length: number
}

/** Why the rest of a file cannot be read. */
export class CaptureError extends Error {
  readonly text: Text

  constructor(text: Text) {
    super(text.en)
    this.name = 'CaptureError'
    this.text = text
  }
}

/** Frames of one file, at most. */
const MOST_FRAMES = 10_000_000
/** Octets of a frame or of a block with one: Wireshark itself keeps 262,144 of a frame. */
const LONGEST = 1024 * 1024

// draft-ietf-opsawg-pcapng §4
const [SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET] = [0x0a0d0d0a, 1, 2, 3, 6]
/** The block of a systemd journal, which Wireshark shows as a frame (its §A.1). */
const JOURNAL = 9
const BYTE_ORDER = 0x1a2b3c4d
/** Type and length before a block, and its length behind it. */
const [HEAD, TAIL] = [8, 4]

/** The magic numbers of pcap in the order of octets of whoever wrote it, and the milliseconds of its fraction's unit. */
const PCAP: ReadonlyMap<number, number> = new Map([
  [0xa1b2c3d4, 1e-3],
  [0xa1b23c4d, 1e-6],
])
const PCAP_HEADER = 24
const RECORD = 16

/** Reads a file; `seen` is called with each of its frames. */
export class CaptureFile {
  readonly #seen: (frame: Frame) => void
  readonly #octets = new Gathering()
  /** Octets that the next step takes, and what it does with them. */
  #need = 4
  /** The step begins a block or a record, so that the file may end before it. */
  #isBetween = false
  #next: (octets: Buffer) => void = (octets) => this.#begin(octets)
  /** Octets that are passed over before it. */
  #skipped = 0
  #isLittle = true
  #interfaces = new Interfaces()
  /** Of a pcap file. */
  #link = 0
  #unit = 0
  #at = 0
  /** Octets of the file that are used up. */
  #place = 0
  /** Frames that were read. */
  frames = 0

  constructor(seen: (frame: Frame) => void) {
    this.#seen = seen
  }

  /** Whether the file may end here. */
  get isComplete(): boolean {
    return this.#octets.size === 0 && this.#skipped === 0 && this.#isBetween
  }

  /** Reads on; throws a CaptureError where nothing more can be read. */
  push(octets: Buffer): void {
    const passed = Math.min(this.#skipped, octets.length)
    this.#skipped -= passed
    this.#place += passed
    this.#octets.add(octets.subarray(passed))
    while (this.#skipped === 0 && this.#octets.size >= this.#need) {
      const taken = this.#octets.take(this.#need)
      this.#place += taken.length
      this.#next(taken)
    }
  }

  #await(need: number, next: (octets: Buffer) => void, isBetween = false): void {
    this.#need = need
    this.#next = next
    this.#isBetween = isBetween
  }

  #skip(count: number): void {
    const there = this.#octets.take(Math.min(count, this.#octets.size)).length
    this.#place += there
    this.#skipped = count - there
  }

  #begin(octets: Buffer): void {
    if (octets.readUInt32BE() === SECTION) return this.#await(4, (length) => this.#awaitSection(length))
    for (const isLittle of [true, false]) {
      this.#isLittle = isLittle
      const unit = PCAP.get(this.#word(octets, 0))
      if (unit === undefined) continue
      this.#unit = unit
      return this.#await(PCAP_HEADER - 4, (header) => {
        // What stands above the lower half tells of checksums behind the frames.
        this.#link = this.#word(header, 16) & 0xffff
        this.#awaitRecord()
      })
    }
    throw new CaptureError(noCapture)
  }

  #awaitRecord(): void {
    this.#await(RECORD, (head) => this.#record(head), true)
  }

  #record(head: Buffer): void {
    const [kept, length] = [this.#word(head, 8), this.#word(head, 12)]
    if (kept > LONGEST) throw new CaptureError(frameTooLong(this.frames + 1))
    this.#at = this.#word(head, 0) * 1000 + this.#word(head, 4) * this.#unit
    this.#await(kept, (octets) => {
      this.#tell(this.#link, octets, length)
      this.#awaitRecord()
    })
  }

  #awaitBlock(): void {
    this.#await(HEAD, (head) => this.#head(head), true)
  }

  #head(head: Buffer): void {
    const type = this.#word(head, 0)
    // It says itself in which order its octets stand.
    if (type === SECTION) this.#awaitSection(head.subarray(4))
    else this.#block(type, this.#word(head, 4))
  }

  #awaitSection(length: Buffer): void {
    const written = Buffer.from(length)
    this.#await(4, (order) => {
      this.#isLittle = order.readUInt32LE() === BYTE_ORDER
      if (this.#word(order, 0) !== BYTE_ORDER) throw this.#damaged()
      this.#interfaces = new Interfaces()
      const size = this.#word(written, 0)
      this.#checkLength(size, 28)
      this.#skip(size - HEAD - 4 - TAIL)
      this.#awaitTail(size)
    })
  }

  #block(type: number, length: number): void {
    this.#checkLength(length, HEAD + TAIL)
    const size = length - HEAD - TAIL
    const read = this.#readers.get(type)
    if (read === undefined) {
      this.#skip(size)
      return this.#awaitTail(length)
    }
    if (size > LONGEST) throw new CaptureError(frameTooLong(this.frames + 1))
    this.#await(size, (body) => {
      read(body)
      this.#awaitTail(length)
    })
  }

  /** Each block ends with its length (§3.1). */
  #awaitTail(length: number): void {
    this.#await(TAIL, (octets) => {
      if (this.#word(octets, 0) !== length) throw this.#damaged()
      this.#awaitBlock()
    })
  }

  #checkLength(length: number, least: number): void {
    if (length < least || length % 4 !== 0) throw this.#damaged()
  }

  readonly #readers: ReadonlyMap<number, (body: Buffer) => void> = new Map([
    [INTERFACE, (body) => this.#interface(body)],
    [PACKET, (body) => this.#packet(body, false)],
    [OLD_PACKET, (body) => this.#packet(body, true)],
    [SIMPLE_PACKET, (body) => this.#simplePacket(body)],
    [JOURNAL, (body) => this.#tell(-1, body, body.length)],
  ])

  #interface(body: Buffer): void {
    if (body.length < 8 || !this.#interfaces.add(body, this.#isLittle)) throw this.#damaged()
  }

  /** §4.3, and its older form (§A of the draft), which numbers interfaces in two octets. */
  #packet(body: Buffer, isOld: boolean): void {
    if (body.length < 20) throw this.#damaged()
    const own = this.#interfaceAt(isOld ? this.#half(body, 0) : this.#word(body, 0))
    const kept = this.#word(body, 12)
    if (20 + kept > body.length) throw this.#damaged()
    this.#at = own.milliseconds(this.#word(body, 4), this.#word(body, 8))
    this.#tell(own.link, body.subarray(20, 20 + kept), this.#word(body, 16))
  }

  /** §4.4: of the first interface, and without a time. */
  #simplePacket(body: Buffer): void {
    if (body.length < 4) throw this.#damaged()
    const { link, most } = this.#interfaceAt(0)
    const length = this.#word(body, 0)
    this.#tell(link, body.subarray(4, 4 + Math.min(length, most)), length)
  }

  #interfaceAt(number: number): Interface {
    const found = this.#interfaces.at(number)
    if (found === undefined) throw this.#damaged()
    return found
  }

  #tell(link: number, octets: Buffer, length: number): void {
    this.frames += 1
    if (this.frames > MOST_FRAMES) throw new CaptureError(tooManyFrames(MOST_FRAMES))
    this.#seen({ number: this.frames, at: this.#at, link, octets, length })
  }

  #damaged(): CaptureError {
    return new CaptureError(damagedAt(this.#place, this.frames))
  }

  #half(octets: Buffer, at: number): number {
    return this.#isLittle ? octets.readUInt16LE(at) : octets.readUInt16BE(at)
  }

  #word(octets: Buffer, at: number): number {
    return this.#isLittle ? octets.readUInt32LE(at) : octets.readUInt32BE(at)
  }
}
