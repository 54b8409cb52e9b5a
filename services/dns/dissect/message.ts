/** One DNS message as a step. */
import { count, firstOf, keptOf, mapped, say, type Noun, type Said } from '../../../lab/kit/dissect/said.ts'
import { visible } from '../../../lab/kit/dissect/text.ts'
import type { About, Step, StepPart, Text } from '../../../lab/service.ts'
import { printData } from '../records/data.ts'
import { typeName } from '../records/types.ts'
import { CLASS_IN, OPCODE, printClass, printCode, printOpcode } from '../wire/codes.ts'
import {
  decodeHeader,
  FLAG,
  type Header,
  type Message,
  type MessageError,
  type Question,
  type RecordSet,
} from '../wire/message.ts'
import { printName, type Name } from '../wire/name.ts'
import { ednsLines } from './edns.ts'
import { malformedText } from './malformed-words.ts'
import { opcodeAbout, questionAbout } from './question-words.ts'
import { malformedAbout, replyAbout } from './words.ts'

/** Records of a section that are shown. */
const SHOWN = 40
/** Questions that the line of a message shows, and records whose data it does. */
const NAMED = 3
/** Characters of a record. */
const LONGEST = 300

/** The flags as `dig` writes them, and in the words of the standards (RFC 1035 §4.1.1, RFC 4035 §3). */
const FLAGS: readonly (readonly [flag: number, letters: string, words: Text])[] = [
  [FLAG.response, 'qr', { en: 'response', es: 'respuesta' }],
  [FLAG.authoritative, 'aa', { en: 'authoritative answer', es: 'respuesta autoritativa' }],
  [FLAG.truncated, 'tc', { en: 'truncated', es: 'truncada' }],
  [FLAG.recursionDesired, 'rd', { en: 'recursion desired', es: 'recursión deseada' }],
  [FLAG.recursionAvailable, 'ra', { en: 'recursion available', es: 'recursión disponible' }],
  [FLAG.authenticData, 'ad', { en: 'authentic data', es: 'datos auténticos' }],
  [FLAG.checkingDisabled, 'cd', { en: 'checking disabled', es: 'comprobación desactivada' }],
]

const ANSWER: Noun = { en: ['answer', 'answers'], es: ['respuesta', 'respuestas'] }

/** A question or an answer with its sections, and the octets that it has on the wire. */
export function messageStep(from: Step['from'], message: Message, octets: number): Step {
  const isResponse = (message.flags & FLAG.response) !== 0
  const text = say`${isResponse ? replyText(message) : questionText(message)}${flagText(message)}`
  return {
    from,
    kind: isResponse ? (message.rcode === 0 ? 'reply' : 'refusal') : 'request',
    text: shortened(text),
    parts: partsOf(message),
    octets,
    about: isResponse ? replyAbout(message) : requestAbout(message),
  }
}

/** Octets that are no message, with what of them can be read. */
export function malformedStep(
  from: Step['from'],
  octets: Buffer,
  { message, at }: Pick<MessageError, 'message' | 'at'>,
  framed: number,
): Step {
  const header = decodeHeader(octets)
  const why = malformedText(message)
  const { length } = octets
  const place = { en: `at octet ${at} of ${length}`, es: `en el octeto ${at} de ${length}` }
  const parts = [
    { name: { en: 'Malformed', es: 'Mal formado' }, lines: [why, place] },
    ...(header === undefined ? [] : [headerPart(header)]),
  ]
  return {
    from,
    kind: 'data',
    text: say`${{ en: 'malformed', es: 'mal formado' }}: ${why}, ${place}`,
    parts,
    octets: framed,
    about: malformedAbout,
  }
}

function requestAbout({ opcode, questions: [question] }: Message): About {
  return opcode === OPCODE.query && question !== undefined
    ? questionAbout(typeName(question.type))
    : opcodeAbout(printOpcode(opcode))
}

function questionText({ opcode, questions }: Message): Said {
  const named = questions
    .slice(0, NAMED)
    .map((question) => `${nameText(question.name)} ${kindText(question)}`)
  const asked = `${named.join(', ')}${questions.length > NAMED ? ', …' : ''}`
  if (opcode === OPCODE.query) return asked === '' ? { en: 'no question', es: 'sin pregunta' } : `${asked}?`
  return `${printOpcode(opcode)} ${asked}`.trimEnd()
}

