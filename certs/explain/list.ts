/** Explains revocation lists (RFC 5280 §5). */
import type { Text } from '../../lab/service.ts'
import { DerError, type DerNode } from '../der-reader.ts'
import { explainExtensions } from './extensions.ts'
import { readCertificate } from './fields.ts'
import { nameText } from './names.ts'
import { notInside, readExtensions, readSigned, type Extension } from './read.ts'
import { hex, instant, row, rowsOr, say, span, type Explanation } from './row.ts'
import { explainAlgorithm } from './signatures.ts'
import { explainSignature } from './verdict.ts'

/** What the explanation of a list may be made with. */
export interface ListOptions {
  /** Milliseconds since 1970; without it nothing is said of whether the list is still current. */
  readonly now?: number | undefined
  /** The certificate of its issuer as PEM; without it the signature is not checked. */
  readonly issuer?: string | undefined
}

const CRL_NUMBER = '2.5.29.20'
const DELTA_INDICATOR = '2.5.29.27'
const ISSUING_POINT = '2.5.29.28'
const REASON = '2.5.29.21'
/** Entries that are shown; their number is told anyway. */
const MOST_ENTRIES = 200
const UTC_TIME = 23
const GENERALIZED_TIME = 24

/** By number (§5.3.1). */
const REASONS: ReadonlyMap<number, readonly [string, Text]> = new Map([
  [0, ['unspecified', say('No reason was given.', 'No se dio ningún motivo.')]],
  [
    1,
    [
      'keyCompromise',
      say(
        'Somebody else has, or may have, its private key.',
        'Otra persona tiene, o puede tener, su clave privada.',
      ),
    ],
  ],
  [
    2,
    [
      'cACompromise',
      say(
        "Somebody else may have the authority's private key.",
        'Otra persona puede tener la clave privada de la autoridad.',
      ),
    ],
  ],
  [
    3,
    [
      'affiliationChanged',
      say('The name or the role of its owner has changed.', 'El nombre o el puesto de su dueño ha cambiado.'),
    ],
  ],
  [4, ['superseded', say('Another certificate took its place.', 'Otro certificado lo sustituyó.')]],
  [5, ['cessationOfOperation', say('It is no longer needed.', 'Ya no hace falta.')]],
  [
    6,
    [
      'certificateHold',
      say('It is suspended, and may be valid again.', 'Está suspendido, y puede volver a valer.'),
    ],
  ],
  [8, ['removeFromCRL', say('It is suspended no more.', 'Ya no está suspendido.')]],
  [
    9,
    [
      'privilegeWithdrawn',
      say('Its owner lost the right that it stood for.', 'Su dueño perdió el derecho que representaba.'),
    ],
  ],
  [
    10,
    [
      'aACompromise',
      say(
        "Somebody else may have the attribute authority's key.",
        'Otra persona puede tener la clave de la autoridad de atributos.',
      ),
    ],
  ],
])

/** Explains the first revocation list in some PEM; throws an `ExplainError` for what is none, or for an issuer that is no certificate. */
export async function explainCrl(pem: string, options: ListOptions = {}): Promise<readonly Explanation[]> {
  const signed = await readSigned(pem, ['X509 CRL', 'CRL'])
  const { version, issuer, times, entries, extensions } = fieldsOf(signed.members)
  const authority = options.issuer === undefined ? undefined : await readCertificate(options.issuer)
  return [
    ...rowsOr(say('Version', 'Versión'), () => explainVersion(version)),
    ...rowsOr(say('Signature algorithm', 'Algoritmo de firma'), () =>
      explainAlgorithm(signed.algorithm, false),
    ),
    ...rowsOr(say('Issuer', 'Emisor'), () =>
      row(
        say('Issuer', 'Emisor'),
        nameText(issuer),
        say(
          'The authority whose certificates are listed, or who lists them in its name.',
          'La autoridad cuyos certificados se enumeran, o quien los enumera en su nombre.',
        ),
      ),
    ),
    ...rowsOr(say('This update', 'Esta actualización'), () => explainTimes(times, options.now)),
    ...rowsOr(say('Extensions', 'Extensiones'), () =>
      readExtensions(extensions?.inner()).slice(0, 100).flatMap(explainExtension),
    ),
    ...rowsOr(say('Revoked', 'Revocados'), () => explainEntries(entries?.sequence() ?? [])),
    await explainSignature('cRLSign', signed, issuer, authority),
  ]
}

interface Fields {
  readonly version: DerNode | undefined
  readonly issuer: DerNode
  /** thisUpdate, and nextUpdate if it is there. */
  readonly times: readonly DerNode[]
  readonly entries: DerNode | undefined
  readonly extensions: DerNode | undefined
}

