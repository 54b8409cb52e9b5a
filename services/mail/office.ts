/** The post office: what the sessions of SMTP ask whether mail is taken, and give it to. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { canonicalAddress } from '../../lab/kit/address.ts'
import { decodeValue } from '../../lab/kit/mime/fields.ts'
import { Resolver } from '../../lab/kit/resolver.ts'
import type { Address, ServiceContext } from '../../lab/service.ts'
import { MessageIds } from './delivery/id.ts'
import { deliverInbox } from './delivery/inbox.ts'
import { MessageIntake, type Sink } from './delivery/intake.ts'
import { MailboxSink } from './delivery/mailbox.ts'
import { deliveryFields } from './delivery/trace.ts'
import type { Client, Envelope, Intake, PostOffice, Recipient, Refusal, Sender } from './envelope.ts'
import { hostnameOf } from './hostname.ts'
import type { MailConfig } from './options.ts'
import { Blocklists } from './policy/blocklist.ts'
import { Directory } from './policy/directory.ts'
import { Greylist } from './policy/greylist.ts'
import { Policy } from './policy/policy.ts'
import { admit } from './queue/admission.ts'
import type { Entry, QueuedRecipient } from './queue/entry.ts'
import { HostFinder, splitHostPort } from './queue/hosts.ts'
import { Queue, type QueuedMessage, type QueueOptions } from './queue/queue.ts'
import { composeReport, neededOctets } from './queue/report.ts'
import { QueueSink } from './queue/sink.ts'
import { Spool } from './queue/spool.ts'

/** What an office cannot find in its context. */
export interface OfficeOptions {
  /** Where this server listens for mail, so that it does not send to itself. */
  readonly own?: () => readonly Address[]
}

type Context = ServiceContext<MailConfig>

/** Opens the office of a service: takes up the queue again, and puts the messages of the scenario into their mailboxes. */
export async function openOffice(ctx: Context, options: OfficeOptions = {}): Promise<Office> {
  const { database, folder } = ctx.store()
  const ids = new MessageIds(ctx.clock, database)
  const { spool, entries } = await Spool.open(join(folder, 'queue'), ctx.log)
  await deliverInbox(ctx, database)
  return new Office(ctx, { ids, spool, entries, own: options.own ?? ((): readonly Address[] => []) })
}

interface OfficeParts {
  readonly ids: MessageIds
  readonly spool: Spool
  readonly entries: readonly Entry[]
  readonly own: () => readonly Address[]
}

/** Takes mail in, by the policy, and brings it to mailboxes and other servers. */
export class Office implements PostOffice, AsyncDisposable {
  readonly #ctx: Context
  readonly #ids: MessageIds
  readonly #spool: Spool
  readonly #hostname: string
  readonly #directory: Directory
  readonly #policy: Policy
  readonly #queue: Queue

