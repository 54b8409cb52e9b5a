/** Cases: the header, the question and the form of every answer (RFC 1035 §4.1). */
import type { CheckCase } from '../../../lab/check.ts'
import { holds, same } from '../../../lab/kit/assertion.ts'
import { FLAG } from '../wire/message.ts'
import { labelsOf } from '../wire/name.ts'
import { printCode } from '../wire/codes.ts'
import { ask, dig, exchange, queryFor, raw } from './ask.ts'
import { asking, probing } from './case.ts'
import { answersNothing, codeIs, flagIs, isAnswered } from './judge.ts'

/** The letters of a name, every second one a capital. */
const mixed = (text: string): string =>
  text.replaceAll(/(.)(.?)/g, (_, odd: string, even: string) => odd.toUpperCase() + even)

/** What is copied from the question, and the flags. */
const copied: readonly CheckCase[] = [
  probing({
    id: 'identifier',
    title: { en: 'The answer has the id of the question', es: 'La respuesta lleva el id de la pregunta' },
    reference: 'RFC 1035 §4.1.1',
    hint: {
      en: 'By it the client knows which of its questions was answered; all 16 bits count, 0 is an id too.',
      es: 'Por él sabe el cliente cuál de sus preguntas se ha respondido; cuentan los 16 bits, y 0 también es un id.',
    },
    reproduce: (target) => dig(target, { name: 'www' }),
    async run(context) {
      const ids = [0, 0xffff, context.random.integer(256, 0xffff)]
      return Promise.all(
        ids.map(async (id) => {
          const { message } = await ask(context, { name: 'www', id })
          return same({ en: `id ${id}`, es: `id ${id}` }, String(id), String(message.id))
        }),
      )
    },
  }),
  asking({
    id: 'response-bit',
    title: { en: 'An answer says that it is one', es: 'Una respuesta dice que lo es' },
    reference: 'RFC 1035 §4.1.1',
    hint: {
      en: 'QR is 1, the opcode is that of the question, and the reserved bit Z is 0.',
      es: 'QR vale 1, el opcode es el de la pregunta, y el bit reservado Z vale 0.',
    },
    ask: { name: 'www' },
    judge: (_message, _target, octets) => [
      same(
        { en: 'QR, opcode and Z', es: 'QR, opcode y Z' },
        'QR = 1, opcode = 0, Z = 0',
        `QR = ${octets.readUInt8(2) >> 7}, opcode = ${(octets.readUInt8(2) >> 3) & 15}, Z = ${(octets.readUInt8(3) >> 6) & 1}`,
      ),
    ],
  }),
  probing({
    id: 'question-back',
    title: {
      en: 'The question comes back, letter by letter',
      es: 'La pregunta vuelve, letra por letra',
    },
    points: 2,
    reference: 'RFC 1035 §4.1.2',
    hint: {
      en: 'Careful resolvers mix capitals into their questions and drop answers that do not repeat them (0x20).',
      es: 'Los resolutores cuidadosos mezclan mayúsculas en sus preguntas y descartan las respuestas que no las repiten (0x20).',
    },
    reproduce: (target) => dig(target, { name: `${mixed(`www.${target.domain}`)}.` }),
    async run(context) {
      const query = queryFor(context.target.domain, { name: `${mixed(`www.${context.target.domain}`)}.` })
      const { octets } = await exchange(context, query)
      const from = (message: Buffer): string =>
        message.toString('latin1', 12, query.length).replaceAll(/[^ -~]/g, '.')
      return [
        same(
          { en: 'one question', es: 'una pregunta' },
          'QDCOUNT = 1',
          `QDCOUNT = ${octets.readUInt16BE(4)}`,
        ),
        same({ en: 'the question section', es: 'la sección de pregunta' }, from(query), from(octets)),
      ]
    },
  }),
  probing({
    id: 'letter-case',
    title: {
      en: 'Capitals and small letters make the same name',
      es: 'Mayúsculas y minúsculas forman el mismo nombre',
    },
    reference: 'RFC 4343 §3',
    hint: {
      en: 'Names are compared without letter case, in ASCII.',
      es: 'Los nombres se comparan sin distinguir mayúsculas, en ASCII.',
    },
    reproduce: (target) => dig(target, { name: 'WwW' }),
    async run(context) {
      const { message } = await ask(context, { name: 'WwW' })
      return [codeIs(message, 'NOERROR'), isAnswered(message)]
    },
  }),
  probing({
    id: 'recursion-desired',
    title: { en: 'RD comes back as it was sent', es: 'RD vuelve como se envió' },
    reference: 'RFC 1035 §4.1.1',
    hint: { en: 'It is copied, whether obeyed or not.', es: 'Se copia, se obedezca o no.' },
    reproduce: (target) => dig(target, { name: 'www', flags: FLAG.recursionDesired }),
    async run(context) {
      const [without, withIt] = await Promise.all([
        ask(context, { name: 'www' }),
        ask(context, { name: 'www', flags: FLAG.recursionDesired }),
      ])
      return [flagIs(without.message, 'rd', false), flagIs(withIt.message, 'rd', true)]
    },
  }),
  probing({
    id: 'flags-of-answers',
    title: {
      en: 'A flag that only answers may have is ignored in a question',
      es: 'Un bit que solo pueden llevar las respuestas se ignora en una pregunta',
    },
    reference: 'RFC 1035 §4.1.1',
    hint: {
      en: 'RA in the question changes nothing; a short answer has no TC.',
      es: 'RA en la pregunta no cambia nada; una respuesta corta no lleva TC.',
    },
    reproduce: (target) => dig(target, { name: 'www' }, ['+raflag']),
    async run(context) {
      const plain = await ask(context, { name: 'www' })
      const { message } = await ask(context, { name: 'www', flags: FLAG.recursionAvailable })
      return [
        codeIs(message, 'NOERROR'),
        isAnswered(message),
        flagIs(message, 'ra', (plain.message.flags & FLAG.recursionAvailable) !== 0),
        flagIs(message, 'tc', false),
      ]
    },
  }),
]

