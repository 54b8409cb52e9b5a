/** One interface of a section of pcapng (draft-ietf-opsawg-pcapng §4.2). */
export interface Interface {
  /** The number of its link layer. */
  readonly link: number
  /** Octets that were kept of a frame at most. */
  readonly most: number
  /** What both halves of a time stamp mean, in milliseconds since 1970. */
  milliseconds(high: number, low: number): number
}

/** Interfaces of one section. */
const MOST = 10_000

// §3.5 and §4.2
const [END, RESOLUTION, OFFSET] = [0, 9, 14]

/** The interfaces of a section, by the order of their blocks. */
export class Interfaces {
  readonly #list: Interface[] = []

  at(number: number): Interface | undefined {
    return this.#list[number]
  }

  /** Reads the content of a block, 8 octets at least; false if there are too many. */
  add(body: Buffer, isLittle: boolean): boolean {
    const half = (at: number): number => (isLittle ? body.readUInt16LE(at) : body.readUInt16BE(at))
    let [unit, offset] = [1e-3, 0]
    for (let at = 8; at + 4 <= body.length;) {
      const [code, length] = [half(at), half(at + 2)]
      const value = body.subarray(at + 4, at + 4 + length)
      if (code === END || value.length < length) break
      if (code === RESOLUTION && length === 1) unit = unitOf(value[0] ?? 0)
      if (code === OFFSET && length === 8)
        offset = 1000 * Number(isLittle ? value.readBigInt64LE() : value.readBigInt64BE())
      at += 4 + ((length + 3) & ~3)
    }
    const most = isLittle ? body.readUInt32LE(4) : body.readUInt32BE(4)
    this.#list.push({
      link: half(0),
      // 0 is no limit.
      most: most === 0 ? Infinity : most,
      milliseconds: (high, low) => (high * 2 ** 32 + low) * unit + offset,
    })
    return this.#list.length <= MOST
  }
}

/** Milliseconds of one tick: a power of ten, or of two if the uppermost bit is set. */
function unitOf(resolution: number): number {
  const power = resolution & 0x7f
  return 1000 * (resolution === power ? 10 ** -power : 2 ** -power)
}
