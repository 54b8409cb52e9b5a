/** A visitor of a secure web site who looks at how TLS is spoken; it takes any certificate, and judges afterwards. */
import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { CheckContext, Identity } from '../../../lab/check.ts'

/** How the site is visited. */
export interface Wish extends Pick<
  ConnectionOptions,
  'minVersion' | 'maxVersion' | 'ciphers' | 'sigalgs' | 'ecdhCurve' | 'session' | 'requestOCSP'
> {
  /** What SNI asks for, the target's domain if not given; false for nothing. */
  readonly name?: string | false
  readonly alpn?: readonly string[]
  /** What is shown if the server asks for it; the target's identity if not given. */
  readonly identity?: Identity | 'none'
  /** Renegotiates before it asks for the page. */
  readonly renegotiates?: boolean
}

/** A client that speaks one version alone. */
export function offering(
  version: NonNullable<Wish['minVersion']>,
): Readonly<Required<Pick<Wish, 'minVersion' | 'maxVersion'>>> {
  return { minVersion: version, maxVersion: version }
}

/** What the handshake has agreed on. */
export interface Agreed {
  readonly version: string
  readonly cipher: string
  /** Undefined where none was shown, as when a session is resumed. */
  readonly certificate: X509Certificate | undefined
  /** Why the chain that was sent does not lead to the given root, or the name is another; true if all is well. */
  readonly trust: true | string
  readonly alpn: string | false
  readonly isResumed: boolean
}

/** What a visit has come to. */
export interface Visit {
  /** Undefined if the handshake failed. */
  readonly agreed: Agreed | undefined
  /** Of the answer in HTTP; undefined if none came. */
  readonly status: number | undefined
  readonly answer: string
  /** What ended it, as OpenSSL names it; undefined for an orderly end. */
  readonly error: string | undefined
  /** Types of the records that the server has sent (RFC 8446 §5.1). */
  readonly records: readonly number[]
  /** Types of its handshake messages that were sent in clear: all but the last over TLS 1.2. */
  readonly messages: readonly number[]
  readonly session: Buffer | undefined
  readonly staple: Buffer | undefined
  /** Whether a renegotiation came to its end. */
  readonly hasRenegotiated: boolean
}

/** Milliseconds that a visit may take. */
const PATIENCE = 3000
/** Milliseconds in which a renegotiation is answered. */
const MOMENT = 400
/** Octets of an answer that are kept. */
const MOST = 65_536

/** Visits the start page; a handshake that fails is a result, too, a port that nobody listens on is a CheckFailure. */
export async function visit(context: CheckContext, wish: Wish = {}): Promise<Visit> {
  const { target } = context
  const { name = target.domain, alpn, identity = target.identity, renegotiates = false, ...rest } = wish
  const tap = new Tap(await context.connect('https'))
  const socket = connectTls({
    ...rest,
    socket: tap,
    rejectUnauthorized: false,
    ...(name !== false && isIP(name) === 0 && { servername: name }),
    ...(target.authority !== undefined && { ca: target.authority }),
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
    ...(identity !== undefined && identity !== 'none' && { cert: identity.certificate, key: identity.key }),
  })
  const told = new Telling(socket)
  const stop = (): void => void socket.destroy()
  context.signal.addEventListener('abort', stop)
  const timer = setTimeout(stop, PATIENCE)
  try {
    const agreed = await told.secured
    const hasRenegotiated = agreed !== undefined && renegotiates && (await renegotiate(socket))
    if (!socket.destroyed)
      socket.write(
        `GET / HTTP/1.1\r\nHost: ${name === false ? target.domain : name}\r\nConnection: close\r\n\r\n`,
      )
    await told.ended
    return { ...told.visit(), agreed, hasRenegotiated, ...read(tap.octets) }
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', stop)
    socket.destroy()
    tap.destroy()
  }
}

/** Gathers what a socket tells until it ends. */
class Telling {
  readonly secured: Promise<Agreed | undefined>
  readonly ended: Promise<void>
  #answer = ''
  #error: string | undefined
  #session: Buffer | undefined
  #staple: Buffer | undefined

  constructor(socket: TLSSocket) {
    const ended = Promise.withResolvers<void>()
    const secured = Promise.withResolvers<Agreed | undefined>()
    this.ended = ended.promise
    this.secured = secured.promise
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      if (this.#answer.length < MOST) this.#answer += text
    })
    socket.on('session', (session) => (this.#session = session))
    socket.on('OCSPResponse', (response: Buffer | null) => (this.#staple = response ?? undefined))
    socket.on('error', (error: Error) => {
      this.#error ??= 'code' in error ? String(error.code) : error.message
    })
    socket.on('end', () => ended.resolve())
    socket.on('close', () => {
      secured.resolve(undefined)
      ended.resolve()
    })
    socket.once('secureConnect', () => secured.resolve(agreedBy(socket)))
  }

  visit(): Pick<Visit, 'status' | 'answer' | 'error' | 'session' | 'staple'> {
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(this.#answer) ?? []
    return {
      status: status === undefined ? undefined : Number(status),
      answer: this.#answer,
      error: this.#error,
      session: this.#session,
      staple: this.#staple,
    }
  }
}

function agreedBy(socket: TLSSocket): Agreed {
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    certificate: socket.getPeerX509Certificate(),
    trust: socket.authorized || String(socket.authorizationError),
    alpn: socket.alpnProtocol ?? false,
    isResumed: socket.isSessionReused(),
  }
}

/** Whether the server lets a client negotiate anew. */
function renegotiate(socket: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), MOMENT)
    const settle = (isDone: boolean): void => {
      clearTimeout(timer)
      resolve(isDone)
    }
    socket.once('close', () => settle(false))
    const isBegun = socket.renegotiate({ rejectUnauthorized: false }, (error) => settle(error === null))
    if (isBegun === false) settle(false)
  })
}

/** A TCP connection that keeps what the server sends. */
class Tap extends Duplex {
  readonly #socket: Duplex
  readonly #chunks: Buffer[] = []

  constructor(socket: Duplex) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.push(chunk)
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  get octets(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(chunk, () => done())
  }

  override _final(done: () => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}

/** The types of records, and of the handshake messages in those before the first that is encrypted. */
function read(octets: Buffer): Pick<Visit, 'records' | 'messages'> {
  const records: number[] = []
  const clear: Buffer[] = []
  let isClear = true
  for (let at = 0; at + 5 <= octets.length; at += 5 + octets.readUInt16BE(at + 3)) {
    const type = octets[at] ?? 0
    records.push(type)
    if (type === 20) isClear = false
    if (type === 22 && isClear) clear.push(octets.subarray(at + 5, at + 5 + octets.readUInt16BE(at + 3)))
  }
  const said = Buffer.concat(clear)
  const messages: number[] = []
  for (let at = 0; at + 4 <= said.length; at += 4 + said.readUIntBE(at + 1, 3)) messages.push(said[at] ?? 0)
  return { records, messages }
}
