/** To whom a message is to be brought, once aliases have been followed. */
import { splitAddress } from '../address.ts'
import type { Recipient } from '../envelope.ts'
import type { Directory } from '../policy/directory.ts'
import type { QueuedRecipient } from './entry.ts'

/** Addresses that are kept of those that lead to one place: a hundred of an alias for a thousand would be two million characters. */
const MOST_ASKED = 20

/** Each mailbox and each address of another server once, whoever leads to it. */
export function admit(
  directory: Directory,
  recipients: readonly Recipient[],
  now: number,
): QueuedRecipient[] {
  const found = new Map<string, QueuedRecipient>()
  const groups = Map.groupBy(recipients, ({ address }) => directory.nameOf(address))
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue
    const asked = [...new Set([first, ...others].map(({ address }) => address))].slice(0, MOST_ASKED)
    for (const place of placesOf(directory, first.address)) {
      const { local, domain } = splitAddress(place.address)
      const key = place.account === undefined ? `${local}@${domain}` : `account ${place.account}`
      const known = found.get(key)
      if (known !== undefined) {
        const more = asked.filter((address) => !known.asked.includes(address))
        known.asked.push(...more.slice(0, MOST_ASKED - known.asked.length))
        continue
      }
      found.set(key, {
        ...place,
        asked: [...asked],
        ...(first.notify !== undefined && { notify: [...first.notify] }),
        ...(first.original !== undefined && { original: first.original }),
        state: 'waiting',
        attempts: 0,
        next: now,
      })
    }
  }
  return [...found.values()]
}

function placesOf(
  directory: Directory,
  address: string,
): readonly { readonly address: string; readonly account?: string }[] {
  if (!directory.isLocal(address)) return [{ address }]
  const found = directory.expand(address)
  // Accepted a moment ago, and gone since: its mail goes back.
  if (found === undefined) return [{ address, account: '' }]
  return [
    ...found.accounts.map((account) => ({ address: account.address, account: account.name })),
    ...found.remote.map((remote) => ({ address: remote })),
  ]
}
