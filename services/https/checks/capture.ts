/** Reads the handshakes of TLS in captures that students hand in, as far as they cross the network in clear. */
import { X509Certificate } from 'node:crypto'
import type { Overheard, Witness, WitnessedFact } from '../../../lab/check.ts'
import { Gathering, ShortError } from '../../../lab/kit/dissect/octets.ts'
import {
  readCertificates,
  readClientHello,
  readServerHello,
  type ServerHello,
} from '../../../lab/kit/dissect/tls-hello.ts'
import { alertName, suiteName, versionName } from '../../../lab/kit/dissect/tls-names.ts'
import type { FactData } from '../../../lab/service.ts'
import { lineOf, userOf } from '../client.ts'

// RFC 8446 §5.1 and §5.2
const [CHANGE, ALERT, HANDSHAKE, DATA] = [20, 21, 22, 23]
const LONGEST_RECORD = 16_384 + 2048
/** Octets of the longest handshake message that is read. */
const LONGEST_MESSAGE = 131_072
// RFC 8446 §4
const [CLIENT_HELLO, SERVER_HELLO, CERTIFICATE] = [1, 2, 11]
const TLS_1_3 = 0x0304
/** An encrypted alert of TLS 1.3: two octets, its type and a tag of 16 (RFC 8446 §5.2); any Finished is longer. */
const ALERT_LENGTH = 19
/** The level of an alert that ends the connection. */
const FATAL = 2

const readOnly = {
  en: 'TLS has begun, and of what it carries nothing can be read',
  es: 'ha empezado TLS, y de lo que lleva no se puede leer nada',
}

/** What is known of what one end sends. */
interface Side {
  readonly records: Gathering
  readonly messages: Gathering
  /** Below TLS 1.3, after ChangeCipherSpec. */
  isEncrypted: boolean
  isFinished: boolean
}

/** Opens a witness of a connection. */
export function tlsWitness(
  { transport, begin }: Overheard,
  { client }: { readonly client: Buffer },
): Witness | undefined {
  if (transport === 'udp' || begin === 'middle') return undefined
  const isHello = client[0] === HANDSHAKE && client[1] === 3 && client[5] === CLIENT_HELLO
  return isHello ? new TlsWitness() : undefined
}

class TlsWitness implements Witness {
  readonly #sides = { client: newSide(), server: newSide() }
  #name: string | undefined
  #session = Buffer.alloc(0)
  #hello: ServerHello | undefined
  #certificate: X509Certificate | undefined
  #frame = 0
  /** The frames with the hellos. */
  readonly #frames: number[] = []
  #facts: WitnessedFact[] = []
  end: typeof readOnly | undefined

  hear(from: 'client' | 'server', octets: Buffer, frame: number): readonly WitnessedFact[] {
    this.#frame = frame
    try {
      this.#read(from, octets)
    } catch (error) {
      if (!(error instanceof ShortError)) throw error
      this.end = readOnly
    }
    const facts = this.#facts
    this.#facts = []
    return facts
  }

  #read(from: 'client' | 'server', octets: Buffer): void {
    const { records } = this.#sides[from]
    records.add(octets)
    while (records.size >= 5 && this.end === undefined) {
      const length = records.peek().readUInt16BE(3)
      if (length > LONGEST_RECORD) throw new ShortError()
      if (records.size < 5 + length) return
      const type = records.take(5)[0] ?? 0
      this.#record(from, type, records.take(length))
    }
  }

  #record(from: 'client' | 'server', type: number, content: Buffer): void {
    const side = this.#sides[from]
    const isNew = this.#hello?.version === TLS_1_3
    if (type === CHANGE) side.isEncrypted ||= this.#hello !== undefined && !isNew
    else if (type === ALERT && !side.isEncrypted) this.#alert(content)
    else if (type === HANDSHAKE && side.isEncrypted) this.#finished(side)
    else if (type === HANDSHAKE) this.#handshake(from, side, content)
    else if (type === DATA && isNew && from === 'client' && content.length > ALERT_LENGTH) this.#handshaken()
  }

  /** Warnings aside: close_notify, too, is one. */
  #alert(content: Buffer): void {
    const [level, number = 0] = content
    if (level !== FATAL) return
    this.#facts.push({ kind: 'tls.failed', data: { name: this.#name, why: `alert ${alertName(number)}` } })
    this.end = readOnly
  }

  #finished(side: Side): void {
    side.isFinished = true
    const { client, server } = this.#sides
    if (client.isFinished && server.isFinished) this.#handshaken()
  }

  #handshake(from: 'client' | 'server', { messages }: Side, content: Buffer): void {
    messages.add(content)
    while (messages.size >= 4) {
      const length = messages.peek().readUIntBE(1, 3)
      if (length > LONGEST_MESSAGE) throw new ShortError()
      if (messages.size < 4 + length) return
      const type = messages.take(4)[0] ?? 0
      this.#message(from, type, messages.take(length))
    }
  }

  #message(from: 'client' | 'server', type: number, body: Buffer): void {
    if (from === 'client' && type === CLIENT_HELLO) {
      const { name, session } = readClientHello(body)
      this.#name = name
      this.#session = Buffer.from(session)
      this.#frames.push(this.#frame)
    } else if (from === 'server' && type === SERVER_HELLO) {
      const hello = readServerHello(body)
      if (hello.isRetry) return
      this.#hello = { ...hello, session: Buffer.from(hello.session) }
      this.#frames.push(this.#frame)
    } else if (from === 'client' && type === CERTIFICATE) this.#certificate = certificateIn(body)
  }

  #handshaken(): void {
    const hello = this.#hello
    if (hello === undefined) return
    const data: FactData = {
      version: versionName(hello.version).replace('TLS ', 'TLSv'),
      cipher: suiteName(hello.suite),
      resumed: this.#isResumed(hello),
      name: this.#name,
      alpn: hello.protocols[0],
      ...(this.#certificate && tellOf(this.#certificate)),
    }
    this.#facts.push({ kind: 'tls.handshaken', data, frames: [...this.#frames.slice(-2), this.#frame] })
    this.end = readOnly
  }

  /** TLS 1.3 takes a pre-shared key (RFC 8446 §4.2.11); before, the server repeats the session's id (RFC 5246 §7.4.1.3). */
  #isResumed({ version, session, extensions }: ServerHello): boolean {
    if (version === TLS_1_3) return extensions.has(41)
    return session.length > 0 && session.equals(this.#session)
  }
}

function newSide(): Side {
  return { records: new Gathering(), messages: new Gathering(), isEncrypted: false, isFinished: false }
}

function certificateIn(body: Buffer): X509Certificate | undefined {
  const [own] = readCertificates(body)
  try {
    return own === undefined ? undefined : new X509Certificate(own)
  } catch {
    // Its sender is to blame, and the server has to judge it.
    return undefined
  }
}

/** As the journal tells of a client's certificate. */
function tellOf(certificate: X509Certificate): FactData {
  return {
    subject: lineOf(certificate.subject),
    issuer: lineOf(certificate.issuer),
    serial: certificate.serialNumber,
    user: userOf(certificate),
  }
}
