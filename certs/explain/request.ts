/** Explains certification requests (PKCS #10, RFC 2986). */
import { DerError, type DerNode } from '../der-reader.ts'
import { explainExtensions } from './extensions.ts'
import { explainKey, readPublicKey } from './keys.ts'
import { nameText } from './names.ts'
import { identifierOf, notInside, readExtensions, readSigned, textOf } from './read.ts'
import { hex, row, rowsOr, say, type Explanation } from './row.ts'
import { explainAlgorithm, isSignedBy } from './signatures.ts'

const SUBJECT = say('Subject', 'Titular')
const ATTRIBUTE = say('Attribute', 'Atributo')
const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7'
const UNSTRUCTURED_NAME = '1.2.840.113549.1.9.2'
/** That of RFC 2985 §5.4.2, and the one that Windows writes. */
const EXTENSION_REQUESTS: readonly string[] = ['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14']

/** Explains the first certification request in some PEM; throws an `ExplainError` for what is none. */
export async function explainRequest(pem: string): Promise<readonly Explanation[]> {
  const signed = await readSigned(pem, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'])
  const { version, subject, publicKey, attributes } = fieldsOf(signed.members)
  return [
    ...rowsOr(say('Version', 'Versión'), () => explainVersion(version)),
    ...rowsOr(SUBJECT, () => explainSubject(subject)),
    ...rowsOr(say('Public key', 'Clave pública'), () => explainKey(publicKey)),
    ...rowsOr(ATTRIBUTE, () => (attributes?.members() ?? []).slice(0, 50).flatMap(explainAttribute)),
    ...rowsOr(say('Signature algorithm', 'Algoritmo de firma'), () =>
      explainAlgorithm(signed.algorithm, false),
    ),
    signature(await isSignedBy(signed, readPublicKey(publicKey)), signed.signature.length),
  ]
}

interface Fields {
  readonly version: DerNode
  readonly subject: DerNode
  readonly publicKey: DerNode
  readonly attributes: DerNode | undefined
}

function fieldsOf([version, subject, publicKey, attributes]: readonly DerNode[]): Fields {
  try {
    if (!version || !subject || !publicKey) throw new DerError('version, subject and key were expected')
    for (const part of [subject, publicKey]) part.sequence()
    version.integer()
    return { version, subject, publicKey, attributes: attributes?.tag === 0 ? attributes : undefined }
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw notInside('CERTIFICATE REQUEST', error)
  }
}

function explainVersion(version: DerNode): Explanation {
  const number = version.number() + 1
  return row(
    say('Version', 'Versión'),
    `v${number}`,
    say('Requests have this one version.', 'Las peticiones solo tienen esta versión.'),
    number === 1 ? 'plain' : 'warning',
  )
}

function explainSubject(subject: DerNode): Explanation {
  const value = nameText(subject)
  return row(
    SUBJECT,
    value === '' ? '-' : value,
    say(
      'Who asks, and under which name; the authority decides what of it stands in the certificate.',
      'Quién solicita, y con qué nombre; la autoridad decide qué parte figura en el certificado.',
    ),
  )
}

function explainAttribute(attribute: DerNode): readonly Explanation[] {
  const [type, values] = attribute.sequence()
  if (type === undefined || values === undefined) throw new DerError('an attribute was expected')
  const identifier = identifierOf(type)
  const [value] = values.set()
  if (EXTENSION_REQUESTS.includes(identifier)) {
    const title = say('Requested extensions', 'Extensiones solicitadas')
    return rowsOr(title, () => [
      row(
        title,
        '',
        say(
          'What follows is only asked for: the authority may leave it out or change it.',
          'Lo que sigue solo se pide: la autoridad puede omitirlo o cambiarlo.',
        ),
      ),
      ...explainExtensions(readExtensions(value), false),
    ])
  }
  if (identifier === CHALLENGE_PASSWORD)
    return [
      row(
        say('Challenge password', 'Contraseña de desafío'),
        '***',
        say(
          'A password that stands here in the clear for whoever has the request; authorities hardly use it.',
          'Una contraseña que figura aquí en claro para quien tenga la petición; las autoridades apenas la usan.',
        ),
        'warning',
      ),
    ]
  if (identifier === UNSTRUCTURED_NAME)
    return [
      row(
        say('Unstructured name', 'Nombre sin estructura'),
        value === undefined ? '-' : textOf(value),
        say('Another name of who asks.', 'Otro nombre de quien solicita.'),
      ),
    ]
  return [
    row(
      ATTRIBUTE,
      `${identifier}: ${value === undefined ? '-' : hex(value.der())}`,
      say('An attribute that is not known here.', 'Un atributo que aquí no se conoce.'),
    ),
  ]
}

function signature(isRight: boolean | undefined, octets: number): Explanation {
  const title = say('Signature', 'Firma')
  const value = `${octets * 8} bit`
  if (isRight === undefined)
    return row(
      title,
      value,
      say(
        'It cannot be checked here: algorithm and key do not fit each other, or are not known.',
        'Aquí no se puede comprobar: el algoritmo y la clave no encajan, o no se conocen.',
      ),
      'warning',
    )
  return isRight
    ? row(
        title,
        value,
        say(
          'It fits the key inside: who made the request has the private key.',
          'Encaja con la clave que lleva dentro: quien hizo la petición tiene la clave privada.',
        ),
        'good',
      )
    : row(
        title,
        value,
        say(
          'It does not fit the key inside: the request was changed, or its maker does not have the key. No authority may sign it.',
          'No encaja con la clave que lleva dentro: la petición se modificó, o quien la hizo no tiene la clave. Ninguna autoridad debe firmarla.',
        ),
        'bad',
      )
}
