/** Explains X.509 certificates of any version and algorithm (RFC 5280 §4.1). */
import { createHash } from 'node:crypto'
import { DerError, type DerNode } from '../der-reader.ts'
import { explainExtensions } from './extensions.ts'
import { explainKey } from './keys.ts'
import { nameText } from './names.ts'
import { isSameName, readCertificate, type Certificate } from './fields.ts'
import { readExtensions } from './read.ts'
import { explainSignature } from './verdict.ts'
import { hex, instant, row, rowsOr, say, span, type Explanation } from './row.ts'
import { explainAlgorithm } from './signatures.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SERIAL = say('Serial number', 'Número de serie')
const VALIDITY = say('Validity', 'Validez')
const EXTENSIONS = say('Extensions', 'Extensiones')

/**
 * Explains the first certificate in some PEM at a time in milliseconds since 1970, its signature against the issuer's certificate if
 * that is given; throws an `ExplainError` for what is no certificate.
 */
export async function explainCertificate(
  pem: string,
  now: number,
  options: { readonly issuer?: string | undefined } = {},
): Promise<readonly Explanation[]> {
  const certificate = await readCertificate(pem)
  const issuer = options.issuer === undefined ? undefined : await readCertificate(options.issuer)
  const { signed, issuer: issuerName, subject } = certificate
  const isSelfSigned = isSameName(issuerName, subject)
  return [
    ...rowsOr(say('Version', 'Versión'), () => explainVersion(certificate)),
    ...rowsOr(SERIAL, () => explainSerial(certificate.serial)),
    ...rowsOr(say('Signature algorithm', 'Algoritmo de firma'), () =>
      explainAlgorithms(certificate, isSelfSigned),
    ),
    ...rowsOr(say('Issuer', 'Emisor'), () => explainIssuer(issuerName, isSelfSigned)),
    ...rowsOr(VALIDITY, () => explainValidity(certificate.validity, now)),
    ...rowsOr(say('Subject', 'Titular'), () => explainSubject(subject)),
    ...rowsOr(say('Public key', 'Clave pública'), () => explainKey(certificate.publicKey)),
    ...certificate.uniqueIds.map(explainUniqueId),
    ...rowsOr(EXTENSIONS, () => explainExtensions(readExtensions(certificate.extensions?.inner()), true)),
    await explainSignature(
      'keyCertSign',
      signed,
      issuerName,
      issuer,
      isSelfSigned ? certificate.publicKey : undefined,
    ),
    ...fingerprints(signed.der),
  ]
}

function explainVersion({ version, extensions }: Certificate): Explanation {
  const title = say('Version', 'Versión')
  const number = (version?.inner().number() ?? 0) + 1
  const value = `v${number}`
  if (number === 3)
    return row(
      title,
      value,
      say(
        'The version of today, which may have extensions.',
        'La versión actual, que puede tener extensiones.',
      ),
    )
  if (extensions !== undefined || number > 3)
    return row(
      title,
      value,
      say(
        'This version has no such content, so that strict software refuses the certificate.',
        'Esta versión no admite este contenido, así que el software estricto rechaza el certificado.',
      ),
      'bad',
    )
  return row(
    title,
    value,
    say(
      'An old version without extensions: it cannot say whether it is an authority or which names it is for. Acceptable for an old root only.',
      'Una versión antigua sin extensiones: no puede decir si es una autoridad ni para qué nombres vale. Solo es aceptable en una raíz antigua.',
    ),
    'warning',
  )
}

/** RFC 5280 §4.1.2.2 */
function explainSerial(serial: DerNode): Explanation {
  const octets = serial.integer()
  const [first = 0] = octets
  const value = hex(octets.length > 1 && first === 0 ? octets.subarray(1) : octets)
  if (first >= 0x80 || octets.length > 20 || octets.every((octet) => octet === 0))
    return row(
      SERIAL,
      value,
      say(
        'RFC 5280 wants it positive, and of 20 octets at most; this one is not.',
        'RFC 5280 lo quiere positivo y de 20 octetos como mucho; este no lo es.',
      ),
      'warning',
    )
  return row(
    SERIAL,
    value,
    say(
      'The number that the issuer gives to this certificate alone; revocation lists name certificates by it.',
      'El número que el emisor da solo a este certificado; las listas de revocación nombran los certificados por él.',
    ),
  )
}

