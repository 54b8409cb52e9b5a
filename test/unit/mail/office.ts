/** A post office with a world of its own, and what it says and does. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LabClock } from '../../../lab/host/clock.ts'
import { createRandom } from '../../../lab/host/random.ts'
import { Sockets } from '../../../lab/host/sockets.ts'
import type { Address, Fact, FactData, Logger, Peer, ServiceContext } from '../../../lab/service.ts'
import { Wire } from '../../../lab/wire/wire.ts'
import { createWorld, type LabWorld } from '../../../lab/world/world.ts'
import type { Client, Entrance, Recipient, Refusal, Sender } from '../../../services/mail/envelope.ts'
import { openOffice, type Office } from '../../../services/mail/office.ts'
import { mailOptions, type MailConfig } from '../../../services/mail/options.ts'
import { temporaryFolder } from '../../lab.ts'

/** How an office differs from the usual one. */
export interface OfficeSetting {
  /** Options of the service. */
  readonly config?: object
  /** Ana, ben and root if not given. */
  readonly accounts?: readonly string[]
  readonly domain?: string
  /** A folder that outlives it. */
  readonly folder?: string
  readonly own?: readonly Address[]
  /** The lab's name server. */
  readonly resolver?: () => Address | undefined
  readonly clock?: LabClock
  readonly connect?: ServiceContext<MailConfig>['connect']
  readonly log?: Partial<Logger>
}

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** An office that was opened for a test. */
export interface TestOffice extends AsyncDisposable {
  readonly office: Office
  readonly ctx: ServiceContext<MailConfig>
  readonly clock: LabClock
  readonly world: LabWorld
  readonly folder: string
  readonly facts: (FactData & { readonly kind: string })[]
  /** The text of each message in a mailbox, oldest first, lines ended by LF. */
  mail(account: string): Promise<string[]>
  /** The files of the queue. */
  spool(): string[]
  /** Hands in a message that is taken; resolves with its id. */
  send(letter: Letter): Promise<string>
  /** Hands in a message; resolves with its id or why not. */
  offer(letter: Letter): Promise<string | Refusal>
}

/** A message with its envelope, the usual where nothing is said. */
export interface Letter {
  readonly from?: string
  readonly to?: string | readonly string[]
  readonly text?: string | Buffer
  readonly client?: Partial<Client>
  readonly sender?: Partial<Sender>
  readonly recipient?: Partial<Recipient>
  /** Octets at a time; all at once if not given. */
  readonly portion?: number
}

/** A client of the loopback. */
export function clientAt(
  host = '127.0.0.1',
  entrance: Entrance = 'smtp',
  more: Partial<Client> = {},
): Client {
  const peer: Peer = { host, port: 4321, connection: 7, local: { host: '127.0.0.1', port: 25 } }
  return {
    peer,
    entrance,
    name: 'client.test',
    protocol: 'ESMTP',
    account: undefined,
    ...more,
  }
}

/** A reverse path. */
export function senderOf(address: string, more: Partial<Sender> = {}): Sender {
  return {
    address,
    size: undefined,
    body: '7BIT',
    isUtf8: false,
    returned: undefined,
    envelopeId: undefined,
    ...more,
  }
}

/** A forward path. */
export function recipientOf(address: string, more: Partial<Recipient> = {}): Recipient {
  return { address, notify: undefined, original: undefined, ...more }
}

/** Opens an office in a folder that goes with it. */
export async function openTestOffice(setting: OfficeSetting = {}): Promise<TestOffice> {
  const own = setting.folder === undefined ? temporaryFolder() : undefined
  const folder = setting.folder ?? own?.path ?? ''
  const clock = setting.clock ?? new LabClock()
  const random = createRandom()
  const world = createWorld({
    domain: setting.domain ?? 'lab.test',
    address: '127.0.0.1',
    accounts: (setting.accounts ?? ['ana', 'ben', 'root']).map((name) => ({ name })),
    folder,
    clock,
    random,
  })
  const server = setting.resolver?.()
  if (server !== undefined) world.names.answerAt(server)
  const facts: (FactData & { readonly kind: string })[] = []
  const abort = new AbortController()
  const store = join(folder, 'store')
  mkdirSync(store, { recursive: true })
  const database = new DatabaseSync(join(store, 'store.db'))
  const wire = new Wire(
    () => clock.now(),
    () => undefined,
  )
  const log: Logger = { ...quiet, ...setting.log }
  const sockets = new Sockets({
    instance: 'mail',
    wire,
    log,
    locate: () => ({ transport: 'tcp', address: { host: '127.0.0.1', port: 0 } }),
  })
  const ctx: ServiceContext<MailConfig> = {
    instance: 'mail',
    config: mailOptions.parse({ ...setting.config }),
    log,
    clock,
    random,
    signal: abort.signal,
    world,
    files: { path: (name) => join(folder, name), text: (name) => readFileSync(join(folder, name), 'utf8') },
    tcp: (endpoint, serve) => sockets.tcp(endpoint, serve),
    tls: () => Promise.reject(new Error('no TLS here')),
    udp: () => Promise.reject(new Error('no UDP here')),
    connect: setting.connect ?? ((target) => sockets.connect(target)),
    upgrade: () => Promise.reject(new Error('no TLS here')),
    refuse: () => undefined,
    reveal: () => undefined,
    certificate: () => Promise.reject(new Error('no certificates here')),
    store: () => ({ database, folder: store }),
    fault: () => undefined,
    record: ({ kind, data }: Fact) =>
      void facts.push({ kind, ...(typeof data === 'function' ? data() : data) }),
  }
  const office = await openOffice(ctx, { own: () => setting.own ?? [] })
  return {
    office,
    ctx,
    clock,
    world,
    folder,
    facts,
    mail: (account) => readMailbox(world, account),
    spool: () => readdirSync(join(store, 'queue')).toSorted(),
    async send(letter) {
      const result = await offer(office, letter)
      return typeof result === 'string' ? result : assert.fail(`${result.code} ${result.text}`)
    },
    offer: (letter) => offer(office, letter),
    async [Symbol.asyncDispose]() {
      abort.abort(new Error('stopped'))
      await sockets.close()
      await office[Symbol.asyncDispose]()
      clock.close()
      database.close()
      own?.[Symbol.dispose]()
    },
  }
}

async function readMailbox(world: LabWorld, account: string): Promise<string[]> {
  const mailbox = world.mail.mailbox(account)
  if (mailbox === undefined) throw new Error(`there is no account ${account}`)
  const texts: string[] = []
  for (const { id } of await mailbox.list()) texts.push((await mailbox.read(id)).toString('latin1'))
  return texts
}

/** Hands in a message as a session would, without asking whether it is taken. */
async function offer(office: Office, letter: Letter): Promise<string | Refusal> {
  const { from = 'ana@lab.test', to = 'ben@lab.test', text = 'Subject: x\r\n\r\nHola\r\n', portion } = letter
  const octets = Buffer.isBuffer(text) ? text : Buffer.from(text)
  const recipients = (typeof to === 'string' ? [to] : to).map((each) => recipientOf(each, letter.recipient))
  const intake = office.open(clientAt(undefined, undefined, letter.client), {
    sender: senderOf(from, letter.sender),
    recipients,
  })
  const size = portion ?? Math.max(1, octets.length)
  for (let at = 0; at < octets.length; at += size) {
    const piece = Buffer.from(octets.subarray(at, at + size))
    await intake.write(piece)
    piece.fill(0)
  }
  const result = await intake.finish()
  return 'id' in result ? result.id : result
}
