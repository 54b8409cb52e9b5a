/** What a graded server needs of the grader: accounts, the root to trust, a client certificate. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { LabError, messageOf } from '../host/error.ts'
import type { CheckTarget } from '../check.ts'

/** Octets of a file with certificates. */
const LARGEST = 1024 * 1024

/** An account of `NAME:PASSWORD`. */
export function readAccount(said: string): CheckTarget['accounts'][number] {
  const [, name, password] = /^([^:]+):(.*)$/s.exec(said) ?? []
  if (name !== undefined && password !== undefined) return { name, password }
  // The message does not repeat what may be a password.
  throw new LabError(
    { en: '--account takes NAME:PASSWORD', es: '--account espera NOMBRE:CONTRASEÑA' },
    { blame: 'wrong' },
  )
}

/** The certificate of a root, as PEM. */
export function readAuthority(path: string): string {
  return reading('ca', path, (octets) => new X509Certificate(octets).toString())
}

/** A client certificate with its key, from PEM or from PKCS #12 with its password. */
export async function readIdentity(
  path: string,
  password: string,
): Promise<NonNullable<CheckTarget['identity']>> {
  const octets = reading('identity', path, (read) => read)
  try {
    if (!octets.includes('-----BEGIN')) {
      const { readPkcs12 } = await import('../../certs/pkcs12.ts')
      const { certificate, key, chain } = await readPkcs12(octets, password)
      return { certificate: [certificate, ...chain].join(''), key }
    }
    const text = octets.toString('latin1')
    const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
    const [first = ''] = certificates
    const key = createPrivateKey({ key: octets, passphrase: password })
    if (!new X509Certificate(first).checkPrivateKey(key)) throw new Error('the key is of another certificate')
    return {
      certificate: `${certificates.join('\n')}\n`,
      key: key.export({ type: 'pkcs8', format: 'pem' }),
    }
  } catch (error) {
    throw unreadable('identity', path, error)
  }
}

function reading<Result>(option: string, path: string, read: (octets: Buffer) => Result): Result {
  try {
    const octets = readFileSync(path)
    if (octets.length > LARGEST) throw new Error(`> ${LARGEST} octets`)
    return read(octets)
  } catch (error) {
    throw unreadable(option, path, error)
  }
}

function unreadable(option: string, path: string, error: unknown): LabError {
  const reason = messageOf(error)
  return new LabError(
    {
      en: `--${option}: ${path} is not what is needed: ${reason}`,
      es: `--${option}: ${path} no es lo que se necesita: ${reason}`,
    },
    { blame: 'wrong', cause: error },
  )
}
