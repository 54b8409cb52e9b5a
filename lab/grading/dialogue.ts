/** The connection of a check to its target: it sends what it is told to, and waits no longer than it may. */
import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions, type SecureVersion, type TLSSocket } from 'node:tls'
import { quantity } from '../kit/quantity.ts'
import { CheckFailure, type CheckTarget, type Dialogue, type DialogueOptions } from '../check.ts'
import { addressText } from '../kit/address.ts'
import { messageOf } from '../kit/error.ts'
import type { Address, Text } from '../service.ts'
import { Inbox } from './stream.ts'
import { shown, Transcript } from './transcript.ts'

/** Milliseconds for each wait, if not given. */
const PATIENCE = 3000
/** Octets of the longest line. */
const LONGEST = 65_536
/** Octets that `rest` returns at most, if not given. */
const MOST = 1024 * 1024

const versions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** Where a conversation is held, and who may end it. */
export interface Setting {
  readonly address: Address
  readonly target: CheckTarget
  readonly signal: AbortSignal
  readonly announce?: Announce | undefined
  /** Hears of each connection that is accepted. */
  readonly onConnect?: () => void
}

/** Hears of the port of this machine that a check asks from, before anything of it can have arrived. */
export type Announce = (transport: 'tcp' | 'udp', port: number) => void

/** Opens a connection; what does not listen, or breaks the handshake off, is a CheckFailure. */
export async function openDialogue(setting: Setting, options: DialogueOptions = {}): Promise<TcpDialogue> {
  const { patience = PATIENCE } = options
  const dialogue = new TcpDialogue(await openSocket(setting, patience), setting, patience)
  if (options.tls !== undefined) await dialogue.startTls(options.tls)
  return dialogue
}

/** Opens a bare connection; what does not listen is a CheckFailure. */
export async function openSocket(
  { address, signal, announce, onConnect }: Setting,
  patience: number = PATIENCE,
): Promise<Socket> {
  signal.throwIfAborted()
  const socket = connectTcp({ ...address, allowHalfOpen: true, noDelay: true })
  // By then it is under way and has its port; to accept it takes a turn of the event loop, even in the same process.
  if (announce !== undefined)
    process.nextTick(() => {
      if (socket.localPort !== undefined) announce('tcp', socket.localPort)
    })
  const where = addressText(address)
  await settled(socket, 'connect', { patience, signal }, (reason) => ({
    en: `cannot connect to ${where}: ${reason.en}`,
    es: `no se puede conectar a ${where}: ${reason.es}`,
  }))
  onConnect?.()
  return socket
}

/** A conversation over TCP, with or without TLS. */
export class TcpDialogue implements Dialogue {
  #socket: Socket
  #inbox: Inbox
  #tls: Dialogue['tls']
  #ending: Dialogue['ending'] = ''
  readonly #setting: Setting
  readonly #patience: number
  readonly #transcript: Transcript

  constructor(socket: Socket, setting: Setting, patience: number) {
    this.#socket = socket
    this.#inbox = new Inbox(socket)
    this.#setting = setting
    this.#patience = patience
    this.#transcript = new Transcript(setting.target.accounts.map(({ name }) => name))
  }

  get ending(): Dialogue['ending'] {
    return this.#ending
  }

  get tls(): Dialogue['tls'] {
    return this.#tls
  }

  get transcript(): readonly string[] {
    return this.#transcript.lines(this.#inbox.octets)
  }

  async send(octets: Buffer | string): Promise<void> {
    this.#transcript.add('>', octets)
    await this.#write(octets)
  }

  async sendSecret(octets: Buffer | string): Promise<void> {
    this.#transcript.addSecret(octets)
    await this.#write(octets)
  }

