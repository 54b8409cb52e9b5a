/** Certificates in a file that is handed in: PEM, DER, or PKCS#12. */
import { X509Certificate } from 'node:crypto'
import { duplexPair } from 'node:stream'
import { connect, createSecureContext, TLSSocket } from 'node:tls'
import { CheckFailure } from '../../../lab/check.ts'
import { messageOf } from '../../../lab/kit/error.ts'

/** Certificates of a chain at most. */
const LONGEST = 10

/** Reads the certificates, the holder's own first; throws a CheckFailure where there is none. */
export async function readChain(file: Buffer, passphrase = ''): Promise<readonly X509Certificate[]> {
  const blocks = file.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  try {
    if (blocks !== null) return blocks.slice(0, LONGEST).map((block) => readWhole(block))
    return isPkcs12(file) ? await unpack(file, passphrase) : [readWhole(file)]
  } catch (error) {
    const reason = messageOf(error)
    throw new CheckFailure({
      en: `the file holds no certificate that can be read: ${reason}`,
      es: `el fichero no tiene ningún certificado legible: ${reason}`,
    })
  }
}

/** Node reads the key of a certificate when it is asked for it, and throws where it is damaged. */
function readWhole(octets: Buffer | string): X509Certificate {
  const certificate = new X509Certificate(octets)
  void certificate.publicKey
  return certificate
}

/** PFX ::= SEQUENCE { version INTEGER (3), … } (RFC 7292 §4); a certificate begins with another sequence. */
function isPkcs12(file: Buffer): boolean {
  const first = file[1] ?? 0
  const head = first < 128 ? 2 : 2 + (first & 127)
  return file[0] === 0x30 && file.subarray(head, head + 3).equals(Buffer.from([2, 1, 3]))
}

/** What a server with this file would show: OpenSSL alone reads the format here. */
async function unpack(pfx: Buffer, passphrase: string): Promise<readonly X509Certificate[]> {
  const secureContext = createSecureContext({ pfx, passphrase })
  const [near, far] = duplexPair()
  const server = new TLSSocket(far, { isServer: true, secureContext })
  const client = connect({ socket: near, rejectUnauthorized: false })
  try {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    client.once('secureConnect', resolve).once('error', reject)
    server.once('error', reject)
    await promise
    const chain: X509Certificate[] = []
    for (
      let each = client.getPeerX509Certificate();
      each !== undefined && chain.length < LONGEST;
      each = each.issuerCertificate
    )
      chain.push(each)
    return chain
  } finally {
    client.on('error', () => undefined).destroy()
    server.on('error', () => undefined).destroy()
  }
}

/** Where a chain does not lead to the root, which need not be in it; undefined if all is well. */
export function gapIn(chain: readonly X509Certificate[], root: X509Certificate): string | undefined {
  const whole = chain.at(-1)?.fingerprint256 === root.fingerprint256 ? chain : [...chain, root]
  for (const [index, certificate] of whole.slice(0, -1).entries()) {
    const above = whole[index + 1]
    if (above === undefined || !certificate.checkIssued(above) || !certificate.verify(above.publicKey))
      return certificate.subject.replaceAll('\n', ', ')
  }
  return undefined
}
