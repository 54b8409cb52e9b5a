/** The server under test: a lab's own, nginx or Apache for `SUBJECT=nginx` or `SUBJECT=apache`, or the one at `SUBJECT=host:port`. */
import { AssertionError } from 'node:assert/strict'
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, type TestOptions } from 'node:test'
import type { Address } from '../../../lab/service.ts'
import { modified, openPeer, type PeerName, type PeerOptions } from '../../interop/http/peer.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { Client } from '../../unit/http/server.ts'
import { tellingPages } from './outcome.ts'

/** The server that is tested; one elsewhere must serve the site below. */
export interface Subject extends AsyncDisposable {
  /** Undefined for another server. */
  readonly lab: TestLab | undefined
  readonly address: Address
  connect(): Client
  /** All that the server answers to some octets, after which the client closes its half. */
  ask(raw: string): Promise<string>
}

/** The files of the site that is tested. */
export const site = {
  'www/index.html': '<h1>Start</h1>',
  'www/outer': 'no extension',
  'www/es.html': '<h1>Inicio ñ</h1>',
  'www/style.css': 'h1{}',
  'www/picture.JPG': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x0a, 0x0d]),
  'www/large.txt': 'x'.repeat(1_000_000),
  'www/empty.txt': '',
  'www/letters.txt': 'abcdefghijklmnopqrstuvwxyz',
  'www/a b.txt': 'blank',
  'www/program.exe': 'MZ',
  'www/sub/index.html': 'sub',
  'www/bare/page.html': 'page',
  'www/.hidden.html': 'hidden',
  'secret.html': 'secret',
  ...tellingPages,
}

const other = process.env['SUBJECT']
const peerName: PeerName | undefined = other === 'nginx' || other === 'apache' ? other : undefined

/** Options of a test of what a lab alone has: its clock, its journal, its own choices. */
export const oursAlone: Pick<TestOptions, 'skip'> = {
  skip: other === undefined ? false : 'it tests what our service alone has',
}

/** Why nginx or Apache fails a test. */
export type Reasons = Partial<Record<PeerName, string>>

/** Options of a test that nginx or Apache fails, with the reason; it is still run there, and must fail by an assertion. */
export function deviates(reasons: Reasons): Pick<TestOptions, 'expectFailure'> {
  const reason = peerName === undefined ? undefined : reasons[peerName]
  return reason === undefined
    ? {}
    : { expectFailure: { label: `${peerName} deviates: ${reason}`, match: AssertionError } }
}

/** What nginx and Apache are told, so that they do as our service with its options. */
export interface PeerSetting extends Pick<PeerOptions, 'isGetOnly'> {
  readonly nginx?: string
  readonly apache?: string
}

/** Opens a lab with the site, `options` being those of the service in YAML, and further lines of the scenario; or the server that `SUBJECT` names. */
export async function openSubject(options = '{}', more = '', peer: PeerSetting = {}): Promise<Subject> {
  const server = await openServer(options, more, peer)
  const { host, port } = server.address
  const clients: Client[] = []
  const connect = (): Client => {
    const client = new Client(port, host)
    clients.push(client)
    return client
  }
  return {
    lab: server.lab,
    address: server.address,
    connect,
    ask: (raw) => {
      const client = connect()
      client.socket.end(raw, 'latin1')
      return client.all()
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.socket.destroy()
      await server.close()
    },
  }
}

/** A subject for all tests of a file: opened before them, closed behind them. */
export function openForAllTests(open: () => Promise<Subject> = openSubject): { readonly subject: Subject } {
  let opened: Subject | undefined
  before(async () => {
    opened = await open()
  })
  after(() => opened?.[Symbol.asyncDispose]())
  return {
    get subject() {
      if (opened === undefined) throw new Error('the server is there for tests only')
      return opened
    },
  }
}

interface Opened {
  readonly address: Address
  readonly lab: TestLab | undefined
  close(): Promise<void>
}

async function openServer(options: string, more: string, setting: PeerSetting): Promise<Opened> {
  if (peerName !== undefined) {
    const { isGetOnly = true, [peerName]: directives = '' } = setting
    const peer = await openPeer(peerName, { files: site, isGetOnly, directives })
    return { address: peer.address, lab: undefined, close: async () => await peer[Symbol.asyncDispose]() }
  }
  if (other !== undefined) {
    const [host = '127.0.0.1', port = '80'] = other.split(':')
    return { address: { host, port: Number(port) }, lab: undefined, close: () => Promise.resolve() }
  }
  const lab = await openLab(`services:\n  http: ${options}\n${more}`, { files: site })
  const root = join(lab.scenario.sources[0] ?? '', '../www')
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }))
    utimesSync(join(root, file), modified, modified)
  return { address: lab.address('http', 'http'), lab, close: () => lab[Symbol.asyncDispose]() }
}

/** One answer taken apart; field names in lower case. */
export interface Parsed {
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
  readonly body: string
}

/** Takes answers apart; throws an AssertionError if the octets are anything else. Answers to HEAD, by `methods` in order, have no body. */
export function parseAnswers(text: string, methods: readonly string[] = []): Parsed[] {
  const answers: Parsed[] = []
  let rest = text
  while (rest !== '') {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest)
    if (head === null) throw new AssertionError({ message: `not an answer: ${rest.slice(0, 200)}` })
    const fields = new Map<string, string>()
    for (const line of (head[2] ?? '').split('\r\n').slice(0, -1)) {
      const [, name = '', value = ''] = /^([^:\s]+): (.*)$/.exec(line) ?? []
      if (name === '' || fields.has(name.toLowerCase()))
        throw new AssertionError({ message: `wrong field: ${line}` })
      fields.set(name.toLowerCase(), value)
    }
    const status = Number(head[1])
    const hasBody = status >= 200 && status !== 204 && status !== 304 && methods[answers.length] !== 'HEAD'
    const [body, taken] = hasBody ? takeBody(rest.slice(head[0].length), fields) : ['', 0]
    answers.push({ status, fields, body })
    rest = rest.slice(head[0].length + taken)
  }
  return answers
}

/** The body that some text begins with, and how much of the text it takes (RFC 9112 §6.3). */
function takeBody(text: string, fields: ReadonlyMap<string, string>): readonly [body: string, taken: number] {
  if (fields.get('transfer-encoding') === 'chunked') return takeChunks(text)
  const length = Number(fields.get('content-length') ?? text.length)
  if (text.length < length) throw new AssertionError({ message: `${text.length} octets of ${length}` })
  return [text.slice(0, length), length]
}

// RFC 9112 §7.1
function takeChunks(text: string): readonly [body: string, taken: number] {
  let body = ''
  for (let at = 0; ;) {
    const [line = '', digits] = /^([0-9a-f]+)\r\n/i.exec(text.slice(at, at + 20)) ?? []
    const size = Number.parseInt(digits ?? '', 16)
    const end = at + line.length + size
    if (digits === undefined || text.slice(end, end + 2) !== '\r\n')
      throw new AssertionError({ message: `not a chunk: ${text.slice(at, at + 100)}` })
    if (size === 0) return [body, end + 2]
    body += text.slice(at + line.length, end)
    at = end + 2
  }
}