  async line(wanted: Text = { en: 'a line', es: 'una línea' }, patience?: number): Promise<string> {
    let [searched, end] = [0, -1]
    const isThere = (): boolean => {
      if (this.#inbox.size > searched) end = this.#inbox.octets.indexOf(10, searched)
      searched = this.#inbox.size
      return end >= 0 || searched > LONGEST
    }
    await this.#until(isThere, wanted, patience)
    if (end < 0 || end > LONGEST) {
      throw this.#failure({
        en: `a line of more than ${LONGEST} octets came while ${wanted.en} was awaited`,
        es: `llegó una línea de más de ${LONGEST} octetos cuando se esperaba ${wanted.es}`,
      })
    }
    const whole = this.#inbox.take(end + 1)
    const isCrLf = whole[end - 1] === 13
    this.#ending = isCrLf ? '\r\n' : '\n'
    this.#transcript.add('<', whole)
    return whole.toString('utf8', 0, isCrLf ? end - 1 : end)
  }

  async octets(count: number, wanted?: Text, patience?: number): Promise<Buffer> {
    const what = wanted ?? {
      en: quantity(count, 'octet', 'octets'),
      es: quantity(count, 'octeto', 'octetos'),
    }
    this.#inbox.allow(count)
    await this.#until(() => this.#inbox.size >= count, what, patience)
    return this.#taken(count)
  }

  async rest(most: number = MOST): Promise<Buffer> {
    const wanted = { en: 'the end of the connection', es: 'el fin de la conexión' }
    this.#inbox.allow(most)
    await this.#until(() => this.#inbox.ended !== undefined || this.#inbox.size >= most, wanted)
    return this.#taken(Math.min(most, this.#inbox.size))
  }

  async isSilent(milliseconds: number): Promise<boolean> {
    const hasCome = (): boolean => this.#inbox.size > 0 || this.#inbox.ended !== undefined
    return !(await this.#inbox.until(hasCome, milliseconds, this.#setting.signal))
  }

  async closes(milliseconds: number): Promise<boolean> {
    const before = performance.now()
    for (;;) {
      const left = milliseconds - (performance.now() - before)
      const hasEnded = (): boolean => this.#inbox.ended !== undefined
      const isFull = (): boolean => hasEnded() || this.#inbox.size > MOST
      const isDone = await this.#inbox.until(isFull, Math.max(0, left), this.#setting.signal)
      if (hasEnded() || !isDone) return isDone
      // It talks and talks: nobody wants to read more of it, but its end is still to come.
      this.#inbox.take(this.#inbox.size)
    }
  }

  end(): void {
    this.#socket.end()
  }

  async startTls(options: DialogueOptions['tls'] = {}): Promise<void> {
    this.#inbox.release()
    const { signal } = this.#setting
    const secure = connectTls({ ...tlsOptions(this.#setting.target, options), socket: this.#socket })
    await settled(secure, 'secureConnect', { patience: this.#patience, signal }, (reason) => {
      this.#transcript.add('*', `TLS: ${reason.en}`)
      return { en: `the TLS handshake failed: ${reason.en}`, es: `falló la negociación TLS: ${reason.es}` }
    }).catch((error: unknown) => {
      this.#socket.destroy()
      throw error
    })
    this.#socket = secure
    this.#inbox = new Inbox(secure)
    this.#tls = agreed(secure)
    this.#transcript.add('*', `${this.#tls.version} ${this.#tls.cipher}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // An error that comes now is nobody's.
    this.#socket.on('error', () => undefined)
    this.#socket.destroySoon()
    const timer = setTimeout(() => this.#socket.destroy(), 200)
    if (!this.#socket.closed) {
      this.#socket.resume()
      await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()))
    }
    clearTimeout(timer)
  }

  #taken(count: number): Buffer {
    const octets = this.#inbox.take(count)
    this.#transcript.add('<', octets)
    return octets
  }

  /** What the other end does not take any more shows in what it says next, or in its end. */
  async #write(octets: Buffer | string): Promise<void> {
    if (this.#socket.writableEnded || this.#socket.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#patience)
    this.#socket.write(octets, () => resolve())
    await promise
    clearTimeout(timer)
    this.#setting.signal.throwIfAborted()
  }

  async #until(isThere: () => boolean, wanted: Text, patience = this.#patience): Promise<void> {
    const isDone = (): boolean => isThere() || this.#inbox.ended !== undefined
    await this.#inbox.until(isDone, patience, this.#setting.signal)
    if (isThere()) return
    const seconds = patience / 1000
    const { en, es } = this.#came()
    throw this.#failure({
      en: `waited ${seconds} s for ${wanted.en}; the server ${en}`,
      es: `se esperó ${seconds} s a ${wanted.es}; el servidor ${es}`,
    })
  }

  /** What the other end did instead of what was awaited. */
  #came(): Text {
    const { ended, octets } = this.#inbox
    const said = shown(octets.subarray(0, 200))
    const isUnsaid = octets.length === 0
    if (ended === undefined)
      return isUnsaid
        ? { en: 'said nothing', es: 'no dijo nada' }
        : { en: `said only “${said}”`, es: `solo dijo «${said}»` }
    const why = ended.kind === 'broken' ? ` (${ended.reason})` : ''
    return isUnsaid
      ? { en: `closed the connection${why}`, es: `cerró la conexión${why}` }
      : {
          en: `said “${said}” and closed the connection${why}`,
          es: `dijo «${said}» y cerró la conexión${why}`,
        }
  }

  #failure(text: Text): CheckFailure {
    return new CheckFailure({ en: this.#transcript.hide(text.en), es: this.#transcript.hide(text.es) })
  }
}

