/** Cases: EDNS (RFC 6891), and how long an answer by datagram may be. */
import type { Assertion, CheckCase, CheckContext } from '../../../lab/check.ts'
import { holds, same, without } from '../../../lab/kit/assertion.ts'
import type { Said } from '../../../lab/kit/dissect/said.ts'
import type { Message } from '../wire/message.ts'
import { ask, dig, exchange, queryFor, raw, type Asking } from './ask.ts'
import { asking, probing } from './case.ts'
import { answersNothing, answersWith, codeIs, flagIs, isAnswered } from './judge.ts'

function hasOpt({ edns }: Message, isThere: boolean): Assertion {
  const told = (has: boolean): Said => (has ? 'OPT' : without('OPT'))
  return holds(
    isThere
      ? { en: 'the answer has an OPT record', es: 'la respuesta lleva un registro OPT' }
      : { en: 'the answer has no OPT record', es: 'la respuesta no lleva registro OPT' },
    isThere === (edns !== undefined),
    told(isThere),
    told(!isThere),
  )
}

/** The OPT record. */
const options: readonly CheckCase[] = [
  asking({
    id: 'edns',
    title: { en: 'Who sends an OPT record gets one back', es: 'Quien envía un registro OPT recibe otro' },
    points: 2,
    reference: 'RFC 6891 §6.1.1',
    hint: {
      en: 'It tells the client that the server knows EDNS; it stands in the additional section.',
      es: 'Le dice al cliente que el servidor conoce EDNS; va en la sección adicional.',
    },
    ask: { name: 'www', edns: {} },
    judge: (message) => [
      isAnswered(message),
      hasOpt(message, true),
      same(
        { en: 'its version', es: 'su versión' },
        '0',
        message.edns === undefined ? without('OPT') : String(message.edns.version),
      ),
    ],
  }),
  asking({
    id: 'edns-unasked',
    title: {
      en: 'Who sends no OPT record gets none',
      es: 'Quien no envía un registro OPT no recibe ninguno',
    },
    reference: 'RFC 6891 §6.1.1',
    hint: {
      en: 'An old client takes it for an unknown record.',
      es: 'Un cliente antiguo lo toma por un registro desconocido.',
    },
    ask: { name: 'www' },
    judge: (message) => [codeIs(message, 'NOERROR'), hasOpt(message, false)],
  }),
  asking({
    id: 'edns-negative',
    title: { en: 'A "no" has an OPT record too', es: 'Un "no" también lleva registro OPT' },
    reference: 'RFC 6891 §7',
    needs: ['edns'],
    hint: { en: 'Every answer, whatever its code.', es: 'Toda respuesta, sea cual sea su código.' },
    ask: { name: 'no-such-host', edns: {} },
    judge: (message) => [codeIs(message, 'NXDOMAIN'), hasOpt(message, true)],
  }),
  asking({
    id: 'edns-version',
    title: {
      en: 'A later version of EDNS is answered with BADVERS',
      es: 'Una versión posterior de EDNS se responde con BADVERS',
    },
    points: 2,
    reference: 'RFC 6891 §6.1.3',
    hint: {
      en: 'BADVERS is 16: its upper bits stand in the OPT record, whose version is the highest that the server knows.',
      es: 'BADVERS es 16: sus bits altos van en el registro OPT, cuya versión es la mayor que conoce el servidor.',
    },
    ask: { name: 'www', edns: { version: 1 } },
    judge: (message) => [
      codeIs(message, 'BADVERS', 2),
      answersNothing(message),
      same(
        { en: "the server's own version", es: 'la versión del propio servidor' },
        '0',
        message.edns === undefined ? without('OPT') : String(message.edns.version),
      ),
    ],
  }),
  asking({
    id: 'edns-option',
    title: {
      en: 'An EDNS option that the server does not know is ignored',
      es: 'Una opción EDNS que el servidor no conoce se ignora',
    },
    reference: 'RFC 6891 §6.1.2',
    needs: ['edns'],
    hint: {
      en: 'It is skipped by its length, and not sent back.',
      es: 'Se salta según su longitud, y no se devuelve.',
    },
    ask: { name: 'www', edns: { options: Buffer.from([0xfd, 0xe9, 0, 2, 1, 2]) } },
    judge: (message) => [
      isAnswered(message),
      same(
        { en: 'the option does not come back', es: 'la opción no vuelve' },
        '',
        message.edns?.options.toString('hex') ?? without('OPT'),
      ),
    ],
  }),
  asking({
    id: 'edns-flags',
    title: {
      en: 'The bit DO comes back, the unknown ones do not',
      es: 'El bit DO vuelve, los desconocidos no',
    },
    reference: 'RFC 3225 §3',
    needs: ['edns'],
    hint: {
      en: 'DO says that the client takes DNSSEC records; a server without them copies the bit all the same.',
      es: 'DO dice que el cliente admite registros DNSSEC; un servidor sin ellos copia el bit igualmente.',
    },
    ask: { name: 'www', edns: { dnssec: true } },
    judge: (message, _target, octets) => {
      const at = octets.lastIndexOf(Buffer.from([0, 0, 41]))
      const flags = at < 0 || at + 9 > octets.length ? without('OPT') : octets.toString('hex', at + 7, at + 9)
      return [
        codeIs(message, 'NOERROR'),
        same({ en: 'the flags of OPT', es: 'los bits de OPT' }, '8000', flags),
      ]
    },
  }),
  probing({
    id: 'edns-twice',
    title: {
      en: 'Two OPT records are a format error',
      es: 'Dos registros OPT son un error de formato',
    },
    reference: 'RFC 6891 §6.1.1',
    hint: { en: 'FORMERR: a message has one at most.', es: 'FORMERR: un mensaje lleva como mucho uno.' },
    reproduce: (target) => raw(target, twice(target.domain)),
    run: async (context) => {
      const { message } = await exchange(context, twice(context.target.domain))
      return [codeIs(message, 'FORMERR'), answersNothing(message)]
    },
  }),
]

