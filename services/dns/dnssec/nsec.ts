/** NSEC records: the names of a zone in their order, each with its types and the next one (RFC 4034 §4). */
import { TYPE } from '../records/types.ts'
import type { Name } from '../wire/name.ts'
import type { Denial, ZoneNode } from '../zone/zone.ts'
import { canonicalOrder, lastUpTo } from './canonical.ts'

/** A node with the text that it is sorted by. */
interface Link {
  readonly order: string
  readonly node: ZoneNode
}

/** A chain of NSEC records that stand in nodes. */
export class NsecChain implements Denial {
  readonly type = TYPE.nsec
  readonly hashed: readonly ZoneNode[] = []
  private readonly links: readonly Link[]
  private readonly orders: readonly string[]

  /** Takes nodes with NSEC records, in canonical order. */
  constructor(links: readonly Link[]) {
    this.links = links
    this.orders = links.map(({ order }) => order)
  }

  /** An empty non-terminal has no record of its own: the one that spans it says that it has no types (RFC 4035 §3.1.3.1). */
  match(key: string): ZoneNode | undefined {
    return this.cover(key)
  }

  /** The node of the name, or the last one before it. */
  cover(key: string): ZoneNode | undefined {
    return this.links[lastUpTo(this.orders, canonicalOrder(key))]?.node
  }
}

/** Nodes in canonical order (RFC 4034 §6.1). */
export function sortNodes(nodes: readonly ZoneNode[]): readonly Link[] {
  const links = nodes.map((node) => ({ order: canonicalOrder(node.name.key), node }))
  return links.toSorted((one, other) => (one.order < other.order ? -1 : 1))
}

/** The data of an NSEC record (RFC 4034 §4.1). */
export function nsecData(next: Name, types: Iterable<number>): Buffer {
  return Buffer.concat([next.wire, typeBitmap(types)])
}

/** The bitmap of types, by windows of 256, empty ones left out (RFC 4034 §4.1.2). */
function typeBitmap(types: Iterable<number>): Buffer {
  const windows = new Map<number, Buffer>()
  for (const type of types) {
    const bits = windows.getOrInsertComputed(type >> 8, () => Buffer.alloc(32))
    const at = (type & 0xff) >> 3
    bits[at] = (bits[at] ?? 0) | (0x80 >> (type & 7))
  }
  const pieces: Buffer[] = []
  for (const [window, bits] of [...windows].toSorted(([one], [other]) => one - other)) {
    const length = bits.findLastIndex((octet) => octet !== 0) + 1
    pieces.push(Buffer.from([window, length]), bits.subarray(0, length))
  }
  return Buffer.concat(pieces)
}
