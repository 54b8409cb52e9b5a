/** The mailboxes of the lab, looked at and never changed: what is not there yet is not made. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { LabError, messageOf } from '../../host/error.ts'
import { readFields } from '../../kit/mime/fields.ts'
import type { Mailbox, StoredMessage as Stored, World } from '../../service.ts'
import { RequestError } from '../request-error.ts'
import type { MailboxPage, Mailboxes as Summary, StoredMessage } from './schema.ts'
import { envelopeOf, LARGEST } from './letter.ts'

/** Accounts whose mailboxes are looked at for one list. */
const MOST_ACCOUNTS = 500

/** Messages whose headers are read at a time. */
const AT_ONCE = 8

/** A message with its octets, as many as are looked into. */
export interface Fetched {
  readonly message: Omit<StoredMessage, 'from' | 'to' | 'subject' | 'date'>
  readonly octets: Buffer
}

/** Reads mailboxes for the page. */
export class Mailboxes {
  readonly #world: Pick<World, 'mail' | 'accounts'>

  constructor(world: Pick<World, 'mail' | 'accounts'>) {
    this.#world = world
  }

  /** Every account with how much mail it has. */
  async all(): Promise<Summary> {
    const accounts = this.#world.accounts.list()
    const mailboxes: Summary['mailboxes'] = []
    for (const { name } of accounts.slice(0, MOST_ACCOUNTS)) {
      const messages = await this.#list(name)
      const octets = messages.reduce((sum, message) => sum + (message.octets ?? message.size), 0)
      mailboxes.push({ account: name, messages: messages.length, octets })
    }
    return { mailboxes, skipped: Math.max(0, accounts.length - MOST_ACCOUNTS) }
  }

  /** So many messages of an account, newest first, after leaving out the first `from`. */
  async page(account: string, from: number, limit: number): Promise<MailboxPage> {
    const mailbox = this.#mailbox(account)
    const all = await this.#list(account)
    const wanted = all.toReversed().slice(from, from + limit)
    const messages: StoredMessage[] = []
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const read = wanted.slice(at, at + AT_ONCE).map((stored) => summarize(mailbox, stored))
      messages.push(...(await Promise.all(read)).filter((message) => message !== undefined))
    }
    return { account, messages, total: all.length }
  }

  /** One message with its octets; rejects if it is not there. */
  async fetch(account: string, id: string): Promise<Fetched> {
    const mailbox = this.#mailbox(account)
    const stored = (await this.#list(account)).find((message) => message.id === id)
    const octets = stored && (await readUpTo(mailbox, id, LARGEST))
    if (stored === undefined || octets === undefined)
      throw new RequestError(404, (words) => words.messageMissing(account, id))
    return { message: aboutOf(stored), octets }
  }

  #mailbox(account: string): Mailbox {
    const mailbox = this.#world.mail.mailbox(account)
    if (mailbox === undefined) throw new RequestError(404, (words) => words.accountMissing(account))
    return mailbox
  }

  /** Listing a mailbox would make its folders. */
  async #list(account: string): Promise<readonly Stored[]> {
    const mailbox = this.#mailbox(account)
    return existsSync(mailbox.folder) ? mailbox.list() : []
  }
}

/** Octets of a message that are read for its header. */
const HEADER = 65_536

/** Undefined for a message that has gone meanwhile. */
async function summarize(mailbox: Mailbox, stored: Stored): Promise<StoredMessage | undefined> {
  const octets = await readUpTo(mailbox, stored.id, HEADER)
  if (octets === undefined) return undefined
  return { ...aboutOf(stored), ...envelopeOf(readFields(octets.toString('latin1')).fields) }
}

/** The beginning of a message, undefined if it has gone. */
async function readUpTo(mailbox: Mailbox, id: string, most: number): Promise<Buffer | undefined> {
  const message = await mailbox.open(id).catch(async (error: unknown) => {
    if ((await mailbox.list()).every((other) => other.id !== id)) return undefined
    throw new LabError((words) => words.messageUnreadable(id, messageOf(error)), { cause: error })
  })
  if (message === undefined) return undefined
  const pieces: Buffer[] = []
  try {
    // Each piece comes to lie where the one before was.
    for (
      let read = 0, piece;
      read < most && (piece = await message.read()) !== undefined;
      read += piece.length
    )
      pieces.push(Buffer.from(piece))
  } finally {
    await message.close()
  }
  return Buffer.concat(pieces).subarray(0, most)
}

function aboutOf({ id, path, octets, size }: Stored): Fetched['message'] {
  // The Maildir convention: a name begins with the second of its delivery, and flags follow the info mark.
  const [, seconds, microseconds = '0'] = /^(\d{1,11})\.(?:M(\d{1,6}))?/.exec(id) ?? []
  return {
    id,
    octets: octets ?? size,
    receivedAt:
      seconds === undefined ? null : Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000),
    isSeen: /[:;]2,[A-Z]*S[A-Z]*$/.test(basename(path)),
  }
}
