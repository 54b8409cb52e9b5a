/** To whom a message is to be brought, once aliases have been followed. */
import { splitAddress } from '../address.ts'
import type { Recipient } from '../envelope.ts'
import type { Directory } from '../policy/directory.ts'
import type { QueuedRecipient } from './entry.ts'

/** Each mailbox and each address of another server once, whoever leads to it. */
export function admit(
  directory: Directory,
  recipients: readonly Recipient[],
  now: number,
): QueuedRecipient[] {
  const found = new Map<string, QueuedRecipient>()
  for (const recipient of recipients)
    for (const place of placesOf(directory, recipient.address)) {
      const { local, domain } = splitAddress(place.address)
      const key = place.account === undefined ? `${local}@${domain}` : `account ${place.account}`
      const known = found.get(key)
      if (known !== undefined) {
        if (!known.asked.includes(recipient.address)) known.asked.push(recipient.address)
        continue
      }
      found.set(key, {
        ...place,
        asked: [recipient.address],
        ...(recipient.notify !== undefined && { notify: [...recipient.notify] }),
        ...(recipient.original !== undefined && { original: recipient.original }),
        state: 'waiting',
        attempts: 0,
        next: now,
      })
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
