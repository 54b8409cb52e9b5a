/** Cases: messages that break their format, and what must not be answered (RFC 1035 §4, RFC 9619). */
import type { CheckCase } from '../../../lab/check.ts'
import { holds, NOTHING } from '../../../lab/kit/assertion.ts'
import type { Text } from '../../../lab/service.ts'
import { FLAG } from '../wire/message.ts'
import { ask, queryFor, raw, readAnswer } from './ask.ts'
import { probing } from './case.ts'
import { answersNothing, codeIs, isAnswered } from './judge.ts'

/** Milliseconds for which nothing may come. */
const SILENCE = 300
/** Datagrams of chance. */
const GARBAGE = 40

interface Broken {
  readonly id: string
  readonly title: Text
  readonly reference: string
  readonly hint: Text
  readonly spoil: (good: Buffer) => Buffer
}

const broken: readonly Broken[] = [
  {
    id: 'cut-short',
    title: {
      en: 'A question that is cut short is a format error',
      es: 'Una pregunta cortada es un error de formato',
    },
    reference: 'RFC 1035 §4.1.2',
    hint: {
      en: 'FORMERR with the id of the message, or silence; never read behind its end.',
      es: 'FORMERR con el id del mensaje, o silencio; nunca leas más allá de su final.',
    },
    spoil: (good) => good.subarray(0, -3),
  },
  {
    id: 'no-question',
    title: {
      en: 'A query without a question is a format error',
      es: 'Una consulta sin pregunta es un error de formato',
    },
    reference: 'RFC 9619 §4',
    hint: {
      en: 'QDCOUNT is 0: there is nothing to answer.',
      es: 'QDCOUNT es 0: no hay nada que responder.',
    },
    spoil: (good) => withCount(good.subarray(0, 12), 4, 0),
  },
  {
    id: 'two-questions',
    title: {
      en: 'A query with two questions is a format error',
      es: 'Una consulta con dos preguntas es un error de formato',
    },
    reference: 'RFC 9619 §4',
    hint: {
      en: 'QDCOUNT may not be more than 1: one code could not answer both.',
      es: 'QDCOUNT no puede ser mayor que 1: un solo código no podría responder a ambas.',
    },
    spoil: (good) => withCount(Buffer.concat([good, good.subarray(12)]), 4, 2),
  },
  {
    id: 'pointer-loop',
    title: {
      en: 'A name that points to itself is a format error',
      es: 'Un nombre que apunta a sí mismo es un error de formato',
    },
    reference: 'RFC 1035 §4.1.4',
    hint: {
      en: 'A pointer leads back, to a prior name: who follows any other may never end.',
      es: 'Un puntero lleva hacia atrás, a un nombre anterior: quien siga otro puede no acabar nunca.',
    },
    spoil: (good) => Buffer.concat([good.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]),
  },
  {
    id: 'label-too-long',
    title: {
      en: 'A label of more than 63 octets is a format error',
      es: 'Una etiqueta de más de 63 octetos es un error de formato',
    },
    reference: 'RFC 1035 §4.1.4',
    hint: {
      en: 'The two upper bits of a length are 00; 01 and 10 are not in use.',
      es: 'Los dos bits altos de una longitud son 00; 01 y 10 no se usan.',
    },
    spoil: (good) =>
      Buffer.concat([
        good.subarray(0, 12),
        Buffer.from([64]),
        Buffer.alloc(64, 'a'),
        Buffer.from([0, 0, 1, 0, 1]),
      ]),
  },
  {
    id: 'name-too-long',
    title: {
      en: 'A name of more than 255 octets is a format error',
      es: 'Un nombre de más de 255 octetos es un error de formato',
    },
    reference: 'RFC 1035 §2.3.4',
    hint: {
      en: 'All labels with their lengths and the final zero count.',
      es: 'Cuentan todas las etiquetas con sus longitudes y el cero final.',
    },
    spoil: (good) =>
      Buffer.concat([
        good.subarray(0, 12),
        Buffer.from('\u0001a'.repeat(130), 'latin1'),
        Buffer.from([0, 0, 1, 0, 1]),
      ]),
  },
  {
    id: 'records-missing',
    title: {
      en: 'Records that are counted but not there are a format error',
      es: 'Unos registros contados pero ausentes son un error de formato',
    },
    reference: 'RFC 1035 §4.1',
    hint: {
      en: 'ARCOUNT is 1, and the message ends behind its question.',
      es: 'ARCOUNT es 1, y el mensaje termina tras su pregunta.',
    },
    spoil: (good) => withCount(good, 10, 1),
  },
]

