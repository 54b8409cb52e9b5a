/** The names of addresses in a capture, so that Wireshark shows them. */
import type { PublishedName } from '../service.ts'
import { nameResolution } from './pcapng.ts'
import { octetsOf } from './route.ts'

/** Blocks with the names that a lab publishes, which a service may change whenever it is reloaded. */
export class CaptureNames {
  readonly #list: () => readonly PublishedName[]
  /** What a section that has begun, or a block behind that, has told. */
  #told: readonly PublishedName[]

  /** `list` gives what is published, and the same list until that changes. */
  constructor(list: () => readonly PublishedName[]) {
    this.#list = list
    this.#told = list()
  }

  /** All names as they are now, in one block or none. */
  blocks(): readonly Buffer[] {
    const named = byAddress(this.#list())
    return named.length === 0 ? [] : [nameResolution(named)]
  }

  /** The same, if they have changed since the last time. */
  changes(): readonly Buffer[] {
    const list = this.#list()
    if (list === this.#told) return []
    this.#told = list
    return this.blocks()
  }
}

/** The names of the addresses that are not every machine's own. */
function byAddress(published: readonly PublishedName[]): Parameters<typeof nameResolution>[0] {
  const addresses = published.filter(
    ({ type, data }) => (type === 'A' || type === 'AAAA') && !data.startsWith('127.') && data !== '::1',
  )
  return [...Map.groupBy(addresses, ({ data }) => data)].map(([address, list]) => ({
    address: octetsOf(address),
    names: [...new Set(list.map(({ name }) => name))],
  }))
}
