/** Reads mail in captures that students hand in: SMTP, and POP3. */
import type { OpenWitness, Witness, WitnessedFact } from '../../../lab/check.ts'
import type { Text } from '../../../lab/service.ts'
import { Pop3Witness } from './capture-pop3.ts'
import { SmtpWitness } from './capture-smtp.ts'

/** Why nothing is read behind STARTTLS and STLS. */
const secured: Text = {
  en: 'the connection turns to TLS, and what it carries cannot be read any more',
  es: 'la conexión pasa a TLS, y lo que lleva ya no se puede leer',
}

/** What both protocols tell. */
interface Talk {
  /** The facts that the octets complete. */
  read(from: 'client' | 'server', octets: Buffer): readonly WitnessedFact[]
  /** Whether TLS has begun. */
  readonly isSecured: boolean
}

/** Opens a witness of a connection. */
export const mailWitness: OpenWitness = (overheard, { client, server }) => {
  const { endpoint, transport } = overheard
  // The ports of TLS show nothing but that.
  if (transport === 'udp' || endpoint === 'smtps' || endpoint === 'pop3s') return undefined
  if (endpoint === 'pop3' || (endpoint === undefined && isPop3(server)))
    return witness(new Pop3Witness(overheard))
  const isSmtp = endpoint !== undefined || isSmtpTalk(client, server)
  return isSmtp ? witness(new SmtpWitness(overheard)) : undefined
}

function witness(talk: Talk): Witness {
  return {
    hear: (from, octets) => talk.read(from, octets),
    get end() {
      return talk.isSecured ? secured : undefined
    },
  }
}

function isPop3(server: Buffer): boolean {
  return /^\+OK[ \r\n]/.test(server.toString('latin1', 0, 5))
}

function isSmtpTalk(client: Buffer, server: Buffer): boolean {
  return (
    /^220[ -]/.test(server.toString('latin1', 0, 4)) &&
    /^(?:EHLO|HELO) /i.test(client.toString('latin1', 0, 5))
  )
}
