import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Deadline } from '../../../lab/kit/deadline.ts'
import { Inlet } from '../inlet.ts'
import type { Dialogue } from './dialogue.ts'
import type { Outcome } from './reply.ts'
import { SmtpSession } from './session.ts'

/** Octets of a message that are worked on at a turn. */
const PORTION = 65_536
/** Commands and portions of one client, one behind the other, before others have their turn. */
const TURN = 64
/** Characters of replies that are gathered before they are written. */
const GATHERED = 16_384
/** Octets that a client may still send after the last reply, or in lines that are too long. */
const LINGERING = 1_048_576
/** Milliseconds that it has to read the last reply. */
const LINGER = 5000

/**
 * The octets of one SMTP connection: commands are obeyed one by one, the replies of pipelined ones leave in one write
 * (RFC 2920 §3.2), and nothing is read while a reply waits or the client does not read.
 */
export class SmtpConnection {
  readonly #stream: Duplex
  readonly #dialogue: Dialogue
  readonly #session: SmtpSession
  readonly #secure: (stream: Duplex) => void
  readonly #inlet = new Inlet()
  readonly #deadline: Deadline
  /** `blocked`: the client has not read what was written; `closing`: the last reply is written, input is dropped. */
  #state: 'reading' | 'busy' | 'blocked' | 'closing' | 'closed' = 'busy'
  #gathered = ''
  #dropped = 0
  /** Commands and portions since others had their turn. */
  #served = 0
  #hasEnded = false
  #isStopping = false
  /** The time for a command runs. */
  #isTimed = false
  #isPaused = false