/** The octets of names. */
const names: readonly CheckCase[] = [
  probing({
    id: 'compression',
    title: {
      en: 'Names in answers are compressed',
      es: 'Los nombres de las respuestas van comprimidos',
    },
    reference: 'RFC 1035 §4.1.4',
    hint: {
      en: 'A pointer leads back to a name that stands before it. A server may do without, which costs little.',
      es: 'Un puntero lleva hacia atrás, a un nombre anterior. Un servidor puede no usarlos, lo que cuesta poco.',
    },
    reproduce: (target) => raw(target, queryFor(target.domain, { name: '@', type: 'MX' })),
    async run(context) {
      const { octets, message } = await ask(context, { name: '@', type: 'MX' })
      const last = labelsOf(queryName(context.target.domain)).at(0) ?? ''
      const times = octets.toString('latin1').toLowerCase().split(last).length - 1
      return [
        isAnswered(message, 3),
        same({ en: 'the domain is written once', es: 'el dominio está escrito una vez' }, '1', String(times)),
      ]
    },
  }),
  probing({
    id: 'no-compression',
    title: {
      en: 'The target of a SRV record is not compressed',
      es: 'El destino de un registro SRV no va comprimido',
    },
    reference: 'RFC 2782',
    hint: {
      en: 'Only the types of RFC 1035 may have compressed names in their data (RFC 3597 §4).',
      es: 'Solo los tipos de RFC 1035 pueden llevar nombres comprimidos en sus datos (RFC 3597 §4).',
    },
    reproduce: (target) => raw(target, queryFor(target.domain, { name: '_sip._tcp', type: 'SRV' })),
    async run(context) {
      const { octets } = await ask(context, { name: '_sip._tcp', type: 'SRV' })
      const wanted = queryFor(context.target.domain, { name: 'mail' }).subarray(12, -4)
      const text = octets.toString('latin1').toLowerCase()
      return [
        holds(
          { en: 'the name stands there whole', es: 'el nombre está entero' },
          text.includes(wanted.toString('latin1').toLowerCase()),
          wanted.toString('hex'),
          octets.toString('hex'),
        ),
      ]
    },
  }),
]

/** The wire format of a domain's name, as the keys of names are. */
function queryName(domain: string): string {
  return queryFor(domain, { name: '@' }).subarray(12, -4).toString('latin1').toLowerCase()
}

/** Opcodes and types that a server has no business with. */
const unserved: readonly CheckCase[] = [
  probing({
    id: 'opcode-unknown',
    title: {
      en: 'Requests that are no queries are not implemented',
      es: 'Las peticiones que no son consultas no están implementadas',
    },
    reference: 'RFC 1035 §4.1.1',
    hint: {
      en: 'The opcode stands in the header: 2 is STATUS, 6 is DSO, 15 is nobody; NOTIMP, with the opcode copied.',
      es: 'El opcode está en la cabecera: 2 es STATUS, 6 es DSO, 15 no es nadie; NOTIMP, con el opcode copiado.',
    },
    reproduce: (target) => dig(target, { name: 'www', opcode: 2 }),
    async run(context) {
      return Promise.all(
        [2, 6, 15].map(async (opcode) => {
          const { message } = await ask(context, { name: 'www', opcode })
          return same(
            { en: `opcode ${opcode}`, es: `opcode ${opcode}` },
            `NOTIMP, opcode ${opcode}`,
            `${printCode(message.rcode, 'RCODE')}, opcode ${message.opcode}`,
          )
        }),
      )
    },
  }),
  probing({
    id: 'type-meta',
    title: {
      en: 'OPT is a type that no name has',
      es: 'OPT es un tipo que no tiene ningún nombre',
    },
    reference: 'RFC 6891 §6.1.1',
    hint: {
      en: 'It stands in messages, never in a zone: FORMERR, or NOERROR without records.',
      es: 'Está en los mensajes, nunca en una zona: FORMERR, o NOERROR sin registros.',
    },
    reproduce: (target) => dig(target, { name: 'www', type: 'TYPE41' }),
    async run(context) {
      const { message } = await ask(context, { name: 'www', type: 'TYPE41' })
      const code = printCode(message.rcode, 'RCODE')
      const codes = ['FORMERR', 'NOERROR', 'NOTIMP', 'REFUSED']
      return [
        answersNothing(message),
        holds(
          { en: 'nobody is told that the name is not there', es: 'a nadie se le dice que el nombre no está' },
          codes.includes(code),
          codes.join(', '),
          code,
        ),
      ]
    },
  }),
]

/** What all answers have in common. */
export const headerCases: readonly CheckCase[] = [...copied, ...names, ...unserved]