function twice(domain: string): Buffer {
  const one = queryFor(domain, { name: 'www', edns: {} })
  const two = Buffer.concat([one, one.subarray(-11)])
  two.writeUInt16BE(2, 10)
  return two
}

/** The question whose answer has nearly 1,000 octets, and the one whose answer has more than 1,500. */
const middle: Asking = { name: 'middle', type: 'TXT' }
const big: Asking = { name: 'big', type: 'TXT' }

function fitsIn(octets: Buffer, limit: number): Assertion {
  return holds(
    { en: `at most ${limit} octets`, es: `como mucho ${limit} octetos` },
    octets.length <= limit,
    `≤ ${limit}`,
    String(octets.length),
  )
}

/** What does not fit. */
const sizes: readonly CheckCase[] = [
  asking({
    id: 'cut-512',
    title: {
      en: 'Without EDNS an answer has at most 512 octets, and says that it was cut',
      es: 'Sin EDNS una respuesta tiene como mucho 512 octetos, y dice que está cortada',
    },
    points: 2,
    reference: 'RFC 1035 §4.2.1',
    hint: {
      en: 'TC is set, and the client asks again over TCP.',
      es: 'Se activa TC, y el cliente vuelve a preguntar por TCP.',
    },
    ask: big,
    judge: (message, _target, octets) => [fitsIn(octets, 512), flagIs(message, 'tc', true)],
  }),
  asking({
    id: 'edns-size',
    title: {
      en: 'Who can take more than 512 octets gets them',
      es: 'Quien admite más de 512 octetos los recibe',
    },
    reference: 'RFC 6891 §6.2.3',
    needs: ['edns'],
    hint: {
      en: 'The class field of OPT is the size that the client can take.',
      es: 'El campo de clase de OPT es el tamaño que admite el cliente.',
    },
    ask: { ...middle, edns: { size: 1232 } },
    judge: (message, target, octets) => [
      answersWith(message, target, ['middle TXT'], 1),
      flagIs(message, 'tc', false),
      fitsIn(octets, 1232),
    ],
  }),
  probing({
    id: 'edns-bound',
    title: {
      en: 'Who can take little gets no more than that',
      es: 'Quien admite poco no recibe más que eso',
    },
    reference: 'RFC 6891 §6.2.5',
    needs: ['edns'],
    hint: {
      en: 'A size below 512 counts as 512; what does not fit is cut, with TC.',
      es: 'Un tamaño menor que 512 cuenta como 512; lo que no cabe se corta, con TC.',
    },
    reproduce: (target) => dig(target, { ...middle, edns: { size: 600 } }, ['+ignore']),
    run: async (context) => [...(await bounded(context, 600, 600)), ...(await bounded(context, 0, 512))],
  }),
]

async function bounded(context: CheckContext, size: number, limit: number): Promise<readonly Assertion[]> {
  const { message, octets } = await ask(context, { ...middle, edns: { size } })
  return [fitsIn(octets, limit), flagIs(message, 'tc', true)]
}

/** EDNS, and sizes. */
export const extensionCases: readonly CheckCase[] = [...options, ...sizes]
