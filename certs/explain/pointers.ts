/** Explains where more can be learnt, under which rules, and for which names (RFC 5280 §4.2.1.4, §4.2.1.10, §4.2.1.13, §4.2.2.1). */
import type { Text } from '../../lab/service.ts'
import type { DerNode } from '../der-reader.ts'
import { generalName } from './names.ts'
import { identifierOf, textOf } from './read.ts'
import { bounded, row, say, type Explanation } from './row.ts'

const METHODS: ReadonlyMap<string, readonly [string, Text]> = new Map([
  [
    '1.3.6.1.5.5.7.48.1',
    [
      'OCSP',
      say(
        'Here clients can ask whether the certificate has been revoked.',
        'Aquí los clientes pueden preguntar si el certificado ha sido revocado.',
      ),
    ],
  ],
  [
    '1.3.6.1.5.5.7.48.2',
    [
      'CA Issuers',
      say(
        "Here the issuer's own certificate can be fetched.",
        'Aquí se puede obtener el certificado del propio emisor.',
      ),
    ],
  ],
  [
    '1.3.6.1.5.5.7.48.5',
    [
      'CA Repository',
      say('Here is what this authority publishes.', 'Aquí está lo que publica esta autoridad.'),
    ],
  ],
])

const POLICIES: ReadonlyMap<string, Text> = new Map([
  [
    '2.5.29.32.0',
    say('Any policy: the issuer sets no limit.', 'Cualquier política: el emisor no pone límite.'),
  ],
  [
    '2.23.140.1.2.1',
    say(
      'Domain validated: the issuer checked who controls the name, and nothing about who that is.',
      'Validación de dominio: el emisor comprobó quién controla el nombre, y nada sobre quién es.',
    ),
  ],
  [
    '2.23.140.1.2.2',
    say(
      'Organization validated: the issuer checked that the organization exists and has the name.',
      'Validación de organización: el emisor comprobó que la organización existe y tiene el nombre.',
    ),
  ],
  [
    '2.23.140.1.2.3',
    say(
      'Individual validated: the issuer checked who the person is.',
      'Validación individual: el emisor comprobó quién es la persona.',
    ),
  ],
  [
    '2.23.140.1.1',
    say(
      'Extended validation: the issuer checked the organization by the strictest public rules.',
      'Validación extendida: el emisor comprobó la organización con las reglas públicas más estrictas.',
    ),
  ],
])
const PRACTICE_STATEMENT = '1.3.6.1.5.5.7.2.1'

/** One row for each place of the list that would name the certificate if it were revoked. */
export function explainPoints(title: Text, list: DerNode): readonly Explanation[] {
  const rows = list.sequence().flatMap((point) => {
    const name = point
      .sequence()
      .find(({ tag }) => tag === 0)
      ?.inner()
    if (name?.tag !== 0)
      return row(
        title,
        '-',
        say(
          'The list is found by a name relative to its issuer, and not by an address.',
          'La lista se busca por un nombre relativo a su emisor, y no por una dirección.',
        ),
      )
    return name
      .members()
      .map((each) =>
        row(
          title,
          generalName(each).value,
          say(
            'Here is the list of revoked certificates on which this one would stand.',
            'Aquí está la lista de certificados revocados en la que figuraría este.',
          ),
        ),
      )
  })
  return bounded(title, rows)
}

/** One row for each method and place. */
export function explainAccess(title: Text, list: DerNode): readonly Explanation[] {
  const rows = list.sequence().flatMap((description) => {
    const [method, place] = description.sequence()
    if (method === undefined || place === undefined) return []
    const identifier = identifierOf(method)
    const [name, text] = METHODS.get(identifier) ?? [
      identifier,
      say('A kind of information that is not known here.', 'Un tipo de información que aquí no se conoce.'),
    ]
    return row(title, `${name}: ${generalName(place).value}`, text)
  })
  return bounded(title, rows)
}

/** One row for each policy, and one for each address or notice that goes with it. */
export function explainPolicies(title: Text, list: DerNode): readonly Explanation[] {
  const rows = list.sequence().flatMap((policy) => {
    const [identifier, qualifiers] = policy.sequence()
    if (identifier === undefined) return []
    const dotted = identifierOf(identifier)
    const text =
      POLICIES.get(dotted) ??
      say(
        'A policy of the issuer: the rules by which it checked the subject.',
        'Una política del emisor: las reglas con las que comprobó al titular.',
      )
    return [
      row(title, dotted, text),
      ...(qualifiers?.sequence() ?? []).map((each) => explainQualifier(title, each)),
    ]
  })
  return bounded(title, rows)
}

function explainQualifier(title: Text, qualifier: DerNode): Explanation {
  const [identifier, value] = qualifier.sequence()
  if (identifier === undefined || value === undefined)
    return row(title, '-', say('A qualifier without content.', 'Un calificador sin contenido.'), 'warning')
  if (identifierOf(identifier) === PRACTICE_STATEMENT)
    return row(
      title,
      textOf(value),
      say('Here the issuer has published its rules.', 'Aquí el emisor ha publicado sus reglas.'),
    )
  // UserNotice: a text, behind an optional reference to one.
  const notice = value.members().at(-1)
  return row(
    title,
    notice === undefined ? '-' : textOf(notice),
    say('A notice for whoever relies on the certificate.', 'Un aviso para quien confíe en el certificado.'),
  )
}

/** One row for each subtree of names that is permitted or excluded below an authority. */
export function explainConstrainedNames(title: Text, value: DerNode): readonly Explanation[] {
  const rows = value.sequence().flatMap((subtrees) =>
    subtrees.members().flatMap((subtree) => {
      const [base] = subtree.sequence()
      if (base === undefined) return []
      const { kind, value: name } = generalName(base)
      return subtrees.tag === 0
        ? row(
            title,
            `permitted: ${name}`,
            say(
              `Below this authority, ${kind.en} must lie within this; outside, its certificates are refused.`,
              `Por debajo de esta autoridad, ${kind.es} tiene que estar dentro de esto; fuera, sus certificados se rechazan.`,
            ),
            'good',
          )
        : row(
            title,
            `excluded: ${name}`,
            say(
              `Below this authority, ${kind.en} must not lie within this.`,
              `Por debajo de esta autoridad, ${kind.es} no puede estar dentro de esto.`,
            ),
          )
    }),
  )
  return bounded(title, rows)
}
