/** Reads a TLS handshake off the wire for those who look on (RFC 8446, RFC 5246). */
import { count, mapped, OCTET, say, type Said } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { About } from '../../service.ts'
import type { TlsAgreement, TlsOutcome } from '../../wire/flow.ts'
import { Gathering } from '../../kit/dissect/octets.ts'
import type { Rung } from './rung.ts'
import { certificateParts, certificateTitle } from './tls-certificate.ts'
import { meaningOf, reasonOf } from './tls-failure.ts'
import { HANDSHAKE_MESSAGE, tellMessage, type Told } from './tls-messages.ts'
import { alertName } from '../../kit/dissect/tls-names.ts'
import { abouts, ENCRYPTED_RECORD } from './tls-texts.ts'

type From = 'client' | 'server'

/** RFC 8446 §5.2: octets of the longest record. */
const LONGEST_RECORD = 16_384 + 2048
/** Octets of the longest handshake message that is read. */
const LONGEST_MESSAGE = 131_072
/** Steps of one handshake; a client may send empty messages without end. */
const MOST = 200

const [CHANGE, ALERT, HANDSHAKE, DATA] = [20, 21, 22, 23]

/** What is known of what one end sends. */
interface Side {
  readonly records: Gathering
  readonly messages: Gathering
  /** After ChangeCipherSpec below TLS 1.3. */
  isEncrypted: boolean
  /** What comes is not TLS, or too long to be read. */
  isLost: boolean
  /** Encrypted records that no step tells yet. */
  hidden: number
  hiddenOctets: number
  /** When the first of them came. */
  hiddenAt: number
}

/** Both sides of one TLS connection: steps in clear, and what only their sizes tell of. */
export class TlsReader {
  readonly #sides: Readonly<Record<From, Side>> = { client: newSide(), server: newSide() }
  #version: string | undefined
  #isOver = false
  #told = 0
  #at = 0
  #steps: Rung[] = []

  /** The steps that these octets, which came at this time, complete; never throws. */
  read(from: From, octets: Buffer, at: number): readonly Rung[] {
    this.#at = at
    const side = this.#sides[from]
    if (side.isLost) return []
    side.records.add(octets)
    for (let length = this.#next(from, side); length >= 0; length = this.#next(from, side)) {
      const type = side.records.take(5)[0] ?? 0
      this.#record(from, side, type, side.records.take(length))
    }
    return this.#out()
  }

