/** The blocks of pcapng (draft-ietf-opsawg-pcapng), little-endian. */

/** The types of blocks (§10.1), as they stand in their first four octets. */
export const blockTypes = {
  section: 0x0a0d0d0a,
  interface: 1,
  names: 4,
  statistics: 5,
  packet: 6,
  secrets: 10,
} as const

/** Where the frame begins in a packet's block. */
export const FRAME = 28

/** §4.1 */
const BYTE_ORDER = 0x1a2b3c4d
/** LINKTYPE_ETHERNET */
const ETHERNET = 1
/** `TLSK`: lines of SSLKEYLOGFILE (§4.7). */
const TLS_KEYS = 0x544c534b
/** 10 ** -6 s (§4.2, if_tsresol). */
const MICROSECONDS = 6
/** Type and length of a block, and its length again. */
const FRAMING = 12

const options = {
  comment: 1,
  hardware: 2,
  os: 3,
  application: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  resolution: 9,
  packetFlags: 2,
  received: 4,
  dropped: 5,
  ended: 3,
} as const

/** Which way a packet crossed the interface, and that it was unicast (§4.3.1). */
const FLAGS = { in: 0b101, out: 0b110 } as const

type Option = readonly [code: number, value: Buffer]

/** Begins a section: what made it. */
export function sectionHeader(about: {
  readonly hardware: string
  readonly os: string
  readonly application: string
}): Buffer {
  const fixed = Buffer.alloc(16)
  fixed.writeUInt32LE(BYTE_ORDER, 0)
  fixed.writeUInt16LE(1, 4)
  // The length of the section is not known.
  fixed.fill(0xff, 8)
  return block(blockTypes.section, fixed, [
    [options.hardware, Buffer.from(about.hardware)],
    [options.os, Buffer.from(about.os)],
    [options.application, Buffer.from(about.application)],
  ])
}

/** Describes an interface; its number is how many came before it in the section. */
export function interfaceDescription(name: string, description: string): Buffer {
  const fixed = Buffer.alloc(8)
  fixed.writeUInt16LE(ETHERNET, 0)
  return block(blockTypes.interface, fixed, [
    [options.interfaceName, Buffer.from(name)],
    [options.interfaceDescription, Buffer.from(description)],
    [options.resolution, Buffer.of(MICROSECONDS)],
  ])
}

/** What a packet's block says beside the frame. */
export interface PacketAbout {
  readonly interface: number
  /** Microseconds since 1970. */
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly comment?: Buffer | undefined
}

/** A packet's block with room for a frame of that length, which the caller writes at `FRAME`. */
export function packet(
  about: PacketAbout,
  length: number,
  allocate: (size: number) => Buffer = (size) => Buffer.allocUnsafe(size),
): Buffer {
  const { comment } = about
  const data = padded(length)
  const size = FRAME + data + (comment === undefined ? 0 : 4 + padded(comment.length)) + 16
  const octets = allocate(size)
  octets.writeUInt32LE(blockTypes.packet, 0)
  octets.writeUInt32LE(size, 4)
  octets.writeUInt32LE(about.interface, 8)
  writeTime(octets, about.at, 12)
  octets.writeUInt32LE(length, 20)
  octets.writeUInt32LE(length, 24)
  octets.fill(0, FRAME + length, FRAME + data)
  let at = FRAME + data
  if (comment !== undefined) at = writeOption(octets, [options.comment, comment], at)
  octets.writeUInt16LE(options.packetFlags, at)
  octets.writeUInt16LE(4, at + 2)
  octets.writeUInt32LE(FLAGS[about.direction], at + 4)
  octets.writeUInt32LE(0, at + 8)
  octets.writeUInt32LE(size, size - 4)
  return octets
}

/** Lines of SSLKEYLOGFILE, with their ends. */
export function tlsSecrets(lines: Buffer): Buffer {
  const fixed = Buffer.alloc(8 + padded(lines.length))
  fixed.writeUInt32LE(TLS_KEYS, 0)
  fixed.writeUInt32LE(lines.length, 4)
  lines.copy(fixed, 8)
  return block(blockTypes.secrets, fixed, [])
}

/** How many packets an interface had, and how many of them are missing here, at a time in microseconds. */
export function interfaceStatistics(
  number: number,
  { at, received, dropped }: { readonly at: number; readonly received: number; readonly dropped: number },
): Buffer {
  const fixed = Buffer.alloc(12)
  fixed.writeUInt32LE(number, 0)
  writeTime(fixed, at, 4)
  return block(blockTypes.statistics, fixed, [
    [options.ended, time(at)],
    [options.received, count(received)],
    [options.dropped, count(dropped)],
  ])
}

/** Names of addresses, which are given as 4 or 16 octets. */
export function nameResolution(
  list: readonly { readonly address: Uint8Array; readonly names: readonly string[] }[],
): Buffer {
  const records = list.map(({ address, names }): Buffer => {
    const value = Buffer.concat([address, ...names.map((name) => Buffer.from(`${name}\0`))])
    const record = Buffer.alloc(4 + padded(value.length))
    record.writeUInt16LE(address.length === 4 ? 1 : 2, 0)
    record.writeUInt16LE(value.length, 2)
    value.copy(record, 4)
    return record
  })
  return block(blockTypes.names, Buffer.concat([...records, Buffer.alloc(4)]), [])
}

/** The number of the interface if the block is a packet's, else undefined. */
export function interfaceOf(octets: Buffer): number | undefined {
  return octets.readUInt32LE(0) === blockTypes.packet ? octets.readUInt32LE(8) : undefined
}

/** How long the block is that begins there. */
export function lengthOf(octets: Buffer, at: number): number {
  return octets.readUInt32LE(at + 4)
}

function block(type: number, fixed: Buffer, list: readonly Option[]): Buffer {
  const told = list.reduce((sum, [, value]) => sum + 4 + padded(value.length), list.length === 0 ? 0 : 4)
  const size = FRAMING + fixed.length + told
  const octets = Buffer.alloc(size)
  octets.writeUInt32LE(type, 0)
  octets.writeUInt32LE(size, 4)
  fixed.copy(octets, 8)
  let at = 8 + fixed.length
  for (const option of list) at = writeOption(octets, option, at)
  octets.writeUInt32LE(size, size - 4)
  return octets
}

function writeOption(octets: Buffer, [code, value]: Option, at: number): number {
  const end = at + 4 + padded(value.length)
  octets.writeUInt16LE(code, at)
  octets.writeUInt16LE(value.length, at + 2)
  value.copy(octets, at + 4)
  octets.fill(0, at + 4 + value.length, end)
  return end
}

function writeTime(octets: Buffer, at: number, offset: number): void {
  octets.writeUInt32LE(Math.floor(at / 2 ** 32), offset)
  octets.writeUInt32LE(at % 2 ** 32, offset + 4)
}

function time(at: number): Buffer {
  const octets = Buffer.alloc(8)
  writeTime(octets, at, 0)
  return octets
}

function count(value: number): Buffer {
  const octets = Buffer.alloc(8)
  octets.writeBigUInt64LE(BigInt(value))
  return octets
}

function padded(length: number): number {
  return (length + 3) & ~3
}
