/** The server under test, and plain sockets to ask it: a lab's own, or BIND for `SUBJECT=bind`, or the one at `SUBJECT=host:port`. */
import { AssertionError } from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, type TestOptions } from 'node:test'
import type { Address } from '../../../lab/service.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'
import { parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import { findType, typeName } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { decodeMessage, type Edns, type Message, type RecordSet } from '../../../services/dns/wire/message.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { openBind } from './bind.ts'

/** Milliseconds after which a missing answer fails the test. */
const PATIENCE = 5000

/** Whoever answers at an address. */
export interface NameServer {
  readonly address: Address
}

/** The server under test, which runs for as long as the test needs it. */
export interface Subject extends NameServer, AsyncDisposable {}

/** What the server under test serves, and how. */
export interface Setting {
  /** Files of this folder by the names of their zones; the conformance zone and its two neighbours if not given. */
  readonly zones?: Readonly<Record<string, string>>
  /** More options of the service, as a scenario has them: `allowTransfer: [127.0.0.1]`. */
  readonly options?: string
  /** More statements for `options` of named.conf that say the same. */
  readonly bind?: string
  /** More statements for each zone of named.conf that say the same. */
  readonly bindZone?: string
}

const ZONES = {
  'conformance.test': 'zone.db',
  'child.conformance.test': 'child.db',
  'other.test': 'other.db',
}

/** Whether the server under test is BIND. */
const isBind: boolean = process.env['SUBJECT'] === 'bind'

/** Whether a server is tested that has the conformance zones only, as its operator set it up. */
export const isElsewhere: boolean = process.env['SUBJECT'] !== undefined && !isBind

/** Options of a test that BIND fails, with the reason; it is still run there, and must fail by an assertion. */
export function bindDeviates(reason: string): Pick<TestOptions, 'expectFailure'> {
  return isBind ? { expectFailure: { label: `BIND deviates: ${reason}`, match: AssertionError } } : {}
}

/** Options of a test whose alias leads from one zone of the server into another. */
export const ACROSS_ZONES = bindDeviates('without recursion it follows no alias into another of its zones')

/** A server for all tests of a file: opened before them, closed behind them. */
export function openForAllTests(open: () => Promise<Subject> = openSubject): NameServer {
  let subject: Subject | undefined
  before(async () => {
    subject = await open()
  })
  after(() => subject?.[Symbol.asyncDispose]())
  return {
    get address() {
      if (subject === undefined) throw new Error('the server is there for tests only')
      return subject.address
    },
  }
}

/** The name service of a lab, wherever it listens now. */
export function serverOf(lab: TestLab, instance = 'dns'): NameServer {
  return {
    get address() {
      return lab.address(instance, 'dns')
    },
  }
}

/** Opens a lab with the setting, or the server that `SUBJECT` names. */
export async function openSubject(setting: Setting = {}): Promise<Subject> {
  const other = process.env['SUBJECT']
  const zones = setting.zones ?? ZONES
  const files = Object.fromEntries(
    Object.values(zones).map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')]),
  )
  if (other === 'bind') {
    const texts = Object.fromEntries(Object.entries(zones).map(([name, file]) => [name, files[file] ?? '']))
    return openBind(texts, { options: setting.bind ?? '', zone: setting.bindZone ?? '' })
  }
  if (other !== undefined) {
    const [host = '127.0.0.1', port = '53'] = other.split(':')
    return {
      address: { host, port: Number(port) },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }
  const options = [`zone: [${Object.keys(files).join(', ')}]`, setting.options ?? ''].filter(
    (each) => each !== '',
  )
  const lab = await openLab(`domain: conformance.test\nservices: { dns: { ${options.join(', ')} } }`, {
    files,
  })
  return { address: lab.address('dns', 'dns'), [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
}

/** What differs from a plain query for a record set of the zone. */
export interface Asking {
  readonly type?: string
  readonly class?: number
  readonly flags?: number
  readonly opcode?: number
  readonly id?: number
  readonly edns?: Partial<Edns>
}

/** A query's octets; a name without a final dot lies in the zone. */
export function queryFor(name: string, asking: Asking = {}): Buffer {
  const origin = parseName('conformance.test.', ROOT)
  const edns = asking.edns && {
    size: 1232,
    version: 0,
    dnssec: false,
    options: Buffer.alloc(0),
    ...asking.edns,
  }
  return encodeMessage({
    id: asking.id ?? 4711,
    flags: asking.flags ?? 0,
    opcode: asking.opcode ?? 0,
    rcode: 0,
    questions: [
      {
        name: parseName(name, origin),
        type: findType(asking.type ?? 'A')?.code ?? 0,
        class: asking.class ?? 1,
      },
    ],
    answer: [],
    authority: [],
    additional: [],
    edns,
  })
}

/** Asks over UDP. */
export async function ask(server: NameServer, name: string, asking: Asking = {}): Promise<Message> {
  return decodeMessage(await exchange(server, queryFor(name, asking)))
}

/** Asks over a TCP connection of its own. */
export async function askStream(server: NameServer, name: string, asking: Asking = {}): Promise<Message> {
  using stream = await openStream(server)
  stream.send(queryFor(name, asking))
  return await stream.receive()
}

/** Sends one datagram and waits for one. */
export async function exchange(server: NameServer, octets: Buffer): Promise<Buffer> {
  const [answer] = await exchangeUntil(server, [octets], () => true)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

/** Sends datagrams from one port and gathers what comes back until one is the last. */
export async function exchangeUntil(
  server: NameServer,
  datagrams: readonly Buffer[],
  isLast: (answer: Buffer) => boolean,
): Promise<readonly Buffer[]> {
  const socket = createSocket('udp4')
  const answers: Buffer[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE)
  socket.on('message', (answer) => {
    answers.push(answer)
    if (isLast(answer)) resolve()
  })
  socket.on('error', reject)
  try {
    for (const datagram of datagrams) socket.send(datagram, server.address.port, server.address.host)
    await promise
    return answers
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

/** A TCP connection whose messages can be awaited. */
class Stream implements Disposable {
  readonly socket: Socket
  private readonly framer = new Framer()

  constructor(socket: Socket) {
    this.socket = socket
    // A reset shows in what is awaited next.
    socket.on('error', () => undefined)
  }

  send(...queries: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(queries.map(frame)))
  }

  /** The next message; rejects if the connection ends or falls silent first. */
  async receive(): Promise<Message> {
    for (;;) {
      const message = this.framer.next()
      if (message !== undefined) return decodeMessage(message)
      const chunk: unknown = this.socket.read()
      if (Buffer.isBuffer(chunk)) this.framer.push(chunk)
      else if (this.socket.readableEnded || this.socket.destroyed) throw new Error('the connection has ended')
      else await this.change()
    }
  }

  /** Resolves once the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.socket.readableEnded && !this.socket.destroyed) {
      this.socket.read()
      if (!this.socket.readableEnded) await this.change()
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  private async change(): Promise<void> {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE)])
    try {
      await Promise.race(['readable', 'end', 'close'].map((event) => once(this.socket, event, { signal })))
    } finally {
      stop.abort()
    }
  }
}

/** Connects over TCP. */
export async function openStream(server: NameServer): Promise<Stream> {
  const socket = connect({ ...server.address, allowHalfOpen: true })
  await once(socket, 'connect')
  return new Stream(socket)
}

/** A section as sorted lines of `owner ttl type data`. */
export function lines(sets: readonly RecordSet[]): readonly string[] {
  return sets
    .flatMap(({ owner, ttl, type, data }) =>
      data.map(
        (each) => `${printName(owner).toLowerCase()} ${ttl} ${typeName(type)} ${printData(type, each)}`,
      ),
    )
    .toSorted()
}

export const SOA =
  'conformance.test. 300 SOA dns.conformance.test. hostmaster.conformance.test. 7 3600 900 604800 300'
export const FLAGS = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
} as const
