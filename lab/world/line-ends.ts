/** How many octets a stored message has once its lines end as the protocols want it. */

/** Carriage return. */
export const CR = 13
/** Line feed. */
export const LF = 10

/**
 * Counts the octets of a stored message with all lines ended by CR LF, those that end so already and the last one
 * included, whatever its pieces.
 */
export class OctetCount {
  #octets = 0
  /** What came last; 0 before the first octet. */
  #last = 0

  add(piece: Buffer): void {
    let last = this.#last
    let bare = 0
    for (let at = 0; at < piece.length; at++) {
      const octet = piece.readUInt8(at)
      if (octet === LF && last !== CR) bare += 1
      last = octet
    }
    this.#last = last
    this.#octets += piece.length + bare
  }

  get total(): number {
    return this.#octets === 0 || this.#last === LF ? this.#octets : this.#octets + 2
  }
}