  /** The steps that the outcome tells of; `lab` is the end that the lab holds. */
  secured(outcome: TlsOutcome, lab: From): readonly Rung[] {
    this.#showHidden()
    this.#isOver = true
    if ('failure' in outcome) {
      const reason = mapped(reasonOf(outcome.failure), (text) => visible(text))
      const parts = [{ name: { en: 'Reason', es: 'Motivo' }, lines: [reason] }]
      const text = say`${{ en: 'TLS failed', es: 'TLS ha fallado' }}: ${reason}`
      const about = { text: meaningOf(outcome.failure), rfc: 'RFC 8446 §6.2' }
      this.#steps.push({ ...bare, from: 'lab', kind: 'refusal', text, parts, about })
      return this.#out()
    }
    const { version, cipher, isResumed, own, peer } = outcome
    // Below TLS 1.3 certificates could be read on the wire, and so they are steps already.
    if (version === 'TLSv1.3' && !isResumed) {
      const [ofServer, ofClient] = lab === 'server' ? [own, peer] : [peer, own]
      if (ofServer !== undefined) this.#shown('server', ofServer)
      if (ofClient !== undefined) this.#shown('client', ofClient)
    }
    this.#steps.push({
      ...bare,
      from: 'lab',
      text: say`${version} ${cipher}${isResumed ? { en: ', resumed', es: ', sesión reanudada' } : ''}`,
      parts: [{ name: { en: 'Agreed', es: 'Acordado' }, lines: agreedLines(outcome, lab) }],
      about: isResumed ? abouts.resumed : abouts.agreed,
    })
    return this.#out()
  }

  /** Octets are missing from here on: where records begin is not to be known any more. */
  lose(): void {
    for (const side of Object.values(this.#sides)) side.isLost = true
  }

  /** What was left when the conversation ended. */
  end(): readonly Rung[] {
    this.#showHidden()
    return this.#out()
  }

  /** How much was sent encrypted since the handshake, or since this was asked last. */
  takeHidden(): { readonly records: number; readonly octets: number } {
    const taken = { records: 0, octets: 0 }
    if (!this.#isOver) return taken
    for (const side of Object.values(this.#sides)) {
      taken.records += side.hidden
      taken.octets += side.hiddenOctets
      side.hidden = side.hiddenOctets = 0
    }
    return taken
  }

  /** The length of the next record's content if it is all there, else -1. */
  #next(from: From, side: Side): number {
    const { records } = side
    if (side.isLost || records.size === 0) return -1
    const head = records.peek()
    const isTls = (head[0] ?? 0) >= CHANGE && (head[0] ?? 0) <= DATA + 1 && (head.length < 2 || head[1] === 3)
    const length = head.length < 5 ? 0 : head.readUInt16BE(3)
    if (!isTls || length > LONGEST_RECORD) {
      side.isLost = true
      const line = (head.toString('latin1', 0, 200).split(/[\r\n]/, 1)[0] ?? '').replace(
        /^((?:pass|auth)\b).*/i,
        '$1 …',
      )
      const none = { en: 'that are no TLS', es: 'que no son TLS' }
      const text = say`${count(head.length, OCTET)} ${none}: ${visible(line, 80)}`
      this.#tell(from, { text, about: abouts.noTls }, head.length, 'refusal')
      return -1
    }
    return head.length < 5 + length ? -1 : length
  }

  #record(from: From, side: Side, type: number, content: Buffer): void {
    const isHidden = type === DATA || (side.isEncrypted && type !== CHANGE)
    if (!isHidden) this.#showHidden()
    if (type === CHANGE) this.#changeCipherSpec(from, side, content.length)
    else if (isHidden && type === HANDSHAKE) {
      this.#tell(
        from,
        { text: say`Finished (${{ en: 'encrypted', es: 'cifrado' }})`, about: abouts.finished },
        content.length,
      )
    } else if (isHidden && type === ALERT) {
      this.#tell(
        from,
        { text: say`Alert (${{ en: 'encrypted', es: 'cifrada' }})`, about: abouts.encryptedAlert },
        content.length,
      )
    } else if (isHidden) {
      if (!this.#isOver && this.#sides[other(from)].hidden > 0) this.#showHidden()
      if (side.hidden === 0) side.hiddenAt = this.#at
      side.hidden += 1
      side.hiddenOctets += content.length
    } else if (type === ALERT) this.#alert(from, content)
    else if (type === HANDSHAKE) this.#handshake(from, side, content)
  }

  #changeCipherSpec(from: From, side: Side, length: number): void {
    // RFC 8446 appendix D.4: in TLS 1.3, and before the version is known, it changes nothing.
    const isOld = this.#version !== undefined && this.#version !== 'TLS 1.3'
    if (isOld) side.isEncrypted = true
    const about = isOld ? abouts.changeCipherSpec : abouts.oldChangeCipherSpec
    this.#tell(from, { text: 'ChangeCipherSpec', about }, length)
  }

  #alert(from: From, content: Buffer): void {
    const [level = 0, number = 0] = content
    const name = alertName(number)
    const isFatal = level === 2
    const told = { text: `Alert: ${name}${isFatal ? ' (fatal)' : ''}`, about: abouts.alert }
    this.#tell(from, told, content.length, isFatal ? 'refusal' : 'tls')
  }

  #handshake(from: From, side: Side, content: Buffer): void {
    const { messages } = side
    messages.add(content)
    while (messages.size >= 4) {
      const head = messages.peek()
      const length = head.readUIntBE(1, 3)
      if (length > LONGEST_MESSAGE) {
        side.isLost = true
        const text = {
          en: `a handshake message of ${length} octets, not read`,
          es: `un mensaje de negociación de ${length} octetos, sin leer`,
        }
        return this.#tell(from, { text, about: abouts.malformed }, head.length)
      }
      if (messages.size < 4 + length) return
      const type = messages.take(4)[0] ?? 0
      this.#message(from, type, messages.take(length))
    }
  }

  #message(from: From, type: number, body: Buffer): void {
    let told: Told
    try {
      told = tellMessage(type, body, this.#version)
    } catch {
      // Whatever is wrong with it, its sender is to blame.
      const text = say`${{ en: 'malformed', es: 'mal formado' }}: ${HANDSHAKE_MESSAGE} ${type}`
      told = { text, about: abouts.malformed }
    }
    if (from === 'server' && told.version !== undefined) this.#version ??= told.version
    this.#tell(from, told, body.length + 4)
  }

  /** A certificate that crossed encrypted. */
  #shown(from: From, certificate: Buffer): void {
    const { text } = certificateTitle([certificate])
    const parts = certificateParts([certificate])
    this.#steps.push({
      ...bare,
      from,
      text,
      parts,
      about: abouts.certificate,
      octets: certificate.length,
      isEnciphered: true,
    })
  }

  /** In the handshake, encrypted records in a row are one step. */
  #showHidden(): void {
    for (const from of ['client', 'server'] as const) {
      const side = this.#sides[from]
      if (side.hidden === 0 || this.#isOver) continue
      const text = count(side.hidden, ENCRYPTED_RECORD)
      const at = side.hiddenAt
      const about = abouts.encryptedHandshake
      this.#steps.push({ ...bare, from, text, about, octets: side.hiddenOctets, at })
      side.hidden = side.hiddenOctets = 0
    }
  }

  #tell(
    from: From,
    { text, parts = [], about }: Told | Brief,
    octets: number,
    kind: Rung['kind'] = 'tls',
  ): void {
    this.#told += 1
    if (this.#told <= MOST) this.#steps.push({ ...bare, from, kind, text, parts, about, octets })
  }

  #out(): readonly Rung[] {
    const steps = this.#steps
    this.#steps = []
    return steps
  }
}