  /** `secure` is called when the client begins TLS; the stream is then its, and this connection is over. */
  constructor(stream: Duplex, dialogue: Dialogue, secure: (stream: Duplex) => void) {
    this.#stream = stream
    this.#dialogue = dialogue
    this.#secure = secure
    this.#session = new SmtpSession(dialogue)
    this.#deadline = new Deadline(dialogue.parts.ctx.clock, () => this.#guard(() => this.#expire()))
    // A client may close its half and still read the replies.
    stream.allowHalfOpen = true
    if (stream instanceof Socket) stream.setNoDelay(true)
    stream.on('data', this.#receive)
    stream.on('drain', this.#drained)
    stream.on('end', this.#ended)
    stream.on('error', this.#failed)
    stream.on('close', this.#closed)
  }

  /** Says what there is to say before the first command; undefined for a connection that TLS has just begun in. */
  start(greeting: Outcome | Promise<Outcome> | undefined): void {
    this.#guard(() => {
      this.#settle(greeting ?? { text: '' })
      this.#advance()
    })
  }

  /** Ends it now if it waits for a command or for more of a message, which is given up, else after what it does. */
  stop(): void {
    this.#isStopping = true
    if (this.#state === 'reading') this.#guard(() => this.#advance())
  }

  readonly #receive = (chunk: Buffer): void => {
    if (this.#state === 'closing' || this.#state === 'closed') {
      this.#dropped += chunk.length
      if (this.#dropped > LINGERING) this.#stream.destroy()
      return
    }
    this.#inlet.add(chunk)
    if (this.#state === 'reading') this.#guard(() => this.#advance())
    else {
      this.#isPaused = true
      this.#stream.pause()
    }
  }

  readonly #drained = (): void => {
    if (this.#state !== 'blocked') return
    this.#state = 'reading'
    this.#guard(() => this.#advance())
  }

  readonly #ended = (): void => {
    this.#hasEnded = true
    if (this.#state === 'reading') this.#guard(() => this.#advance())
  }

  readonly #failed = (): void => {
    this.#stream.destroy()
  }

  readonly #closed = (): void => {
    this.#state = 'closed'
    this.#deadline.cancel()
    this.#inlet.clear()
    this.#session.close()
  }

  /** Does what can be done with what has come. */
  #advance(): void {
    while (this.#state === 'reading') {
      if (this.#served >= TURN) return this.#yield()
      const outcome = this.#next()
      if (outcome === undefined) break
      this.#served += 1
      this.#settle(outcome)
      if (this.#gathered.length > GATHERED) this.#flush()
    }
    if (this.#state === 'reading') this.#flush()
    if (this.#state === 'reading') this.#await()
  }

  /** Goes on behind what others have sent, for 64 KB hold thousands of commands. */
  #yield(): void {
    this.#state = 'busy'
    this.#deadline.clear()
    setImmediate(() => {
      this.#served = 0
      if (this.#state !== 'busy') return
      this.#state = 'reading'
      this.#guard(() => this.#advance())
    })
  }

  /** The outcome of the next line or portion; undefined if there is none. */
  #next(): Outcome | Promise<Outcome> | undefined {
    // RFC 5321 §3.8: whoever is told so sends again what has no answer yet.
    if (this.#isStopping) {
      const text = `${this.#dialogue.parts.hostname} Service shutting down`
      return this.#dialogue.reply(421, '4.3.2', text, 'close')
    }
    const { wanted } = this.#session
    if (wanted > 0) {
      const octets = this.#inlet.peek(Math.min(wanted, PORTION))
      if (octets.length === 0) return undefined
      const { taken, outcome } = this.#session.take(octets)
      this.#inlet.consume(taken)
      return outcome
    }
    const line = this.#inlet.takeLine(this.#session.longestLine)
    if (this.#inlet.skipped > LINGERING) return { text: '', after: 'drop' }
    if (line === undefined) return undefined
    this.#isTimed = false
    return line === 'long' ? this.#session.overflow() : this.#session.line(line, this.#inlet.length === 0)
  }

  #settle(outcome: Outcome | Promise<Outcome>): void {
    if (!(outcome instanceof Promise)) return this.#conclude(outcome)
    this.#state = 'busy'
    this.#deadline.clear()
    outcome
      .then((settled) => {
        if (this.#state !== 'busy') return
        this.#conclude(settled)
        this.#advance()
      })
      .catch((error: unknown) => this.#break(error))
  }

  #conclude({ text, after }: Outcome): void {
    this.#gathered += text
    this.#state = 'reading'
    if (after === 'close') this.#finish()
    else if (after === 'drop') this.#drop()
    else if (after === 'discard') this.#inlet.clear()
    else if (after === 'tls') this.#startTls()
  }

  /** The input is used up: waits for more, or ends if there will be none. */
  #await(): void {
    if (this.#hasEnded) return this.#finish()
    const { config } = this.#dialogue.parts
    if (this.#session.wanted > 0) this.#deadline.set(config.dataTimeout * 1000)
    // A command that comes octet by octet has no more time than one that comes at once.
    else if (!this.#isTimed) this.#deadline.set(config.commandTimeout * 1000)
    this.#isTimed = this.#session.wanted === 0
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#stream.resume()
  }

  #flush(): void {
    if (this.#gathered === '' || this.#stream.destroyed) return
    const isTaken = this.#stream.write(this.#gathered)
    this.#gathered = ''
    if (isTaken || this.#state !== 'reading') return
    this.#state = 'blocked'
    this.#isTimed = false
    this.#deadline.set(this.#dialogue.parts.config.commandTimeout * 1000)
  }

  #expire(): void {
    if (this.#state !== 'reading') {
      this.#stream.destroy()
      return
    }
    const { hostname } = this.#dialogue.parts
    const what = this.#session.wanted > 0 ? 'the message' : 'a command'
    const text = `${hostname} Timeout while waiting for ${what}`
    this.#conclude(this.#dialogue.refuse({ code: 421, status: '4.4.2', text }, {}, 'close'))
  }

  #startTls(): void {
    const stream = this.#stream
    this.#flush()
    this.#state = 'closed'
    this.#deadline.cancel()
    stream.off('data', this.#receive)
    stream.off('drain', this.#drained)
    stream.off('end', this.#ended)
    stream.off('error', this.#failed)
    stream.off('close', this.#closed)
    // The client begins its handshake while the certificate may still be in the making.
    stream.pause()
    this.#session.close()
    this.#secure(stream)
  }

  /** Ends the lab's half and drops what still comes: a connection that is destroyed over unread octets is reset, and the last reply lost. */
  #finish(): void {
    this.#flush()
    this.#state = 'closing'
    this.#inlet.clear()
    this.#session.close()
    this.#deadline.set(LINGER)
    this.#stream.end()
    this.#stream.resume()
  }

  #drop(): void {
    this.#state = 'closed'
    this.#stream.destroy()
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#break(error)
    }
  }

  /** What goes wrong here is not the client's doing; it ends this connection alone. */
  #break(error: unknown): void {
    const { parts, peer } = this.#dialogue
    parts.ctx.log.error({ err: error, connection: peer.connection }, 'an SMTP session failed')
    if (this.#state === 'closed' || this.#stream.destroyed) return
    this.#gathered += this.#dialogue.reply(421, '4.3.0', `${parts.hostname} Internal error`).text
    this.#finish()
  }
}
