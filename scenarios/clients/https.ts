/** A browser as far as the secure web needs one: it trusts an authority, and may show who it is. */
import { connect } from 'node:tls'
import type { Identity } from '../../lab/check.ts'
import type { Address } from '../../lab/service.ts'

/** How a page is asked for. */
export interface SecureVisit {
  readonly path: string
  /** The name in the address bar. */
  readonly name: string
  /** What is trusted, as PEM. */
  readonly authority: string
  readonly identity?: Identity | undefined
  /** The newest version that this client knows; TLS 1.3 if not given. */
  readonly newest?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** What an earlier visit has kept. */
  readonly session?: Buffer | undefined
}

/** What came of a visit; without a status the server has refused the client. */
export interface SecureAnswer {
  readonly status: number | undefined
  /** With which the session can be resumed. */
  readonly session: Buffer | undefined
}

/** Asks for a page on a connection of its own. */
export async function visitSecurely({ host, port }: Address, visit: SecureVisit): Promise<SecureAnswer> {
  const { path, name, authority, identity, newest = 'TLSv1.3', session: kept } = visit
  const socket = connect({
    host,
    port,
    servername: name,
    ca: authority,
    maxVersion: newest,
    ...(identity !== undefined && { cert: identity.certificate, key: identity.key }),
    ...(kept !== undefined && { session: kept }),
  })
  let [text, session]: [string, Buffer | undefined] = ['', undefined]
  socket.setTimeout(5000, () => socket.destroy(new Error('the server is silent')))
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece))
  // The last ticket is the newest one.
  socket.on('session', (ticket) => (session = ticket))
  let failure: Error | undefined
  socket.on('error', (error) => (failure = error))
  socket.once('secureConnect', () =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`),
  )
  socket.once('end', () => socket.end())
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? []
  // An alert, or a connection that is cut, is the server's refusal; all else is a fault of the test.
  if (status === undefined && !/alert|reset|closed|disconnected/i.test(failure?.message ?? 'closed'))
    throw failure
  return { status: status === undefined ? undefined : Number(status), session }
}
