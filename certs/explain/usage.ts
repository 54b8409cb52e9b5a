/** Explains what a key may be used for: keyUsage, extendedKeyUsage, basicConstraints (RFC 5280 §4.2.1.3, §4.2.1.12, §4.2.1.9). */
import type { Text } from '../../lab/service.ts'
import type { DerNode } from '../der-reader.ts'
import { identifierOf } from './read.ts'
import { bounded, row, say, type Explanation } from './row.ts'

/** The bits that let a key sign what an authority issues. */
const SIGNING = { keyCertSign: 5, cRLSign: 6 } as const

/** What an authority's key may sign: certificates, or revocation lists. */
export type SigningUsage = keyof typeof SIGNING

/** By the number of the bit. */
const USAGES: readonly (readonly [string, Text])[] = [
  [
    'digitalSignature',
    say(
      'The key may sign data, as servers and clients do in the TLS handshake.',
      'La clave puede firmar datos, como hacen servidores y clientes en la negociación TLS.',
    ),
  ],
  [
    'nonRepudiation',
    say(
      'The key may sign what its owner must not deny later (also called contentCommitment).',
      'La clave puede firmar lo que su dueño no podrá negar después (también llamado contentCommitment).',
    ),
  ],
  [
    'keyEncipherment',
    say(
      'Others may encrypt keys to this one: the RSA key exchange of TLS 1.2 and older.',
      'Otros pueden cifrar claves para esta: el intercambio de claves RSA de TLS 1.2 y anteriores.',
    ),
  ],
  [
    'dataEncipherment',
    say(
      'Others may encrypt data directly to this key; hardly anything does.',
      'Otros pueden cifrar datos directamente para esta clave; casi nada lo hace.',
    ),
  ],
  [
    'keyAgreement',
    say(
      'The key may agree with another on a secret (Diffie-Hellman with fixed keys).',
      'La clave puede acordar un secreto con otra (Diffie-Hellman con claves fijas).',
    ),
  ],
  [
    'keyCertSign',
    say(
      'The key may sign certificates: this is an authority.',
      'La clave puede firmar certificados: es una autoridad.',
    ),
  ],
  ['cRLSign', say('The key may sign revocation lists.', 'La clave puede firmar listas de revocación.')],
  [
    'encipherOnly',
    say(
      'While agreeing on a secret, the key may only encipher.',
      'Al acordar un secreto, la clave solo puede cifrar.',
    ),
  ],
  [
    'decipherOnly',
    say(
      'While agreeing on a secret, the key may only decipher.',
      'Al acordar un secreto, la clave solo puede descifrar.',
    ),
  ],
]

const PURPOSES: ReadonlyMap<string, readonly [string, Text]> = new Map([
  [
    '1.3.6.1.5.5.7.3.1',
    [
      'serverAuth',
      say(
        'It may identify a TLS server, such as a web site.',
        'Puede identificar a un servidor TLS, como un sitio web.',
      ),
    ],
  ],
  [
    '1.3.6.1.5.5.7.3.2',
    [
      'clientAuth',
      say(
        'It may identify a TLS client: a person or a program that connects.',
        'Puede identificar a un cliente TLS: una persona o un programa que se conecta.',
      ),
    ],
  ],
  ['1.3.6.1.5.5.7.3.3', ['codeSigning', say('It may sign programs.', 'Puede firmar programas.')]],
  [
    '1.3.6.1.5.5.7.3.4',
    [
      'emailProtection',
      say('It may sign and encrypt mail (S/MIME).', 'Puede firmar y cifrar correo (S/MIME).'),
    ],
  ],
  [
    '1.3.6.1.5.5.7.3.8',
    [
      'timeStamping',
      say(
        'It may certify at what time a document existed.',
        'Puede certificar a qué hora existía un documento.',
      ),
    ],
  ],
  [
    '1.3.6.1.5.5.7.3.9',
    [
      'OCSPSigning',
      say(
        "It may sign answers about revocation in its issuer's name.",
        'Puede firmar respuestas sobre revocación en nombre de su emisor.',
      ),
    ],
  ],
  [
    '1.3.6.1.5.5.7.3.17',
    [
      'ipsecIKE',
      say('It may identify the end of an IPsec tunnel.', 'Puede identificar el extremo de un túnel IPsec.'),
    ],
  ],
  [
    '1.3.6.1.4.1.311.20.2.2',
    [
      'msSmartcardLogin',
      say('It may log in to Windows from a smart card.', 'Puede iniciar sesión en Windows con una tarjeta.'),
    ],
  ],
  [
    '2.5.29.37.0',
    ['anyExtendedKeyUsage', say('It may serve any purpose.', 'Puede servir para cualquier fin.')],
  ],
])

