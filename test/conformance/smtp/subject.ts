/** The server under test: our own, Exim for `SUBJECT=exim`, or the one at `SUBJECT=host:port`. */
import { AssertionError } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { after, before, type TestOptions } from 'node:test'
import type { Address } from '../../../lab/service.ts'
import { SmtpClient } from '../../unit/mail/smtp-client.ts'
import { TestSmtp } from '../../unit/mail/smtp-server.ts'
import { openExim } from './exim.ts'

/** What is tested; one elsewhere must take mail for ana@lab.test and ben@lab.test, up to 1,000,000 octets and 10 recipients, and from ana with the password secret. */
export interface Subject {
  /** The messages that it has taken; undefined for another server, which does not tell. */
  readonly contents: (() => readonly string[]) | undefined
  connect(): SmtpClient
  greeted(): Promise<SmtpClient>
}

const other = process.env['SUBJECT']

/** Options of a test that Exim fails, with the reason; it is still run there, and must fail by an assertion. */
export function exim(reason: string): Pick<TestOptions, 'expectFailure'> {
  return other === 'exim'
    ? { expectFailure: { label: `exim deviates: ${reason}`, match: AssertionError } }
    : {}
}

interface Opened {
  readonly address: Address
  readonly contents: Subject['contents']
  close(): Promise<void>
}

/** A subject for all tests of a file: opened before them, closed behind them. */
export function openForAllTests(): { readonly subject: Subject } {
  let opened: Opened | undefined
  const sockets: Socket[] = []
  before(async () => {
    opened = await open()
  })
  after(async () => {
    for (const socket of sockets) socket.destroy()
    await opened?.close()
  })
  const start = (): SmtpClient => {
    if (opened === undefined) throw new Error('the server is there for tests only')
    const socket = connect({ ...opened.address, allowHalfOpen: true })
    sockets.push(socket)
    return new SmtpClient(socket)
  }
  const subject: Subject = {
    get contents() {
      return opened?.contents
    },
    connect: start,
    greeted: () => start().greet(),
  }
  return { subject }
}

async function open(): Promise<Opened> {
  if (other === 'exim') return { ...(await openExim()), contents: undefined }
  if (other !== undefined) {
    const [host = '127.0.0.1', port = '25'] = other.split(':')
    return { address: { host, port: Number(port) }, contents: undefined, close: () => Promise.resolve() }
  }
  const smtp = new TestSmtp({ smtp: { maxSize: 1_000_000, maxRecipients: 10, maxErrors: 100 } })
  for (const address of ['nobody@lab.test', 'ana@elsewhere.test'])
    smtp.office.refusals.set(address, { code: 550, status: '5.1.1', text: 'Unknown user' })
  const listener = createServer({ allowHalfOpen: true }, (socket) => smtp.serve(socket))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const bound = listener.address()
  if (bound === null || typeof bound === 'string') throw new Error('the listener has no port')
  return {
    address: { host: '127.0.0.1', port: bound.port },
    contents: () => smtp.office.taken.map(({ content }) => content),
    close: async () => {
      await smtp[Symbol.asyncDispose]()
      listener.close()
      await once(listener, 'close')
    },
  }
}
