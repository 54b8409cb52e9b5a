/** What the cases of the suite look at in an answer, and tasks in a fact. */
import type { Assertion, CheckTarget, SeenFact } from '../../../lab/check.ts'
import { holds, same, without } from '../../../lab/kit/assertion.ts'
import { count, say, type Noun } from '../../../lab/kit/dissect/said.ts'
import { TYPE, typeName } from '../records/types.ts'
import { printCode, type RCODE } from '../wire/codes.ts'
import { FLAG, type Message } from '../wire/message.ts'
import { printKey } from '../wire/name.ts'
import { expectedLines, linesOf } from './zone.ts'

/** What answers are made of. */
export const RECORD: Noun = { en: ['record', 'records'], es: ['registro', 'registros'] }

/** The code of the answer is that one. */
export function codeIs({ rcode }: Message, expected: keyof typeof RCODE, weight = 1): Assertion {
  return same(
    { en: `the answer's code is ${expected}`, es: `el código de la respuesta es ${expected}` },
    expected,
    printCode(rcode, 'RCODE'),
    weight,
  )
}

/** The answer section holds just what the suite's zone has for these names and types, as in `www A`. */
export function answersWith(
  message: Message,
  { domain }: CheckTarget,
  wanted: readonly string[],
  weight = 2,
): Assertion {
  const expected = wanted.flatMap((each) => {
    const [name = '', type = ''] = each.split(' ')
    return expectedLines(domain, name, type)
  })
  return same(
    {
      en: 'the answer section holds what the zone has',
      es: 'la sección de respuesta contiene lo que hay en la zona',
    },
    expected.toSorted().join('\n'),
    linesOf(message.answer).join('\n'),
    weight,
  )
}

/** There is an answer: what it says is another case's matter, so that one wrong record costs its points once. */
export function isAnswered({ answer, questions, rcode }: Message, weight = 1): Assertion {
  const wanted = questions[0]?.type
  return holds(
    { en: 'the question is answered with a record', es: 'la pregunta se responde con un registro' },
    rcode === 0 && answer.some(({ type }) => type === wanted),
    say`NOERROR\n${count(1, RECORD)} ${typeName(wanted ?? 0)}`,
    [printCode(rcode, 'RCODE'), ...linesOf(answer)].join('\n'),
    weight,
  )
}

/** The answer section is empty. */
export function answersNothing({ answer }: Message, weight = 1): Assertion {
  return same(
    { en: 'the answer section is empty', es: 'la sección de respuesta está vacía' },
    '',
    linesOf(answer).join('\n'),
    weight,
  )
}

const FLAG_NAMES = {
  aa: ['authoritative', FLAG.authoritative],
  tc: ['truncated', FLAG.truncated],
  rd: ['recursionDesired', FLAG.recursionDesired],
  ra: ['recursionAvailable', FLAG.recursionAvailable],
} as const

/** A flag of the header is set, or not. */
export function flagIs({ flags }: Message, name: keyof typeof FLAG_NAMES, isSet: boolean): Assertion {
  const word = (flags & FLAG_NAMES[name][1]) === 0 ? '0' : '1'
  const upper = name.toUpperCase()
  return same(
    {
      en: `${upper} is ${isSet ? 'set' : 'not set'}`,
      es: `${upper} ${isSet ? 'está' : 'no está'} activado`,
    },
    `${upper} = ${isSet ? 1 : 0}`,
    `${upper} = ${word}`,
  )
}

/** The authority section holds the zone's SOA, which tells how long the "no" may be remembered (RFC 2308 §3). */
export function hasSoa({ authority }: Message, { domain }: CheckTarget): Assertion {
  const owners = authority.filter(({ type }) => type === TYPE.soa).map(({ owner }) => printKey(owner.key))
  return same(
    {
      en: "the authority section holds the zone's SOA",
      es: 'la sección de autoridad contiene el SOA de la zona',
    },
    `${domain.toLowerCase()} SOA`,
    owners.length === 0 ? without('SOA') : owners.map((owner) => `${owner} SOA`).join(', '),
  )
}

/** All that a "no" must have: its code, no answers, the SOA, and AA. */
export function isNegative(
  message: Message,
  target: CheckTarget,
  code: 'NOERROR' | 'NXDOMAIN',
): readonly Assertion[] {
  return [
    codeIs(message, code, 2),
    answersNothing(message),
    hasSoa(message, target),
    flagIs(message, 'aa', true),
  ]
}

/** The additional section holds what the zone has for these names and types. */
export function addsToIt(message: Message, { domain }: CheckTarget, wanted: readonly string[]): Assertion {
  const found = linesOf(message.additional)
  const expected = wanted.flatMap((each) => {
    const [name = '', type = ''] = each.split(' ')
    return expectedLines(domain, name, type)
  })
  const missing = expected.filter((each) => !found.includes(each))
  return holds(
    {
      en: 'the additional section has the addresses of the hosts that the answer names',
      es: 'la sección adicional trae las direcciones de las máquinas que nombra la respuesta',
    },
    missing.length === 0,
    expected.join('\n'),
    found.join('\n'),
  )
}

/** A field of a fact as text; undefined if it is not there. */
export function said({ data }: SeenFact, field: string): string | undefined {
  const value = data?.[field]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