/** Resolves when the event comes; an error, or nothing for too long, is a CheckFailure with the text that `tell` makes. */
async function settled(
  socket: Duplex,
  event: 'connect' | 'secureConnect',
  { patience, signal }: { readonly patience: number; readonly signal: AbortSignal },
  tell: (reason: Text) => Text,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (reason: Text): void => reject(new CheckFailure(tell(reason)))
  const onError = (error: unknown): void => fail({ en: messageOf(error), es: messageOf(error) })
  const onClose = (): void =>
    fail({ en: 'the server closed the connection', es: 'el servidor cerró la conexión' })
  const onAbort = (): void => reject(signal.reason)
  const timer = setTimeout(() => {
    fail({ en: `no answer within ${patience / 1000} s`, es: `sin respuesta en ${patience / 1000} s` })
  }, patience)
  socket.once(event, resolve).once('error', onError).once('close', onClose)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    await promise
  } catch (error) {
    socket.on('error', () => undefined).destroy()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    socket.off(event, resolve).off('error', onError).off('close', onClose)
  }
}

/** A certificate that is not to be trusted ends nothing here: the check judges that. */
function tlsOptions(
  target: CheckTarget,
  options: NonNullable<DialogueOptions['tls']>,
): Omit<ConnectionOptions, 'socket'> {
  const { authority, identity } = target
  const asked = versions.filter((version) => options.versions?.includes(version) ?? false)
  const [min, max] = [asked[0], asked.at(-1)]
  const isOld = min === 'TLSv1' || min === 'TLSv1.1'
  return {
    rejectUnauthorized: false,
    servername: options.name ?? target.domain,
    ...(authority !== undefined && { ca: authority }),
    ...(options.withIdentity === true &&
      identity !== undefined && { cert: identity.certificate, key: identity.key }),
    ...(min !== undefined && max !== undefined && { minVersion: min, maxVersion: max }),
    // OpenSSL has switched the old versions off at its usual level.
    ...(isOld && { ciphers: 'DEFAULT@SECLEVEL=0' }),
  }
}

function agreed(socket: TLSSocket): NonNullable<Dialogue['tls']> {
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    certificate: socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0),
    trust: socket.authorized || String(socket.authorizationError),
  }
}
