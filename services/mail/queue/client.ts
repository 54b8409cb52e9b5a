/** Sends a message to one server, with nodemailer as the client. */
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SMTPEnvelope } from 'nodemailer/lib/smtp-connection'
import type { Duplex, Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { addressText } from '../../../lab/kit/address.ts'
import { messageOf } from '../../../lab/kit/error.ts'
import type { Clock, ServiceContext } from '../../../lab/service.ts'
import { isAscii } from '../address.ts'
import type { Entry, QueuedRecipient } from './entry.ts'
import type { Target } from './hosts.ts'
import { deferred, failed, outcomeOf, parseReply, type Outcome } from './reply.ts'
import { WireSocket } from './wire-socket.ts'

/** What a client uses. */
export interface ClientOptions {
  readonly connect: ServiceContext<unknown>['connect']
  readonly reveal: ServiceContext<unknown>['reveal']
  readonly clock: Pick<Clock, 'timer'>
  /** What it calls itself. */
  readonly hostname: string
  /** Aborts when the service stops. */
  readonly signal: AbortSignal
  /** What has been sent whole, and waits for the word of the other server. */
  readonly unanswered: Set<Consignment>
}

/** A message for some of its recipients. */
export interface Consignment {
  readonly entry: Entry
  readonly recipients: readonly QueuedRecipient[]
  /** The octets, from the start, each time. */
  readonly read: () => Readable
}

/** What became of each recipient; whether another server may be asked about those that are deferred. */
export interface Delivery {
  readonly outcomes: ReadonlyMap<QueuedRecipient, Outcome>
  readonly mayTryOthers: boolean
}

/** Milliseconds for a connection; for a reply (RFC 5321 §4.5.3.2.1); for a whole session; for the answer to QUIT. */
const CONNECT_TIME = 30_000
const REPLY_TIME = 300_000
const SESSION_TIME = 3_600_000
const GOODBYE_TIME = 5000
/** Octets that a server may say in one session, TLS included, and for each recipient. */
const MOST_SAID = 65_536
const MOST_SAID_OF_EACH = 2048
/** Recipients of one transaction, which every server must take (RFC 5321 §4.5.3.1.8). */
const MOST_RECIPIENTS = 100

/** Delivers to a server; what fails is an outcome, and nothing rejects. */
export async function deliver(
  options: ClientOptions,
  target: Target,
  consignment: Consignment,
): Promise<Delivery> {
  const first = await attempt(options, target, consignment, false)
  if (first !== 'no tls') return first
  // RFC 3207 §4.1 leaves the choice: a server whose TLS does not work is talked to in clear.
  const second = await attempt(options, target, consignment, true)
  return second === 'no tls' ? all(consignment, deferred('4.7.5', 'TLS failed', target.name)) : second
}

async function attempt(
  options: ClientOptions,
  target: Target,
  consignment: Consignment,
  ignoreTLS: boolean,
): Promise<Delivery | 'no tls'> {
  const host = target.name
  // Before the connection is there, which may end at any moment after.
  const { default: Connection } = await import('nodemailer/lib/smtp-connection')
  let stream: Duplex
  try {
    stream = await options.connect({ host: target.host, port: target.port, timeout: CONNECT_TIME })
  } catch (error) {
    return all(
      consignment,
      deferred('4.4.1', `no connection to ${addressText(target)}: ${messageOf(error)}`, host),
    )
  }
  const limit = options.clock.timer(SESSION_TIME, () => stream.destroy())
  const stop = (): void => {
    // Cut now, the message would be sent again though it may have been taken.
    if (!options.unanswered.has(consignment)) stream.destroy()
  }
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    const connection = new Connection({
      host,
      port: target.port,
      connection: new WireSocket(
        stream,
        options.clock,
        MOST_SAID + MOST_SAID_OF_EACH * consignment.recipients.length,
      ),
      name: options.hostname,
      secure: false,
      ignoreTLS,
      opportunisticTLS: true,
      tls: { rejectUnauthorized: false },
      connectionTimeout: REPLY_TIME,
      greetingTimeout: REPLY_TIME,
      socketTimeout: REPLY_TIME,
      socketCloseTimeout: 1000,
    })
    onTls(connection, (socket) => options.reveal(stream, socket))
    return await converse(connection, host, options, consignment)
  } finally {
    limit.cancel()
    options.signal.removeEventListener('abort', stop)
  }
}

