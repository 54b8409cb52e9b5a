/** A small reader of pcapng and of the frames in it, which knows nothing of the writer. */

/** A block as it stands in a file. */
export interface Block {
  readonly type: number
  /** Without type and lengths. */
  readonly body: Buffer
}

/** The whole blocks, and how many octets are left at the end; throws for what is no block. */
export function blocksIn(octets: Buffer): { readonly blocks: Block[]; readonly rest: number } {
  const blocks: Block[] = []
  let at = 0
  while (at + 12 <= octets.length) {
    const length = octets.readUInt32LE(at + 4)
    if (at + length > octets.length) break
    if (length < 12 || length % 4 !== 0 || octets.readUInt32LE(at + length - 4) !== length)
      throw new Error(`no block at ${at}`)
    blocks.push({ type: octets.readUInt32LE(at), body: octets.subarray(at + 8, at + length - 4) })
    at += length
  }
  return { blocks, rest: octets.length - at }
}

/** The options at the end of a block, whose fixed part is so long. */
export function optionsOf({ body }: Block, fixed: number): Map<number, Buffer> {
  const options = new Map<number, Buffer>()
  for (let at = fixed; at + 4 <= body.length;) {
    const [code, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)]
    if (code === 0) break
    options.set(code, body.subarray(at + 4, at + 4 + length))
    at += 4 + ((length + 3) & ~3)
  }
  return options
}

/** A packet's block. */
export interface Packet {
  readonly interface: number
  readonly at: number
  readonly frame: Buffer
  readonly comment: string | undefined
  readonly flags: number | undefined
}

/** What an enhanced packet block says. */
export function packetOf(block: Block): Packet {
  const { body } = block
  const length = body.readUInt32LE(12)
  if (body.readUInt32LE(16) !== length) throw new Error('the frame is cut')
  const options = optionsOf(block, 20 + ((length + 3) & ~3))
  return {
    interface: body.readUInt32LE(0),
    at: body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8),
    frame: body.subarray(20, 20 + length),
    comment: options.get(1)?.toString(),
    flags: options.get(2)?.readUInt32LE(0),
  }
}

/** A frame, taken apart. */
export interface Frame {
  /** `address:port`, the addresses in hexadecimal. */
  readonly source: string
  readonly destination: string
  readonly protocol: number
  readonly flags: number
  readonly sequence: number
  readonly acknowledgment: number
  readonly payload: Buffer
  /** Octets of the IP packet. */
  readonly length: number
}

/** Takes a frame apart; throws if a length or a checksum in it is wrong. */
export function frameOf(frame: Buffer): Frame {
  const type = frame.readUInt16BE(12)
  const ip = frame.subarray(14)
  const isFour = type === 0x0800
  if (!isFour && type !== 0x86dd) throw new Error(`ethertype ${type}`)
  const head = isFour ? 20 : 40
  const length = isFour ? ip.readUInt16BE(2) : 40 + ip.readUInt16BE(4)
  if (length !== ip.length) throw new Error(`the packet says ${length} and has ${ip.length}`)
  if (isFour && sum(ip.subarray(0, 20)) !== 0xffff) throw new Error('IP checksum')
  const protocol = ip.readUInt8(isFour ? 9 : 6)
  const addresses = ip.subarray(isFour ? 12 : 8, head)
  const inner = ip.subarray(head)
  const pseudo = Buffer.alloc(4)
  pseudo.writeUInt16BE(inner.length, 0)
  pseudo.writeUInt16BE(protocol, 2)
  if (sum(Buffer.concat([addresses, pseudo, inner])) !== 0xffff) throw new Error(`checksum of ${protocol}`)
  const [from, to] = [addresses.subarray(0, addresses.length / 2), addresses.subarray(addresses.length / 2)]
  const ends = {
    source: `${from.toString('hex')}:${inner.readUInt16BE(0)}`,
    destination: `${to.toString('hex')}:${inner.readUInt16BE(2)}`,
    protocol,
    length,
  }
  if (protocol === 17) {
    if (inner.readUInt16BE(4) !== inner.length || inner.readUInt16BE(6) === 0) throw new Error('UDP length')
    return { ...ends, flags: 0, sequence: 0, acknowledgment: 0, payload: inner.subarray(8) }
  }
  const offset = (inner.readUInt8(12) >> 4) * 4
  return {
    ...ends,
    flags: inner.readUInt8(13),
    sequence: inner.readUInt32BE(4),
    acknowledgment: inner.readUInt32BE(8),
    payload: inner.subarray(offset),
  }
}

/** The sum of RFC 1071, the slow way. */
function sum(octets: Buffer): number {
  let total = 0
  for (const [at, octet] of octets.entries()) total += at % 2 === 0 ? octet << 8 : octet
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x1_0000)
  return total
}