function explainAlgorithms(
  { signed, algorithm }: Certificate,
  isSelfSigned: boolean,
): readonly Explanation[] {
  const outer = explainAlgorithm(signed.algorithm, isSelfSigned)
  if (algorithm.der().equals(signed.algorithm.der())) return [outer]
  // §4.1.1.2: both MUST be the same, for only the inner one is signed.
  return [
    outer,
    row(
      outer.title,
      explainAlgorithm(algorithm, isSelfSigned).value,
      say(
        'Inside, the certificate names another algorithm or other parameters: it was changed, or made wrong.',
        'Por dentro, el certificado nombra otro algoritmo u otros parámetros: se modificó o se hizo mal.',
      ),
      'bad',
    ),
  ]
}

function explainIssuer(issuer: DerNode, isSelfSigned: boolean): Explanation {
  const text = isSelfSigned
    ? say(
        'Issuer and subject are the same: a root, or a certificate that somebody made without an authority.',
        'Emisor y titular son el mismo: una raíz, o un certificado que alguien hizo sin autoridad.',
      )
    : say(
        'Who signed the certificate and vouches for what it says.',
        'Quién firmó el certificado y responde de lo que dice.',
      )
  return row(say('Issuer', 'Emisor'), nameText(issuer), text)
}

function explainSubject(subject: DerNode): Explanation {
  const value = nameText(subject)
  const text =
    value === ''
      ? say(
          'It is empty: only the alternative names say whose it is.',
          'Está vacío: solo los nombres alternativos dicen de quién es.',
        )
      : say(
          'Whose certificate it is: the owner of the key. Browsers do not look for names of servers here any more.',
          'De quién es el certificado: el dueño de la clave. Los navegadores ya no buscan aquí los nombres de los servidores.',
        )
  return row(say('Subject', 'Titular'), value === '' ? '-' : value, text)
}

function explainValidity(validity: DerNode, now: number): readonly Explanation[] {
  const [begin, end] = validity.sequence()
  if (begin === undefined || end === undefined) throw new DerError('two times were expected')
  const [from, to] = [begin.time(), end.time()]
  return [
    row(
      say('Valid from', 'Válido desde'),
      instant(from),
      say('Before, clients refuse it.', 'Antes, los clientes lo rechazan.'),
    ),
    row(
      say('Valid to', 'Válido hasta'),
      instant(to),
      say('Afterwards, clients refuse it.', 'Después, los clientes lo rechazan.'),
    ),
    validityNow(from, to, now),
  ]
}

function validityNow(from: number, to: number, now: number): Explanation {
  const at = instant(now)
  if (to < from)
    return row(
      VALIDITY,
      at,
      say('It ends before it begins: it is never valid.', 'Acaba antes de empezar: no vale nunca.'),
      'bad',
    )
  if (now < from) {
    const { en, es } = span(from - now)
    return row(
      VALIDITY,
      at,
      say(`It is not valid yet: it will be in ${en}.`, `Todavía no es válido: lo será dentro de ${es}.`),
      'bad',
    )
  }
  // §4.1.2.5: the last second belongs to it.
  if (now >= to + 1000) {
    const { en, es } = span(now - to)
    return row(VALIDITY, at, say(`It expired ${en} ago.`, `Caducó hace ${es}.`), 'bad')
  }
  const { en, es } = span(to - now)
  // A tenth of the time is left, at most a month: when those who renew by machine renew.
  const isShort = to - now < Math.min((to - from) / 10, 30 * DAY)
  return isShort
    ? row(VALIDITY, at, say(`It expires soon: in ${en}.`, `Caduca pronto: dentro de ${es}.`), 'warning')
    : row(
        VALIDITY,
        at,
        say(`It is valid now, and for ${en} more.`, `Es válido ahora, y durante ${es} más.`),
        'good',
      )
}

function explainUniqueId(identifier: DerNode): Explanation {
  return row(
    identifier.tag === 1
      ? say('Issuer unique identifier', 'Identificador único del emisor')
      : say('Subject unique identifier', 'Identificador único del titular'),
    hex(identifier.der()),
    say('A field of version 2 that nobody uses any more.', 'Un campo de la versión 2 que ya nadie usa.'),
    'warning',
  )
}

function fingerprints(der: Buffer): readonly Explanation[] {
  const digest = (algorithm: string) => hex(createHash(algorithm).update(der).digest())
  return [
    row(
      say('Fingerprint, SHA-1', 'Huella SHA-1'),
      digest('sha1'),
      say(
        'A digest of the whole certificate, for comparing by eye; an older one that no longer proves anything alone.',
        'Un resumen del certificado entero, para compararlo a ojo; es antiguo y por sí solo ya no demuestra nada.',
      ),
    ),
    row(
      say('Fingerprint, SHA-256', 'Huella SHA-256'),
      digest('sha256'),
      say(
        'A digest of the whole certificate: if it is what its owner told you, it is the same certificate.',
        'Un resumen del certificado entero: si es el que te dio su dueño, es el mismo certificado.',
      ),
    ),
  ]
}
