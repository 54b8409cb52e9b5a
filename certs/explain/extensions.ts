/** Explains the extensions of certificates and of requests for them (RFC 5280 §4.2). */
import type { Text } from '../../lab/service.ts'
import { DerError, type DerNode } from '../der-reader.ts'
import { known } from './known.ts'
import { generalName } from './names.ts'
import { explainAccess, explainConstrainedNames, explainPoints, explainPolicies } from './pointers.ts'
import type { Extension } from './read.ts'
import { bounded, hex, row, rowsOr, say, type Explanation } from './row.ts'
import {
  basicConstraints,
  explainConstraints,
  explainKeyUsage,
  explainPurposes,
  hasUsage,
  type SigningUsage,
} from './usage.ts'

type Explain = (title: Text, extension: Extension) => readonly Explanation[]

const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
const ALTERNATIVE_NAME = '2.5.29.17'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_PURPOSE = '2b06010505070301'
const DNS_NAME = 2

const EXPLAINED: ReadonlyMap<string, readonly [Text, Explain]> = new Map<string, readonly [Text, Explain]>([
  [
    BASIC_CONSTRAINTS,
    [
      say('Basic constraints', 'Restricciones básicas'),
      (title, { open, isCritical }) => explainConstraints(title, open(), isCritical),
    ],
  ],
  [KEY_USAGE, [say('Key usage', 'Uso de la clave'), (title, { open }) => explainKeyUsage(title, open())]],
  [
    EXTENDED_KEY_USAGE,
    [
      say('Extended key usage', 'Uso extendido de la clave'),
      (title, { open }) => explainPurposes(title, open()),
    ],
  ],
  [
    ALTERNATIVE_NAME,
    [
      say('Subject alternative name', 'Nombre alternativo del titular'),
      (title, { open }) =>
        names(title, open(), (kind) =>
          say(
            `The certificate is also valid for ${kind.en}.`,
            `El certificado vale también para ${kind.es}.`,
          ),
        ),
    ],
  ],
  [
    '2.5.29.18',
    [
      say('Issuer alternative name', 'Nombre alternativo del emisor'),
      (title, { open }) =>
        names(title, open(), (kind) =>
          say(`The issuer is also known by ${kind.en}.`, `Al emisor se le conoce también por ${kind.es}.`),
        ),
    ],
  ],
  [
    '2.5.29.14',
    [
      say('Subject key identifier', 'Identificador de la clave del titular'),
      (title, { open }) => [
        row(
          title,
          hex(open().octets()),
          say(
            'A short name of the key in this certificate; those signed with it point back with the same octets.',
            'Un nombre corto de la clave de este certificado; los firmados con ella la señalan con los mismos octetos.',
          ),
        ),
      ],
    ],
  ],
  [
    '2.5.29.35',
    [say('Authority key identifier', 'Identificador de la clave de la autoridad'), explainAuthorityKey],
  ],
  [
    '2.5.29.30',
    [
      say('Name constraints', 'Restricciones de nombres'),
      (title, { open }) => explainConstrainedNames(title, open()),
    ],
  ],
  [
    '2.5.29.31',
    [
      say('CRL distribution point', 'Punto de distribución de la CRL'),
      (title, { open }) => explainPoints(title, open()),
    ],
  ],
  ['2.5.29.46', [say('Freshest CRL', 'CRL más reciente'), (title, { open }) => explainPoints(title, open())]],
  [
    '1.3.6.1.5.5.7.1.1',
    [
      say('Authority information access', 'Acceso a información de la autoridad'),
      (title, { open }) => explainAccess(title, open()),
    ],
  ],
  [
    '1.3.6.1.5.5.7.1.11',
    [
      say('Subject information access', 'Acceso a información del titular'),
      (title, { open }) => explainAccess(title, open()),
    ],
  ],
  [
    '2.5.29.32',
    [
      say('Certificate policy', 'Política de certificación'),
      (title, { open }) => explainPolicies(title, open()),
    ],
  ],
])

/** Explains all extensions in their order, and what is missing among them if they are a certificate's. */
export function explainExtensions(
  extensions: readonly Extension[],
  isCertificate: boolean,
): readonly Explanation[] {
  const seen = new Set<string>()
  const rows = extensions.slice(0, 100).flatMap((extension) => {
    const isTwice = seen.has(extension.identifier)
    seen.add(extension.identifier)
    return [...(isTwice ? [twice(extension.identifier)] : []), ...explainOne(extension)]
  })
  return isCertificate ? [...rows, ...contradictions(extensions)] : rows
}