/** Calls `run` with the TLS socket before its handshake, for which nodemailer has no event. */
function onTls(connection: SMTPConnection, run: (socket: TLSSocket) => void): void {
  const upgrade: unknown = Reflect.get(connection, '_upgradeConnection')
  if (typeof upgrade !== 'function') throw new TypeError('nodemailer begins TLS in another way now')
  Reflect.set(connection, '_upgradeConnection', (callback: unknown) => {
    Reflect.apply(upgrade, connection, [callback])
    const socket: unknown = Reflect.get(connection, '_socket')
    if (isTls(socket)) run(socket)
  })
}

function isTls(socket: unknown): socket is TLSSocket {
  return typeof socket === 'object' && socket !== null && 'encrypted' in socket
}

async function converse(
  connection: SMTPConnection,
  host: string,
  { clock, signal, unanswered }: ClientOptions,
  consignment: Consignment,
): Promise<Delivery | 'no tls'> {
  let isSound = false
  try {
    const trouble = await greet(connection)
    if (trouble !== undefined && (trouble.code === 'ETLS' || connection.upgrading)) return 'no tls'
    if (trouble !== undefined) return all(consignment, outcomeOfError(trouble, host))
    const hello = lastReply(connection)
    const outcomes = new Map<QueuedRecipient, Outcome>()
    let mayTryOthers = true
    for (const group of groups(consignment.recipients, offers(hello, 'DSN'))) {
      if (signal.aborted) break
      if (outcomes.size > 0) await reset(connection)
      const result = await transact(connection, { host, hello, unanswered }, consignment, group)
      for (const [recipient, outcome] of result.outcomes) outcomes.set(recipient, outcome)
      mayTryOthers &&= result.mayTryOthers
      isSound = result.isSound
    }
    return { outcomes, mayTryOthers }
  } finally {
    if (isSound) end(connection, clock)
    else connection.close()
  }
}

/** Undefined when the server is ready. */
function greet(connection: SMTPConnection): Promise<ClientError | undefined> {
  return new Promise((resolve) => {
    connection.on('error', resolve)
    connection.once('end', () => resolve(new Error('the connection was closed')))
    connection.connect((error) => resolve(error))
  })
}

/** Ends a transaction that may have failed half-way. */
function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve) => {
    connection.once('end', resolve)
    connection.reset(() => resolve())
  })
}

/** Says goodbye, and waits a little for the answer (RFC 5321 §4.1.1.10). */
function end(connection: SMTPConnection, clock: Pick<Clock, 'timer'>): void {
  if (connection.destroyed) return
  const timer = clock.timer(GOODBYE_TIME, () => connection.close())
  connection.once('end', () => timer.cancel())
  connection.quit()
}

async function transact(
  connection: SMTPConnection,
  { host, hello, unanswered }: Pick<ClientOptions, 'unanswered'> & Readonly<Record<'host' | 'hello', string>>,
  consignment: Consignment,
  recipients: readonly QueuedRecipient[],
): Promise<Delivery & { readonly isSound: boolean }> {
  if (needsUtf8(consignment.entry, recipients) && !offers(hello, 'SMTPUTF8'))
    return {
      ...all({ recipients }, failed(550, '5.6.7', 'its server does not know SMTPUTF8', host)),
      isSound: true,
    }
  const envelope = envelopeOf(consignment.entry, recipients, offers(hello, 'DSN'))
  const stream = consignment.read()
  stream.once('end', () => unanswered.add(consignment))
  const error = await send(connection, envelope, stream)
  unanswered.delete(consignment)
  const hasBegun = stream.readableDidRead
  stream.destroy()
  const whole: Outcome =
    error === undefined
      ? {
          kind: 'delivered',
          reply: parseReply(lastReply(connection)),
          host,
          isPassedOn: offers(hello, 'DSN'),
        }
      : outcomeOfError(error, host)
  const outcomes = each(recipients, whole)
  // The client leaves the refusals of single recipients here, whatever became of the rest.
  for (const { recipient, response } of refusalsIn(envelope)) {
    const refused = recipients.find(({ address }) => address.trim() === recipient)
    if (refused !== undefined) outcomes.set(refused, outcomeOf(parseReply(response), host, true))
  }
  const isSound = error === undefined || error.responseCode !== undefined
  // A server that goes away in the middle of a message may have taken it (RFC 1047).
  return { outcomes, mayTryOthers: isSound || !hasBegun, isSound }
}

