/** NSEC records: the names of a zone in their order, each with its types and the next one (RFC 4034 §4). */
import { encodeBitmap } from '../records/security.ts'
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
  return Buffer.concat([next.wire, encodeBitmap(types)])
}
