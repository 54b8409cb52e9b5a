/** Lists of addresses from which mail is not taken, kept in the DNS (RFC 5782). */
import { isIPv4, isIPv6 } from 'node:net'
import { canonicalAddress } from '../../../lab/kit/address.ts'
import { LookupCache } from '../../../lab/kit/resolver/cache.ts'
import type { Resolver } from '../../../lab/kit/resolver.ts'
import type { Clock } from '../../../lab/service.ts'
import { ipv6Groups } from '../address.ts'
import type { Refusal } from '../envelope.ts'

/** Characters of a list's reason that a client is told. */
const LONGEST_REASON = 200

/** Asks the zones whether they list a client. */
export class Blocklists {
  readonly #zones: readonly string[]
  readonly #resolver: Pick<Resolver, 'a' | 'txt'>
  readonly #addresses: LookupCache<string>
  readonly #reasons: LookupCache<string>

  constructor(zones: readonly string[], resolver: Pick<Resolver, 'a' | 'txt'>, clock: Pick<Clock, 'now'>) {
    this.#zones = zones
    this.#resolver = resolver
    this.#addresses = new LookupCache(clock)
    this.#reasons = new LookupCache(clock)
  }

  /** Why the address is not welcome; a zone that does not answer refuses nobody. */
  async judge(host: string): Promise<Refusal | undefined> {
    const reversed = reverse(host)
    if (reversed === undefined || this.#zones.length === 0) return undefined
    const listed = await Promise.all(this.#zones.map((zone) => this.#isListed(`${reversed}.${zone}`)))
    const zone = this.#zones[listed.indexOf(true)]
    if (zone === undefined) return undefined
    const name = `${reversed}.${zone}`
    const reason = await this.#reasons.get(name, () => this.#resolver.txt(name))
    const [text = ''] = reason.kind === 'found' ? reason.records : []
    const shown = text.replace(/[^ -~]/g, '?').slice(0, LONGEST_REASON)
    return {
      code: 550,
      status: '5.7.1',
      text: `${canonicalAddress(host)} is listed at ${zone}${shown === '' ? '' : `: ${shown}`}`,
    }
  }

  async #isListed(name: string): Promise<boolean> {
    const answer = await this.#addresses.get(name, () => this.#resolver.a(name))
    // RFC 5782 §2.1: what lies outside 127.0.0.0/8 is no answer of a list, but of a domain that answers everything.
    return answer.kind === 'found' && answer.records.some((address) => address.startsWith('127.'))
  }
}

/** The address as lists name it: octets (§2.1) or nibbles (§2.4), the last one first. */
function reverse(host: string): string | undefined {
  const address = canonicalAddress(host)
  if (isIPv4(address)) return address.split('.').toReversed().join('.')
  if (!isIPv6(address)) return undefined
  const nibbles = ipv6Groups(address)
    .map((group) => group.toString(16).padStart(4, '0'))
    .join('')
  return Array.from(nibbles).toReversed().join('.')
}
