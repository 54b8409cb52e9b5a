/** One DNS message as a step. */
import { count, firstOf, mapped, more, say, type Noun, type Said } from '../../../lab/kit/dissect/said.ts'
import { visible } from '../../../lab/kit/dissect/text.ts'
import type { About, Step, StepPart, Text } from '../../../lab/service.ts'
import { printData } from '../records/data.ts'
import { TYPE, typeName } from '../records/types.ts'
import { CLASS_ANY, CLASS_CH, CLASS_IN, CLASS_NONE, OPCODE, printCode } from '../wire/codes.ts'
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
/** Records whose data the line of an answer shows. */
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

// RFC 1035 §4.1.1, RFC 1996, RFC 2136, RFC 8490
const OPCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'QUERY'],
  [1, 'IQUERY'],
  [2, 'STATUS'],
  [4, 'NOTIFY'],
  [5, 'UPDATE'],
  [6, 'DSO'],
])

const CLASS_NAMES: ReadonlyMap<number, string> = new Map([
  [CLASS_IN, 'IN'],
  [CLASS_CH, 'CH'],
  [CLASS_NONE, 'NONE'],
  [CLASS_ANY, 'ANY'],
])

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

/** The records of a section, one by one, in presentation format. */
export function recordsOf(section: readonly RecordSet[]): readonly RecordSet[] {
  return section.flatMap((set) => set.data.map((data) => ({ ...set, data: [data] })))
}

function requestAbout({ opcode, questions: [question] }: Message): About {
  return opcode === OPCODE.query && question !== undefined
    ? questionAbout(typeName(question.type))
    : opcodeAbout(opcodeName(opcode))
}

function questionText({ opcode, questions }: Message): Said {
  const asked = questions.map((question) => `${nameText(question.name)} ${kindText(question)}`).join(', ')
  if (opcode === OPCODE.query) return asked === '' ? { en: 'no question', es: 'sin pregunta' } : `${asked}?`
  return `${opcodeName(opcode)} ${asked}`.trimEnd()
}

function replyText(message: Message): Said {
  const { opcode, rcode, questions, answer, flags } = message
  const code = printCode(rcode, 'RCODE')
  const prefix = opcode === OPCODE.query ? code : `${opcodeName(opcode)} ${code}`
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
      lines: questions.map(
        (question) => `${printName(question.name)} ${className(question)} ${typeName(question.type)}`,
      ),
    },
    { name: { en: 'Answer', es: 'Respuesta' }, lines: sectionLines(answer) },
    { name: { en: 'Authority', es: 'Autoridad' }, lines: sectionLines(authority) },
    { name: { en: 'Additional', es: 'Adicional' }, lines: sectionLines(additional) },
    { name: 'EDNS', lines: edns === undefined ? [] : ednsLines(edns) },
  ]
  return parts
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, lines }) => ({ name, lines: firstOf(lines, SHOWN).map(shortened) }))
}

function headerPart(header: Header & { readonly rcode?: number }): StepPart {
  const { id, opcode, flags, rcode } = header
  const isResponse = (flags & FLAG.response) !== 0
  return {
    name: { en: 'Header', es: 'Cabecera' },
    lines: [
      `id 0x${id.toString(16).padStart(4, '0')}`,
      `opcode ${opcodeName(opcode)}`,
      ...(isResponse && rcode !== undefined ? [`rcode ${printCode(rcode, 'RCODE')}`] : []),
      ...FLAGS.filter(([flag]) => (flags & flag) !== 0).map(
        ([, letters, words]) => say`${letters}: ${words}`,
      ),
    ],
  }
}

/** No more records are printed than are shown. */
function sectionLines(section: readonly RecordSet[]): readonly Said[] {
  const lines: string[] = []
  for (const set of section) {
    const head = `${printName(set.owner)} ${set.ttl} ${className(set)} ${typeName(set.type)}`
    for (const data of set.data) {
      if (lines.length < SHOWN) lines.push(`${head} ${printData(set.type, data)}`)
    }
  }
  const left = recordCount(section) - lines.length
  return left === 0 ? lines : [...lines.slice(0, SHOWN - 1), more(left + 1)]
}

function shortened(said: Said): Said {
  return mapped(said, (text) => visible(text, LONGEST))
}

function nameText(name: Name): string {
  return name.wire.length === 1 ? '.' : printName(name).slice(0, -1)
}

function kindText({ type, class: klass }: Question): string {
  return klass === CLASS_IN ? typeName(type) : `${className({ class: klass })} ${typeName(type)}`
}

function className({ class: klass }: { readonly class: number }): string {
  return CLASS_NAMES.get(klass) ?? `CLASS${klass}`
}

function opcodeName(opcode: number): string {
  return OPCODE_NAMES.get(opcode) ?? `OPCODE${opcode}`
}

/** Whether a question asks for a whole zone or for what changed in it. */
export function isTransfer(question: Question | undefined): boolean {
  return question?.type === TYPE.axfr || question?.type === TYPE.ixfr
}