function replyText(message: Message): Said {
  const { opcode, rcode, questions, answer, flags } = message
  const code = printCode(rcode, 'RCODE')
  const prefix = opcode === OPCODE.query ? code : `${printOpcode(opcode)} ${code}`
  const cut = (flags & FLAG.truncated) === 0 ? '' : { en: ', truncated', es: ', truncada' }
  const total = recordCount(answer)
  const isNothing = rcode === 0 && opcode === OPCODE.query
  if (total === 0) return say`${prefix}${isNothing ? { en: ', no answer', es: ', sin respuesta' } : ''}${cut}`
  const asked = questions[0]?.type
  const named: string[] = []
  for (const set of answer)
    for (const data of set.data.slice(0, NAMED - named.length)) {
      const text = visible(printData(set.type, data), 80)
      named.push(set.type === asked ? text : `${typeName(set.type)} ${text}`)
    }
  const records = `${named.join(', ')}${total > NAMED ? ', …' : ''}`
  return say`${prefix}, ${count(total, ANSWER)}: ${records}${cut}`
}

function recordCount(section: readonly RecordSet[]): number {
  return section.reduce((sum, set) => sum + set.data.length, 0)
}

/** `qr` goes without saying: the arrow tells it. */
function flagText({ flags }: Header): string {
  const letters = FLAGS.filter(([flag]) => flag !== FLAG.response && (flags & flag) !== 0)
  return letters.length === 0 ? '' : ` [${letters.map(([, each]) => each).join(' ')}]`
}

function partsOf(message: Message): readonly StepPart[] {
  const { questions, answer, authority, additional, edns } = message
  const parts: StepPart[] = [
    headerPart(message),
    {
      name: { en: 'Question', es: 'Pregunta' },
      lines: keptOf(questions.slice(0, SHOWN).map(questionLine), questions.length),
    },
    { name: { en: 'Answer', es: 'Respuesta' }, lines: sectionLines(answer) },
    { name: { en: 'Authority', es: 'Autoridad' }, lines: sectionLines(authority) },
    { name: { en: 'Additional', es: 'Adicional' }, lines: sectionLines(additional) },
    { name: 'EDNS', lines: edns === undefined ? [] : firstOf(ednsLines(edns), SHOWN) },
  ]
  return parts
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, lines }) => ({ name, lines: lines.map((line) => shortened(line)) }))
}

function headerPart(header: Header & { readonly rcode?: number }): StepPart {
  const { id, opcode, flags, rcode } = header
  const isResponse = (flags & FLAG.response) !== 0
  return {
    name: { en: 'Header', es: 'Cabecera' },
    lines: [
      `id 0x${id.toString(16).padStart(4, '0')}`,
      `opcode ${printOpcode(opcode)}`,
      ...(isResponse && rcode !== undefined ? [`rcode ${printCode(rcode, 'RCODE')}`] : []),
      ...FLAGS.filter(([flag]) => (flags & flag) !== 0).map(
        ([, letters, words]) => say`${letters}: ${words}`,
      ),
    ],
  }
}

function questionLine({ name, class: klass, type }: Question): string {
  return `${printName(name)} ${printClass(klass)} ${typeName(type)}`
}

/** No more records are printed than are shown. */
function sectionLines(section: readonly RecordSet[]): readonly Said[] {
  const lines: string[] = []
  for (const set of section) {
    if (lines.length === SHOWN) break
    const head = `${printName(set.owner)} ${set.ttl} ${printClass(set.class)} ${typeName(set.type)}`
    for (const data of set.data.slice(0, SHOWN - lines.length))
      lines.push(`${head} ${printData(set.type, data)}`)
  }
  return keptOf(lines, recordCount(section))
}

function shortened(said: Said): Said {
  return mapped(said, (text) => visible(text, LONGEST))
}

function nameText(name: Name): string {
  return name.wire.length === 1 ? '.' : printName(name).slice(0, -1)
}

function kindText({ type, class: klass }: Question): string {
  return klass === CLASS_IN ? typeName(type) : `${printClass(klass)} ${typeName(type)}`
}
