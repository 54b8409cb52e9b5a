/** A small secure web site that is right, but for what a test has it do. */
import { once } from 'node:events'
import { constants } from 'node:crypto'
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { createServer, type TlsOptions, type TLSSocket } from 'node:tls'
import type { CheckTarget, Identity } from '../../../lab/check.ts'
import { forge } from '../../../services/https/checks/forge.ts'
import { labAuthority } from '../../authority.ts'
import { temporaryFolder } from '../../lab.ts'

export const DOMAIN = 'lab.test'

/** Certificates of one authority, good and bad. */
export interface Cabinet {
  readonly authority: string
  readonly crl: string
  readonly server: Identity
  readonly client: Identity
  readonly refused: Readonly<Record<'expired' | 'revoked' | 'purpose', Identity>>
  /** Servers that have a flaw. */
  readonly flawed: Readonly<Record<string, Identity>>
}

const identityOf = ({ chain, key }: { readonly chain: string; readonly key: string }): Identity => ({
  certificate: chain,
  key,
})

/** Makes them all. */
export async function openCabinet(): Promise<Cabinet> {
  using folder = temporaryFolder()
  const authority = labAuthority(folder.path, { domain: DOMAIN })
  const names = [DOMAIN, `www.${DOMAIN}`]
  const server = await authority.issueNew({ names, purpose: 'server' })
  const client = await authority.issueNew({ names: ['ana'], purpose: 'client' })
  const revoked = await authority.issueNew({ names: ['ben'], purpose: 'client' })
  const { X509Certificate } = await import('node:crypto')
  await authority.revoke(new X509Certificate(revoked.certificate).serialNumber)
  const flaws = [
    'expired',
    'not yet valid',
    'self-signed',
    'broken chain',
    'other authority',
    'weak key',
  ] as const
  const flawed: Record<string, Identity> = {}
  for (const flaw of flaws)
    flawed[flaw] = identityOf(await authority.issue({ names, purpose: 'server', flaw }))
  const self = identityOf(server)
  return {
    authority: await authority.authority(),
    crl: await authority.crl('root'),
    server: self,
    client: identityOf(client),
    refused: {
      expired: identityOf(await authority.issue({ names: ['ana'], purpose: 'client', flaw: 'expired' })),
      revoked: identityOf(revoked),
      purpose: self,
    },
    flawed: {
      ...flawed,
      'wrong name': identityOf(await authority.issueNew({ names: [`other.${DOMAIN}`], purpose: 'server' })),
      // What INetSim shows: a common name alone, and its own signature.
      'common name alone': forge(self, 'self-signed'),
      long: identityOf(await authority.issueNew({ names, purpose: 'server', days: 900 })),
      'for clients': identityOf(await authority.issueNew({ names, purpose: 'client' })),
    },
  }
}

/** How a site is wrong. */
export interface Wrong {
  readonly options?: TlsOptions
  readonly certificate?: Identity
  /** Whether a client that the server has asked for its certificate is let in; by default if OpenSSL found nothing wrong. */
  readonly letsIn?: (problem: string | undefined) => boolean
  /** Does without TLS what a connection has begun with, and says so by true. */
  readonly clear?: (socket: Socket, first: Buffer) => boolean
  /** Takes the records of this type away from what the server says. */
  readonly without?: number
  readonly staple?: Buffer
  /** What is sent as HSTS. */
  readonly hsts?: string
  /** Status line and Location of the redirect. */
  readonly redirect?: readonly [status: string, location: string]
  /** Whether it asks clients at all; true if not given. */
  readonly asks?: boolean
  readonly isMute?: boolean
}

/** Opens a site with its redirect. */
export async function openSite(
  cabinet: Cabinet,
  wrong: Wrong = {},
): Promise<{ readonly target: CheckTarget } & AsyncDisposable> {
  const { certificate = cabinet.server, asks = true } = wrong
  const tls = createServer({
    cert: certificate.certificate,
    key: certificate.key,
    minVersion: 'TLSv1.2',
    ciphers: 'ECDHE+AESGCM:ECDHE+CHACHA20:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384',
    ALPNProtocols: ['http/1.1'],
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    requestCert: asks,
    rejectUnauthorized: false,
    ca: cabinet.authority,
    crl: cabinet.crl,
    ...wrong.options,
  })
  tls.on('tlsClientError', () => undefined)
  tls.on('secureConnection', (socket) => answer(socket, wrong))
  if (wrong.staple !== undefined)
    tls.on('OCSPRequest', (_certificate, _issuer, done) => done(null, wrong.staple ?? null))
  const redirect = createTcpServer((socket) => sendAway(socket, wrong))
  const front = createTcpServer({ allowHalfOpen: true }, (socket) => pass(socket, tls, wrong))
  const servers: Server[] = [tls, redirect, front]
  const sockets = new Set<Socket>()
  for (const server of servers) {
    server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  const at = (server: Server): { host: string; port: number } => ({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  })
  const needsFront = wrong.clear !== undefined || wrong.without !== undefined
  return {
    target: {
      endpoints: { https: at(needsFront ? front : tls), redirect: at(redirect) },
      domain: DOMAIN,
      accounts: [],
      authority: cabinet.authority,
      identity: cabinet.client,
      refused: cabinet.refused,
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
    },
  }
}

function answer(
  socket: TLSSocket,
  { letsIn = (problem) => problem === undefined, asks = true, hsts, isMute = false }: Wrong,
): void {
  socket.on('error', () => undefined)
  socket.once('data', () => {
    const problem = asks && !socket.authorized ? String(socket.authorizationError) : undefined
    const status = !asks || letsIn(problem) ? '200 OK' : '403 Forbidden'
    const field = hsts === undefined ? '' : `Strict-Transport-Security: ${hsts}\r\n`
    socket.end(
      isMute ? 'hello\r\n' : `HTTP/1.1 ${status}\r\n${field}Content-Length: 2\r\nConnection: close\r\n\r\nhi`,
    )
  })
}

function sendAway(
  socket: Socket,
  { redirect: [status, location] = ['301 Moved', `https://${DOMAIN}/page?x=1`] }: Wrong,
): void {
  socket.on('error', () => undefined)
  socket.once('data', () =>
    socket.end(`HTTP/1.1 ${status}\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
  )
}

/** Passes a connection on, but for what is wrong with it. */
function pass(socket: Socket, tls: Server, { clear, without }: Wrong): void {
  socket.once('data', (first: Buffer) => {
    if (clear?.(socket, first) === true) return
    const { port } = tls.address() as AddressInfo
    const inner = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    inner.on('error', () => socket.destroy())
    inner.write(first)
    socket.pipe(inner)
    let rest: Buffer = Buffer.alloc(0)
    inner.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
        const size = 5 + rest.readUInt16BE(3)
        if (rest[0] !== without) socket.write(rest.subarray(0, size))
        rest = rest.subarray(size)
      }
    })
    inner.on('end', () => socket.end())
  })
}