function withCount(octets: Buffer, at: number, count: number): Buffer {
  const changed = Buffer.from(octets)
  changed.writeUInt16BE(count, at)
  return changed
}

/** What must not be answered, and what must not harm. */
const harmless: readonly CheckCase[] = [
  probing({
    id: 'response-unanswered',
    title: { en: 'An answer is not answered', es: 'Una respuesta no se responde' },
    points: 2,
    reference: 'RFC 1035 §4.1.1',
    hint: {
      en: 'QR is set: two servers that answered each other would never end.',
      es: 'QR está activado: dos servidores que se respondieran mutuamente no acabarían nunca.',
    },
    reproduce: (target) => raw(target, queryFor(target.domain, { name: 'www', flags: FLAG.response })),
    async run(context) {
      const query = queryFor(context.target.domain, { name: 'www', flags: FLAG.response })
      const answer = await context.exchange('dns', query, SILENCE)
      const after = await ask(context, { name: 'www' })
      return [
        holds(
          { en: `nothing comes for ${SILENCE} ms`, es: `no llega nada en ${SILENCE} ms` },
          answer === undefined,
          NOTHING,
          answer?.toString('hex') ?? '',
        ),
        codeIs(after.message, 'NOERROR'),
      ]
    },
  }),
  probing({
    id: 'garbage',
    title: {
      en: 'The server survives octets that are no message',
      es: 'El servidor sobrevive a octetos que no son un mensaje',
    },
    points: 2,
    reference: 'RFC 1035 §4.1',
    hint: {
      en: 'Empty datagrams, half headers, octets of chance: whatever comes, the next question is answered.',
      es: 'Datagramas vacíos, medias cabeceras, octetos al azar: llegue lo que llegue, se responde la siguiente pregunta.',
    },
    reproduce: (target) => raw(target, Buffer.from('ff00ff', 'hex')),
    async run(context) {
      const { random, target } = context
      const good = queryFor(target.domain, { name: 'www' })
      const pieces = Array.from({ length: GARBAGE }, (_, index) =>
        index % 2 === 0
          ? random.bytes(random.integer(0, 100))
          : Buffer.concat([
              good.subarray(0, random.integer(0, good.length)),
              random.bytes(random.integer(0, 40)),
            ]),
      )
      await Promise.all(pieces.map((piece) => context.exchange('dns', piece, 1)))
      const { message } = await ask(context, { name: 'www' })
      return [isAnswered(message)]
    },
  }),
]

/** Messages that are wrong. */
export const malformedCases: readonly CheckCase[] = [
  ...broken.map(({ spoil, ...about }) =>
    probing({
      ...about,
      reproduce: (target) => raw(target, spoil(queryFor(target.domain, { name: 'www' }))),
      async run(context) {
        const query = spoil(queryFor(context.target.domain, { name: 'www' }))
        const octets = await context.exchange('dns', query)
        // Some servers, such as Knot, say nothing to what they cannot read, so that nobody makes them talk to others.
        if (octets === undefined) return [isAnswered((await ask(context, { name: 'www' })).message)]
        const { message } = readAnswer(octets)
        return [codeIs(message, 'FORMERR'), answersNothing(message)]
      },
    }),
  ),
  ...harmless,
]