/** What both ends have agreed on. */
function agreedLines(agreement: TlsAgreement, lab: From): readonly Said[] {
  const { version, cipher, protocol, servername, isResumed, peer } = agreement
  const state = isResumed ? { en: 'resumed', es: 'reanudada' } : { en: 'new', es: 'nueva' }
  const silent =
    lab === 'server'
      ? { en: 'the client showed no certificate', es: 'el cliente no mostró ningún certificado' }
      : { en: 'the server showed no certificate', es: 'el servidor no mostró ningún certificado' }
  return [
    say`${{ en: 'version', es: 'versión' }}: ${version}`,
    say`${{ en: 'cipher suite', es: 'suite de cifrado' }}: ${cipher}`,
    ...(protocol === undefined ? [] : [`ALPN: ${visible(protocol)}`]),
    ...(servername === undefined
      ? []
      : [say`${{ en: 'server name', es: 'nombre del servidor' }}: ${visible(servername)}`]),
    say`${{ en: 'session', es: 'sesión' }}: ${state}`,
    ...(peer === undefined ? [silent] : []),
  ]
}

interface Brief {
  readonly text: Said
  readonly parts?: Rung['parts']
  readonly about: About
}

const bare = { kind: 'tls', parts: [], octets: 0, isEnciphered: false } as const

function newSide(): Side {
  return {
    records: new Gathering(),
    messages: new Gathering(),
    isEncrypted: false,
    isLost: false,
    hidden: 0,
    hiddenOctets: 0,
    hiddenAt: 0,
  }
}

function other(from: From): From {
  return from === 'client' ? 'server' : 'client'
}
