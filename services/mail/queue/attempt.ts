/** One attempt to bring a message to its recipients that go the same way. */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { ServiceContext } from '../../../lab/service.ts'
import { messageOf } from '../../../lab/kit/error.ts'
import { storageRefusal } from '../delivery/intake.ts'
import { deliveryFields } from '../delivery/trace.ts'
import type { Policy } from '../policy/policy.ts'
import { refusals } from '../policy/refusals.ts'
import { deliver, type ClientOptions } from './client.ts'
import type { Entry, QueuedRecipient } from './entry.ts'
import type { HostFinder } from './hosts.ts'
import { deferred, type Outcome } from './reply.ts'

/** What an attempt uses. */
export interface AttemptOptions extends ClientOptions {
  readonly clock: ServiceContext<unknown>['clock']
  readonly mail: ServiceContext<unknown>['world']['mail']
  readonly policy: Pick<Policy, 'judgeRoom'>
  readonly hosts: HostFinder
  readonly read: (id: string) => Readable
  /** Is called for each delivery to a mailbox, with the message's id there. */
  readonly stored: (entry: Entry, recipient: QueuedRecipient, message: string) => void
}

/** What an attempt has come to. */
export type Outcomes = ReadonlyMap<QueuedRecipient, Outcome>

/** Puts a message into a mailbox, once however often it is tried. */
export async function deliverHere(
  options: AttemptOptions,
  entry: Entry,
  recipient: QueuedRecipient,
): Promise<Outcomes> {
  try {
    return new Map([[recipient, await store(options, entry, recipient)]])
  } catch (error) {
    const reply = storageRefusal(error)
    return new Map([
      [recipient, { kind: 'deferred', reply: { ...reply, text: `${reply.text}: ${messageOf(error)}` } }],
    ])
  }
}

async function store(
  { mail, policy, clock, read, stored }: AttemptOptions,
  entry: Entry,
  recipient: QueuedRecipient,
): Promise<Outcome> {
  const { account = '', address } = recipient
  const mailbox = mail.mailbox(account)
  if (mailbox === undefined) return { kind: 'failed', reply: refusals.unknown }
  const full = await policy.judgeRoom([{ name: account, address }], entry.size)
  if (full !== undefined) return { kind: 'deferred', reply: full }
  const top = deliveryFields(entry.sender.address, recipient.asked, clock.now())
  const message = await mailbox.deliver(pieces(top, read(entry.id)), mailboxId(entry, account))
  stored(entry, recipient, message)
  return { kind: 'delivered', reply: { code: 250, status: '2.1.5', text: 'delivered to the mailbox' } }
}

async function* pieces(top: string, message: Readable): AsyncGenerator<Buffer> {
  yield Buffer.from(top)
  for await (const piece of message) yield Buffer.from(piece)
}

/** The same for each attempt, and in the order of arrival. */
function mailboxId({ id, received }: Entry, account: string): string {
  const mark = createHash('sha256').update(account.toLowerCase()).digest('hex').slice(0, 12)
  return `${Math.floor(received / 1000)}.Q${id}R${mark}.queue`
}

/** Sends a message to the servers of a domain, the best one first. */
export async function deliverThere(
  options: AttemptOptions,
  entry: Entry,
  recipients: readonly QueuedRecipient[],
  domain: string,
): Promise<Outcomes> {
  const found = await options.hosts.find(domain)
  if ('kind' in found) return new Map(recipients.map((recipient) => [recipient, found]))
  const outcomes = new Map<QueuedRecipient, Outcome>()
  for (const target of found) {
    const open = recipients.filter(
      (recipient) => (outcomes.get(recipient)?.kind ?? 'deferred') === 'deferred',
    )
    if (open.length === 0 || options.signal.aborted) break
    const read = (): Readable => options.read(entry.id)
    const delivery = await deliver(options, target, { entry, recipients: open, read })
    for (const [recipient, outcome] of delivery.outcomes) outcomes.set(recipient, outcome)
    if (!delivery.mayTryOthers) break
  }
  for (const recipient of recipients)
    if (!outcomes.has(recipient)) outcomes.set(recipient, deferred('4.4.1', `nobody was asked for ${domain}`))
  return outcomes
}