/** Whether the extensions let the key of their certificate sign certificates, or revocation lists. */
export function maySign(extensions: readonly Extension[], what: SigningUsage): boolean {
  try {
    const usage = extensions.find(({ identifier }) => identifier === KEY_USAGE)
    if (usage === undefined) return isAuthority(extensions)
    // §6.3.3 (f): who signs lists in an authority's name needs the bit for that, and need not be one.
    return hasUsage(usage.open(), what) && (what === 'cRLSign' || isAuthority(extensions))
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

/** Whether the extensions make their certificate an authority's. */
function isAuthority(extensions: readonly Extension[]): boolean {
  try {
    const constraints = extensions.find(({ identifier }) => identifier === BASIC_CONSTRAINTS)
    return constraints !== undefined && basicConstraints(constraints.open()).isCa
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

function explainOne(extension: Extension): readonly Explanation[] {
  const { identifier, isCritical } = extension
  const explained = EXPLAINED.get(identifier)
  if (explained !== undefined) {
    const [name, explain] = explained
    const title = titleOf(name, isCritical)
    return rowsOr(title, () => explain(title, extension))
  }
  const found = known.get(identifier)
  if (found !== undefined) {
    const title = titleOf(found.title, isCritical)
    return rowsOr(title, () => row(title, found.value?.(extension) ?? hex(extension.octets), found.text))
  }
  return [unknown(extension)]
}

function titleOf(name: Text, isCritical: boolean): Text {
  return isCritical ? say(`${name.en}, critical`, `${name.es} (crítica)`) : name
}

function unknown({ identifier, isCritical, octets }: Extension): Explanation {
  const value = `${identifier}: ${hex(octets)}`
  return isCritical
    ? row(
        say('Unknown extension, critical', 'Extensión desconocida (crítica)'),
        value,
        say(
          'Not known here. It is critical: software that does not understand it must refuse the certificate.',
          'Aquí no se conoce. Es crítica: el software que no la entienda debe rechazar el certificado.',
        ),
        'warning',
      )
    : row(
        say('Unknown extension', 'Extensión desconocida'),
        value,
        say(
          'Not known here. It is not critical: software that does not understand it passes over it.',
          'Aquí no se conoce. No es crítica: el software que no la entienda la pasa por alto.',
        ),
      )
}

function twice(identifier: string): Explanation {
  return row(
    say('Extension given twice', 'Extensión repetida'),
    identifier,
    say(
      'RFC 5280 allows each extension once; software refuses the certificate, or takes either.',
      'RFC 5280 permite cada extensión una vez; el software rechaza el certificado, o toma cualquiera de las dos.',
    ),
    'bad',
  )
}

function names(title: Text, list: DerNode, tell: (kind: Text) => Text): readonly Explanation[] {
  const rows = list.sequence().map((node) => {
    const { tag, kind, value } = generalName(node)
    const isWildcard = tag === DNS_NAME && value.startsWith('*.')
    const { en, es } = tell(kind)
    const text = isWildcard
      ? say(
          `${en} The star stands for one label: each name directly under the domain, and none deeper.`,
          `${es} El asterisco vale por una etiqueta: cualquier nombre justo bajo el dominio, y no más abajo.`,
        )
      : say(en, es)
    return row(title, value, text)
  })
  return bounded(title, rows)
}

function explainAuthorityKey(title: Text, { open }: Extension): readonly Explanation[] {
  const rows = open()
    .members()
    .flatMap((member) => {
      if (member.tag === 0)
        return row(
          title,
          hex(member.content()),
          say(
            "A short name of the key that signed; the issuer's certificate has it as its subject key identifier.",
            'Un nombre corto de la clave que firmó; el certificado del emisor lo lleva como identificador de su clave.',
          ),
        )
      if (member.tag === 1)
        return member
          .members()
          .map((name) =>
            row(
              title,
              generalName(name).value,
              say("Who issued the issuer's certificate.", 'Quién emitió el certificado del emisor.'),
            ),
          )
      return row(
        title,
        hex(member.content()),
        say(
          "The serial number of the issuer's certificate.",
          'El número de serie del certificado del emisor.',
        ),
      )
    })
  return rows.length > 0
    ? rows
    : [row(title, '-', say('It names no key.', 'No nombra ninguna clave.'), 'warning')]
}

/** What extensions say against each other, and what browsers miss. */
function contradictions(extensions: readonly Extension[]): readonly Explanation[] {
  const find = (wanted: string) => extensions.find(({ identifier }) => identifier === wanted)
  const isCa = isAuthority(extensions)
  const usage = find(KEY_USAGE)
  const title = say('Contradiction', 'Contradicción')
  return rowsOr(title, () => {
    const rows: Explanation[] = []
    if (usage !== undefined && hasUsage(usage.open(), 'keyCertSign') !== isCa)
      rows.push(
        row(
          title,
          isCa ? 'CA:TRUE' : 'keyCertSign',
          isCa
            ? say(
                'It is an authority, but its key usage does not let it sign certificates: what it issues is refused.',
                'Es una autoridad, pero el uso de su clave no le permite firmar certificados: lo que emita se rechazará.',
              )
            : say(
                'The key may sign certificates, but the certificate is not an authority: what it issues is refused.',
                'La clave puede firmar certificados, pero el certificado no es de una autoridad: lo que emita se rechazará.',
              ),
          'bad',
        ),
      )
    const isServer = find(EXTENDED_KEY_USAGE)?.octets.includes(Buffer.from(SERVER_PURPOSE, 'hex')) ?? false
    if (isServer && !isCa && find(ALTERNATIVE_NAME) === undefined)
      rows.push(
        row(
          say('Subject alternative name', 'Nombre alternativo del titular'),
          '-',
          say(
            'There is none: browsers read names of servers here alone, and refuse the certificate.',
            'No hay: los navegadores solo leen aquí los nombres de los servidores y rechazan el certificado.',
          ),
          'bad',
        ),
      )
    return rows
  })
}