function fieldsOf(content: readonly DerNode[]): Fields {
  const members = [...content]
  try {
    const version = members[0]?.der()[0] === 2 ? members.shift() : undefined
    const [algorithm, issuer, ...rest] = members
    const times = rest.filter((member) => isTime(member))
    if (!algorithm || !issuer || times.length === 0)
      throw new DerError('algorithm, issuer and date were expected')
    for (const part of [algorithm, issuer]) part.sequence()
    return {
      version,
      issuer,
      times,
      entries: rest.find((member) => member.tag === undefined && !isTime(member)),
      extensions: rest.find(({ tag }) => tag === 0),
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw notInside('X509 CRL', error)
  }
}

function isTime(member: DerNode): boolean {
  const [type = 0] = member.der()
  return type === UTC_TIME || type === GENERALIZED_TIME
}

function explainVersion(version: DerNode | undefined): Explanation {
  const number = (version?.number() ?? 0) + 1
  return row(
    say('Version', 'Versión'),
    `v${number}`,
    number === 2
      ? say(
          'The version of today, which may have extensions.',
          'La versión actual, que puede tener extensiones.',
        )
      : say(
          'An old version without extensions: it has no number and gives no reasons.',
          'Una versión antigua sin extensiones: no tiene número ni da motivos.',
        ),
    number === 2 ? 'plain' : 'warning',
  )
}

function explainTimes(
  [thisUpdate, nextUpdate]: readonly DerNode[],
  now: number | undefined,
): readonly Explanation[] {
  const issued = thisUpdate?.time() ?? Number.NaN
  const isEarly = now !== undefined && now < issued
  const first = row(
    say('This update', 'Esta actualización'),
    instant(issued),
    isEarly
      ? say('It was issued in the future: a clock is wrong.', 'Se emitió en el futuro: algún reloj está mal.')
      : say(
          'When it was issued: later revocations are not on it.',
          'Cuándo se emitió: las revocaciones posteriores no figuran.',
        ),
    isEarly ? 'bad' : 'plain',
  )
  return [first, explainNext(nextUpdate?.time(), now)]
}

function explainNext(next: number | undefined, now: number | undefined): Explanation {
  const title = say('Next update', 'Próxima actualización')
  if (next === undefined)
    return row(
      title,
      '-',
      say('Not given, though RFC 5280 demands it.', 'No se indica, aunque RFC 5280 lo exige.'),
      'warning',
    )
  if (now === undefined)
    return row(
      title,
      instant(next),
      say('By then there is a newer list.', 'Para entonces habrá una lista más nueva.'),
    )
  const { en, es } = span(next - now)
  return next < now
    ? row(
        title,
        instant(next),
        say(
          `It went out of date ${en} ago: get the new one.`,
          `Está anticuada desde hace ${es}: obtén la nueva.`,
        ),
        'bad',
      )
    : row(
        title,
        instant(next),
        say(
          `By then there is a newer list; this one serves for ${en} more.`,
          `Para entonces habrá una lista más nueva; esta sirve ${es} más.`,
        ),
        'good',
      )
}

function explainExtension(extension: Extension): readonly Explanation[] {
  const { identifier, open, octets } = extension
  const found = LIST_EXTENSIONS.get(identifier)
  if (found === undefined) return explainExtensions([extension], false)
  const [title, text] = found
  return rowsOr(title, () =>
    row(
      title,
      identifier === ISSUING_POINT ? hex(octets) : BigInt(`0x${open().integer().toString('hex')}`).toString(),
      text,
    ),
  )
}

const LIST_EXTENSIONS: ReadonlyMap<string, readonly [Text, Text]> = new Map([
  [
    CRL_NUMBER,
    [
      say('CRL number', 'Número de la CRL'),
      say(
        'It grows with each list: the higher is the newer.',
        'Crece con cada lista: la de número mayor es la más nueva.',
      ),
    ],
  ],
  [
    DELTA_INDICATOR,
    [
      say('Delta CRL', 'CRL diferencial'),
      say(
        'It holds only what changed since the list of this number.',
        'Solo contiene lo que cambió desde la lista de este número.',
      ),
    ],
  ],
  [
    ISSUING_POINT,
    [
      say('Issuing distribution point', 'Punto de distribución emisor'),
      say('It covers only a part of the certificates.', 'Solo abarca una parte de los certificados.'),
    ],
  ],
])

function explainEntries(entries: readonly DerNode[]): readonly Explanation[] {
  const title = say('Revoked', 'Revocados')
  const total = row(
    title,
    String(entries.length),
    entries.length === 0
      ? say('No certificate is revoked.', 'Ningún certificado está revocado.')
      : say('The number of certificates that no longer count.', 'El número de certificados que ya no valen.'),
  )
  const rows = entries.slice(0, MOST_ENTRIES).flatMap((entry) => rowsOr(title, () => explainEntry(entry)))
  if (entries.length > MOST_ENTRIES)
    rows.push(row(title, '…', say('The others are not shown.', 'Los demás no se muestran.')))
  return [total, ...rows]
}

function explainEntry(entry: DerNode): Explanation {
  const [serial, date, extensions] = entry.sequence()
  if (serial === undefined || date === undefined)
    throw new DerError('a serial number and a date were expected')
  const octets = serial.integer()
  const number = hex(octets.length > 1 && octets[0] === 0 ? octets.subarray(1) : octets)
  const reason = readExtensions(extensions).find(({ identifier }) => identifier === REASON)
  const code = reason?.open().number() ?? 0
  const [name, text] = REASONS.get(code) ?? [
    String(code),
    say('A reason that RFC 5280 does not know.', 'Un motivo que RFC 5280 no conoce.'),
  ]
  return row(
    say('Revoked certificate', 'Certificado revocado'),
    `${number}, ${instant(date.time())}, ${name}`,
    text,
  )
}
