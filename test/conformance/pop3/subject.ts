/** The server under test: ours, Dovecot for `SUBJECT=dovecot`, or the one at `SUBJECT=host:port`, which must have the mail of the test. */
import { AssertionError } from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestOptions } from 'node:test'
import type { Address } from '../../../lab/service.ts'
import { createMail } from '../../../lab/world/mail.ts'
import { openDovecot, type Dovecot } from '../../interop/mail/dovecot.ts'
import { Client } from '../../unit/http/server.ts'
import { TestPop3, type Pop3Setting } from '../../unit/mail/pop3-server.ts'

/** The server that is tested. */
export interface Subject extends AsyncDisposable {
  readonly address: Address
  connect(): Client
  /** A client that has logged in as ana, with nothing received yet. */
  enter(): Promise<Client>
}

const other = process.env['SUBJECT']

/** Options of a test of what our server alone has. */
export const oursAlone: Pick<TestOptions, 'skip'> = {
  skip: other === undefined ? false : 'it tests what our service alone has',
}

/** Options of a test that Dovecot fails, with the reason; it is still run there, and must fail by an assertion. */
export function dovecotDeviates(reason: string): Pick<TestOptions, 'expectFailure'> {
  return other === 'dovecot'
    ? { expectFailure: { label: `dovecot deviates: ${reason}`, match: AssertionError } }
    : {}
}

/** The mail of ana in most tests. */
export const MESSAGES = [
  'Subject: one\r\n\r\nfirst line\r\n.dot\r\n..\r\n.\r\nlast line\r\n',
  'Subject: two\r\n\r\n',
  `Subject: three\r\n\r\n${'0123456789'.repeat(7)}\r\n\r\nend\r\n`,
] as const

/** Opens the server with messages for ana, whose password is `secret`. */
export async function openSubject(
  messages: readonly string[] = MESSAGES,
  setting: Omit<Pop3Setting, 'messages'> = {},
): Promise<Subject> {
  const server = await openServer(messages, setting)
  const clients: Client[] = []
  const connect = (): Client => {
    const client = new Client(server.address.port, server.address.host)
    clients.push(client)
    return client
  }
  return {
    address: server.address,
    connect,
    enter: async () => {
      const client = connect()
      await ask(client)
      await ask(client, 'USER ana')
      await ask(client, 'PASS secret')
      return client
    },
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of clients) socket.destroy()
      await server.close()
    },
  }
}

async function openServer(
  messages: readonly string[],
  setting: Pop3Setting,
): Promise<{ readonly address: Address; close(): Promise<void> }> {
  if (other === undefined) {
    const lab = await TestPop3.open({ ...setting, messages: { ana: messages } })
    return { address: lab.address, close: () => lab[Symbol.asyncDispose]() }
  }
  if (other !== 'dovecot') {
    const [host = '127.0.0.1', port = '110'] = other.split(':')
    return { address: { host, port: Number(port) }, close: () => Promise.resolve() }
  }
  const dovecot = await peer()
  const { folder } = dovecot
  rmSync(join(folder, 'ana'), { recursive: true, force: true })
  const mail = createMail(folder, { find: (name) => ({ name, address: '' }) })
  await mail.mailbox('ana')?.list()
  for (const message of messages) await mail.mailbox('ana')?.deliver(Buffer.from(message, 'latin1'))
  dovecot.own()
  return { address: dovecot.address, close: () => Promise.resolve() }
}

let opened: Promise<Dovecot> | undefined

/** The Dovecot of all tests of a file, which takes long to end. */
function peer(): Promise<Dovecot> {
  opened ??= openDovecot()
  return opened
}

after(async () => (await opened)?.[Symbol.asyncDispose]())

/** Sends a command, or waits for the greeting, and resolves with the line that answers it. */
export async function ask(client: Client, command?: string): Promise<string> {
  if (command !== undefined) client.send(`${command}\r\n`)
  await client.until(/^[^\n]*\r\n/)
  const end = client.received.indexOf('\r\n')
  const line = client.received.slice(0, end)
  client.received = client.received.slice(end + 2)
  return line
}

/** The same for a command whose answer has many lines: they follow the first, as they were sent, without the end. */
export async function askAll(
  client: Client,
  command: string,
): Promise<readonly [status: string, text: string]> {
  const status = await ask(client, command)
  if (!status.startsWith('+OK')) return [status, '']
  await client.until(/^\.\r\n|\r\n\.\r\n/)
  const { received } = client
  const end = received.startsWith('.\r\n') ? 0 : received.indexOf('\r\n.\r\n') + 2
  client.received = received.slice(end + 3)
  return [status, received.slice(0, end)]
}

/** Lines of an answer. */
export function linesOf([, text]: readonly [string, string]): string[] {
  return text.split('\r\n').slice(0, -1)
}