  constructor(ctx: Context, { ids, spool, entries, own }: OfficeParts) {
    const { config, clock, random, world } = ctx
    this.#ctx = ctx
    this.#ids = ids
    this.#spool = spool
    this.#hostname = hostnameOf(ctx)
    this.#directory = new Directory(ctx)
    const resolver = openResolver(ctx)
    this.#policy = new Policy({
      config,
      directory: this.#directory,
      mail: world.mail,
      greylist:
        config.greylist === false ? undefined : new Greylist(config.greylist, clock, ctx.store().database),
      blocklists: new Blocklists(config.blocklists, resolver, clock),
    })
    const attempt = {
      connect: (target: Parameters<Context['connect']>[0]) => ctx.connect(target),
      reveal: (connection: Parameters<Context['reveal']>[0], socket: Parameters<Context['reveal']>[1]) =>
        ctx.reveal(connection, socket),
      clock,
      hostname: this.#hostname,
      signal: ctx.signal,
      mail: world.mail,
      policy: this.#policy,
      hosts: new HostFinder({ config, hostname: this.#hostname, resolver, random, own }),
    }
    this.#queue = new Queue({ ctx, spool, attempt, report: this.#report }, entries)
  }

  judgeSender(client: Client, sender: Sender): Promise<Refusal | undefined> {
    return Promise.resolve(this.#policy.judgeSender(client, sender))
  }

  judgeRecipient(client: Client, sender: Sender, recipient: Recipient): Promise<Refusal | undefined> {
    return this.#policy.judgeRecipient(client, sender, recipient)
  }

  look(name: string): readonly string[] | undefined {
    return this.#directory.look(name)
  }

  open(client: Client, envelope: Envelope): Intake {
    const { clock, config, log } = this.#ctx
    const id = this.#ids.next()
    const at = clock.now()
    const [from, to] = [envelope.sender.address, envelope.recipients.map(({ address }) => address)]
    const { name, protocol, account, entrance } = client
    return new MessageIntake({
      id,
      client,
      envelope,
      hostname: this.#hostname,
      maxReceived: config.maxReceived,
      at,
      log,
      sink: this.#sink(id, client, envelope, at),
      accepted: (size, subject) =>
        this.#ctx.record({
          kind: 'smtp.accepted',
          connection: client.peer.connection,
          data: () => ({
            id,
            from,
            to,
            size,
            subject: subject && decodeValue(subject),
            entrance,
            name,
            protocol,
            account: account?.name,
            client: canonicalAddress(client.peer.host),
          }),
        }),
    })
  }

  /** What waits, as it is now. */
  queue(): readonly QueuedMessage[] {
    return this.#queue.list()
  }

  /** Whether a stop would have something sent twice. */
  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  /** Begins another attempt at a message, or at all; resolves with how many there are. */
  flush(id?: string): Promise<number> {
    return Promise.resolve(this.#queue.flush(id))
  }

  /** Takes a message out of the queue without a report; false if there is none of that id. */
  remove(id: string): Promise<boolean> {
    return this.#queue.remove(id)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]()
  }

  /** The mailbox itself where a message is for one alone, else the queue. */
  #sink(id: string, client: Client, envelope: Envelope, at: number): Sink {
    const recipients = admit(this.#directory, envelope.recipients, at)
    return (
      this.#mailboxSink(id, client, envelope, recipients, at) ??
      this.#queueSink(id, client, envelope, recipients, at)
    )
  }

  #mailboxSink(
    id: string,
    client: Client,
    { sender }: Envelope,
    recipients: readonly QueuedRecipient[],
    at: number,
  ): Sink | undefined {
    const [only, ...others] = recipients
    // A report of success is owed durably, which the queue is for.
    if (only?.account === undefined || others.length > 0 || only.notify?.includes('SUCCESS')) return undefined
    const { account, address, asked } = only
    const mailbox = this.#ctx.world.mail.mailbox(account)
    if (mailbox === undefined) return undefined
    return new MailboxSink({
      account: { name: account, address },
      mailbox,
      top: deliveryFields(sender.address, asked, at),
      judge: (accounts, size) => this.#policy.judgeRoom(accounts, size),
      delivered: (message) =>
        this.#ctx.record({
          kind: 'smtp.delivered',
          connection: client.peer.connection,
          data: () => ({ id, account, recipient: address, message }),
        }),
    })
  }

  #queueSink(
    id: string,
    client: Client,
    { sender }: Envelope,
    recipients: QueuedRecipient[],
    at: number,
  ): Sink {
    const to = recipients.map(({ address }) => address)
    return new QueueSink({
      entry: { ...entryOf(id, sender, recipients, at), client: client.name },
      spool: this.#spool,
      queue: this.#queue,
      queued: () =>
        this.#ctx.record({
          kind: 'smtp.queued',
          connection: client.peer.connection,
          data: () => ({ id, to }),
        }),
    })
  }

  /** RFC 3464; a bounce that cannot be delivered goes to nobody (RFC 5321 §6.1). */
  readonly #report: QueueOptions['report'] = async (entry, action, list) => {
    const { clock, config } = this.#ctx
    const { address } = entry.sender
    if (address === '') return undefined
    if (this.#directory.isLocal(address) && this.#directory.expand(address) === undefined) return undefined
    const id = this.#ids.next()
    const at = clock.now()
    const report = composeReport({
      action,
      entry,
      recipients: list,
      id,
      hostname: this.#hostname,
      at,
      until: entry.received + config.queue.lifetime * 1000,
      message: await this.#spool.head(entry.id, neededOctets(entry, action)),
      boundary: `${id}-${randomUUID()}`,
    })
    const recipients = admit(this.#directory, [{ address, notify: ['NEVER'], original: undefined }], at)
    const sender = {
      ...entry.sender,
      address: '',
      size: undefined,
      returned: undefined,
      envelopeId: undefined,
    }
    const made = { ...entryOf(id, { ...sender, body: '8BITMIME' }, recipients, at), size: report.length }
    const draft = this.#spool.draft(id)
    try {
      await draft.write(report)
      await draft.sync()
      await this.#spool.save(made)
    } catch (error) {
      await draft.abort()
      throw error
    }
    return made
  }
}

function entryOf(
  id: string,
  { address, body, isUtf8, returned, envelopeId }: Sender,
  recipients: QueuedRecipient[],
  received: number,
): Omit<Entry, 'size'> {
  return {
    version: 1,
    id,
    received,
    sender: {
      address,
      body,
      isUtf8,
      ...(returned !== undefined && { returned }),
      ...(envelopeId !== undefined && { envelopeId }),
    },
    isWarned: false,
    recipients,
  }
}

/** Asks the server of the option, else the lab's own. */
function openResolver(ctx: Context): Resolver {
  const { config, clock, random, world } = ctx
  const chosen = config.resolver === undefined ? undefined : splitHostPort(config.resolver, 53)
  return new Resolver({
    connect: (target) => ctx.connect(target),
    server: () => chosen ?? world.names.resolver(),
    clock,
    random,
  })
}
