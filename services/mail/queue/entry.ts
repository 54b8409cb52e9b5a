/** A message in the queue, as it lies on disk beside its octets. */
import { z } from 'zod'
import { splitAddress } from '../address.ts'

const notify = z.enum(['NEVER', 'SUCCESS', 'FAILURE', 'DELAY'])

const recipient = z.object({
  /** Where it goes: an address of another server, or of the account. */
  address: z.string(),
  /** What the sender wrote, which an alias may have led here. */
  asked: z.array(z.string()),
  /** The account, for mail that stays here; empty if there is none any more. */
  account: z.string().optional(),
  notify: z.array(notify).optional(),
  original: z.string().optional(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.int(),
  /** What was last said of it, as `550 5.1.1 text`. */
  reply: z.string().optional(),
  /** Who said so. */
  host: z.string().optional(),
  /** When it is tried next, in milliseconds since 1970. */
  next: z.number(),
})

/** The form of `<id>.json`. */
export const entrySchema = z.object({
  version: z.literal(1),
  id: z.string().regex(/^[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}$/),
  received: z.number(),
  /** Octets of the message with our Received field. */
  size: z.int(),
  sender: z.object({
    address: z.string(),
    body: z.enum(['7BIT', '8BITMIME']),
    isUtf8: z.boolean(),
    returned: z.enum(['FULL', 'HDRS']).optional(),
    envelopeId: z.string().optional(),
  }),
  /** What the client that brought it called itself. */
  client: z.string().optional(),
  /** The sender knows that it takes long. */
  isWarned: z.boolean(),
  recipients: z.array(recipient),
})

/** A message with its recipients; only the queue changes it. */
export type Entry = z.output<typeof entrySchema>
/** One of its recipients. */
export type QueuedRecipient = z.output<typeof recipient>

/** What the recipients of one attempt have in common: a mailbox here, or the servers of a domain. */
export function keyOf({ account, address }: QueuedRecipient): string {
  if (account !== undefined) return `account ${account}`
  return splitAddress(address).domain
}