function send(
  connection: SMTPConnection,
  envelope: SMTPEnvelope,
  stream: Readable,
): Promise<ClientError | undefined> {
  return new Promise((resolve) => {
    const gone = (): void => resolve(new Error('the connection was closed'))
    connection.once('end', gone)
    connection.send(envelope, stream, (error) => {
      connection.off('end', gone)
      resolve(error ?? undefined)
    })
  })
}

function envelopeOf(
  { sender, size }: Entry,
  recipients: readonly QueuedRecipient[],
  isDsn: boolean,
): SMTPEnvelope {
  const [first] = recipients
  const dsn = {
    ret: sender.returned ?? null,
    envid: sender.envelopeId ?? null,
    notify: first?.notify ?? null,
    orcpt: first?.original ?? null,
  }
  return {
    from: sender.address === '' ? false : sender.address,
    to: recipients.map(({ address }) => address),
    size,
    use8BitMime: sender.body === '8BITMIME',
    ...(isDsn && { dsn }),
  }
}

function needsUtf8({ sender }: Entry, recipients: readonly QueuedRecipient[]): boolean {
  return [sender, ...recipients].some(({ address }) => !isAscii(address))
}

function refusalsIn(envelope: object): readonly { readonly recipient: string; readonly response: string }[] {
  const errors: unknown = Reflect.get(envelope, 'rejectedErrors')
  if (!Array.isArray(errors)) return []
  return errors.flatMap((error: unknown) => {
    if (!(error instanceof Error && 'recipient' in error && 'response' in error)) return []
    return [{ recipient: String(error.recipient), response: String(error.response) }]
  })
}

/** Recipients that can share a transaction: the client says NOTIFY and ORCPT once for all. */
function groups(
  recipients: readonly QueuedRecipient[],
  isDsn: boolean,
): readonly (readonly QueuedRecipient[])[] {
  const alike = Map.groupBy(recipients, ({ notify, original }) =>
    isDsn ? JSON.stringify([notify, original]) : '',
  )
  return [...alike.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MOST_RECIPIENTS) }, (_, index) =>
      group.slice(index * MOST_RECIPIENTS, (index + 1) * MOST_RECIPIENTS),
    ),
  )
}

/** What nodemailer says of a failure. */
interface ClientError extends Error {
  readonly code?: string | undefined
  readonly responseCode?: number | undefined
  readonly response?: string | undefined
  readonly command?: string | undefined
}

function outcomeOfError(error: ClientError, host: string): Outcome {
  if (error.responseCode !== undefined && error.response !== undefined)
    return outcomeOf(parseReply(error.response), host, false)
  if (error.code === 'EMESSAGE')
    return failed(552, '5.3.4', 'the message is larger than its server takes', host)
  if (error.code === 'EENVELOPE') return failed(550, '5.1.3', error.message, host)
  return deferred('4.4.2', `${host}: ${messageOf(error)}`, host)
}

/** Whether an answer to EHLO names an extension. */
function offers(hello: string, extension: string): boolean {
  return new RegExp(`^250[ -]${extension}\\b`, 'im').test(hello)
}

function lastReply({ lastServerResponse }: SMTPConnection): string {
  return typeof lastServerResponse === 'string' ? lastServerResponse : ''
}

function all({ recipients }: Pick<Consignment, 'recipients'>, outcome: Outcome): Delivery {
  return { outcomes: each(recipients, outcome), mayTryOthers: true }
}

function each(recipients: readonly QueuedRecipient[], outcome: Outcome): Map<QueuedRecipient, Outcome> {
  return new Map(recipients.map((recipient) => [recipient, outcome]))
}