/** One row for each bit that is set. */
export function explainKeyUsage(title: Text, value: DerNode): readonly Explanation[] {
  const bits = keyUsageBits(value)
  if (bits.length === 0)
    return [
      row(
        title,
        '-',
        say(
          'No bit is set: the key may be used for nothing.',
          'Ningún bit está activado: la clave no sirve para nada.',
        ),
        'bad',
      ),
    ]
  return bits.map((bit) => {
    const [name, text] = USAGES[bit] ?? [
      `bit ${bit}`,
      say('A bit that RFC 5280 does not know.', 'Un bit que RFC 5280 no conoce.'),
    ]
    return row(title, name, text)
  })
}

/** Whether the bit that lets a key sign these is set. */
export function hasUsage(value: DerNode, usage: SigningUsage): boolean {
  return keyUsageBits(value).includes(SIGNING[usage])
}

/** One row for each purpose. */
export function explainPurposes(title: Text, value: DerNode): readonly Explanation[] {
  const rows = value.sequence().map((purpose) => {
    const identifier = identifierOf(purpose)
    const [name, text] = PURPOSES.get(identifier) ?? [
      identifier,
      say('A purpose that is not known here.', 'Un fin que aquí no se conoce.'),
    ]
    return row(title, name, text)
  })
  return bounded(title, rows)
}

/** What basicConstraints says. */
export function basicConstraints(value: DerNode): {
  readonly isCa: boolean
  readonly pathLength: number | undefined
} {
  const members = value.sequence()
  const [first] = members
  // A BOOLEAN with the tag 1; DER leaves FALSE out, and then the length may come first.
  const hasFlag = first !== undefined && first.der()[0] === 1
  const length = members[hasFlag ? 1 : 0]
  return { isCa: hasFlag && first.boolean(), pathLength: length?.number() }
}

/** Whether it is an authority's certificate, and how long a chain below it may be. */
export function explainConstraints(title: Text, value: DerNode, isCritical: boolean): readonly Explanation[] {
  const { isCa, pathLength } = basicConstraints(value)
  if (!isCa)
    return [
      row(
        title,
        'CA:FALSE',
        say(
          'This is not an authority: certificates signed with this key count for nothing.',
          'No es una autoridad: los certificados firmados con esta clave no valen nada.',
        ),
      ),
    ]
  const authority = isCritical
    ? row(
        title,
        'CA:TRUE',
        say(
          'This is an authority: it may issue certificates.',
          'Es una autoridad: puede emitir certificados.',
        ),
      )
    : row(
        title,
        'CA:TRUE',
        say(
          'This is an authority; RFC 5280 wants this extension critical, and it is not.',
          'Es una autoridad; RFC 5280 exige que esta extensión sea crítica, y no lo es.',
        ),
        'warning',
      )
  if (pathLength === undefined) return [authority]
  const below =
    pathLength === 0
      ? say(
          'It may issue certificates of servers and people, and none of further authorities.',
          'Puede emitir certificados de servidores y personas, y ninguno de otras autoridades.',
        )
      : say(
          `At most ${pathLength} further authorities may stand in a chain below it.`,
          `Por debajo de ella puede haber en una cadena ${pathLength} autoridades más como mucho.`,
        )
  return [authority, row(title, `pathlen:${pathLength}`, below)]
}

function keyUsageBits(value: DerNode): readonly number[] {
  const { octets } = value.bitString()
  // Nine bits are defined; what is far behind them nobody reads.
  return [...octets.subarray(0, 4)].flatMap((octet, place) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (octet & (0x80 >> bit)) !== 0).map((bit) => place * 8 + bit),
  )
}
