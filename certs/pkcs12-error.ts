/** Why PKCS #12 could not be written or read. */
import type { Text } from '../lab/service.ts'

/**
 * `password`: it is another one. `malformed`: the file is not PKCS #12, or damaged. `unsupported`: it is, but of a kind that
 * is not read here. `request`: what was to be exported does not go together.
 */
export type Pkcs12Reason = 'password' | 'malformed' | 'unsupported' | 'request'

/** PKCS #12 that could not be written or read; never holds a key or a password. */
export class Pkcs12Error extends Error {
  override readonly name = 'Pkcs12Error'
  readonly reason: Pkcs12Reason
  readonly text: Text

  constructor(reason: Pkcs12Reason, text: Text, cause?: unknown) {
    super(text.en, { cause })
    this.reason = reason
    this.text = text
  }
}

/** The file breaks off, lies about itself, or is something else. */
export function malformed(text: Text, cause?: unknown): Pkcs12Error {
  return new Pkcs12Error(
    'malformed',
    {
      en: `This is no sound PKCS #12 file: ${text.en}.`,
      es: `No es un fichero PKCS #12 correcto: ${text.es}.`,
    },
    cause,
  )
}

/** The file uses what is not read here; a string is a name that both languages have, or an object identifier. */
export function unsupported(what: string | Text): Pkcs12Error {
  const { en, es } = typeof what === 'string' ? { en: what, es: what } : what
  // Not through a pipe: OpenSSL 3.0 reads the key and the certificates from it in turn and finds the second gone.
  const again =
    'openssl pkcs12 -legacy -in old.p12 -out all.pem && openssl pkcs12 -export -in all.pem -out new.p12'
  return new Pkcs12Error('unsupported', {
    en: `The PKCS #12 file uses ${en}, which is not read here. Write it anew: ${again}`,
    es: `El fichero PKCS #12 usa ${es}, que aquí no se lee. Vuelve a escribirlo: ${again}`,
  })
}
