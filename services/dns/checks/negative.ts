/** Cases: what the server answers where there is nothing, or nothing of its own (RFC 2308, RFC 8020). */
import type { Assertion, CheckCase, CheckContext } from '../../../lab/check.ts'
import { holds, same } from '../../../lab/kit/assertion.ts'
import { count, say } from '../../../lab/kit/dissect/said.ts'
import { printCode, CLASS_CH, RCODE } from '../wire/codes.ts'
import { FLAG, type Message } from '../wire/message.ts'
import { ask, dig, openStream, queryFor } from './ask.ts'
import { asking, probing } from './case.ts'
import { answersNothing, flagIs, isNegative, RECORD } from './judge.ts'
import { timesToLive } from './octets.ts'
import { expectedLines, linesOf } from './zone.ts'

/** Names that are not there, and types that a name has not. */
const nothing: readonly CheckCase[] = [
  asking({
    id: 'no-name',
    title: { en: 'A name that does not exist is NXDOMAIN', es: 'Un nombre que no existe es NXDOMAIN' },
    points: 2,
    reference: 'RFC 2308 §2.1',
    hint: {
      en: "NXDOMAIN, AA, no answer, and the zone's SOA in the authority section.",
      es: 'NXDOMAIN, AA, ninguna respuesta, y el SOA de la zona en la sección de autoridad.',
    },
    ask: { name: 'no-such-host' },
    judge: (message, target) => isNegative(message, target, 'NXDOMAIN'),
  }),
  asking({
    id: 'no-data',
    title: {
      en: 'A name without records of the type is NOERROR with nothing in it',
      es: 'Un nombre sin registros del tipo es NOERROR sin nada',
    },
    points: 2,
    reference: 'RFC 2308 §2.2',
    hint: {
      en: "The name exists, so it is not NXDOMAIN; the zone's SOA stands in the authority section.",
      es: 'El nombre existe, así que no es NXDOMAIN; el SOA de la zona va en la sección de autoridad.',
    },
    ask: { name: 'www', type: 'AAAA' },
    judge: (message, target) => isNegative(message, target, 'NOERROR'),
  }),
  asking({
    id: 'no-name-below',
    title: {
      en: 'Below a host there is nothing: NXDOMAIN',
      es: 'Por debajo de una máquina no hay nada: NXDOMAIN',
    },
    reference: 'RFC 8020 §2',
    hint: {
      en: 'Names are compared label by label; www does not answer for what ends in it.',
      es: 'Los nombres se comparan etiqueta a etiqueta; www no responde por lo que termina en él.',
    },
    ask: { name: 'below.www' },
    judge: (message, target) => isNegative(message, target, 'NXDOMAIN'),
  }),
  asking({
    id: 'empty-name',
    title: {
      en: 'A name that only has names below it exists',
      es: 'Un nombre que solo tiene nombres por debajo existe',
    },
    reference: 'RFC 8020 §2',
    hint: {
      en: 'a.b.ent has a record, so b.ent and ent exist: NOERROR without records.',
      es: 'a.b.ent tiene un registro, así que b.ent y ent existen: NOERROR sin registros.',
    },
    ask: { name: 'b.ent' },
    judge: (message, target) => isNegative(message, target, 'NOERROR'),
  }),
  asking({
    id: 'no-other-soa',
    title: {
      en: 'Only the apex of the zone has a SOA',
      es: 'Solo el ápice de la zona tiene un SOA',
    },
    reference: 'RFC 1034 §4.2.1',
    hint: {
      en: "For another name the zone's SOA stands in the authority section, not in the answer.",
      es: 'Para otro nombre el SOA de la zona va en la sección de autoridad, no en la respuesta.',
    },
    ask: { name: 'www', type: 'SOA' },
    judge: (message, target) => isNegative(message, target, 'NOERROR'),
  }),
  asking({
    id: 'negative-time',
    title: {
      en: 'A "no" lives no longer than the last field of the SOA says',
      es: 'Un "no" no vive más de lo que dice el último campo del SOA',
    },
    reference: 'RFC 2308 §3',
    hint: {
      en: 'The SOA of a negative answer has the lower of its own time (7200) and its last field (300).',
      es: 'El SOA de una respuesta negativa lleva el menor entre su propio tiempo (7200) y su último campo (300).',
    },
    ask: { name: 'no-such-host' },
    judge: (_message, _target, octets) => [
      same(
        { en: 'the time to live of the SOA', es: 'el tiempo de vida del SOA' },
        '300',
        timesToLive(octets, 'authority').join(', '),
      ),
    ],
  }),
  probing({
    id: 'newer-types',
    title: {
      en: 'Types that the name has not are no error, whatever they are',
      es: 'Los tipos que el nombre no tiene no son un error, sean cuales sean',
    },
    reference: 'RFC 3597 §2',
    hint: {
      en: 'CAA, HTTPS, DNSKEY or TYPE65400: a server need not know a type to know that it has no such record.',
      es: 'CAA, HTTPS, DNSKEY o TYPE65400: no hace falta conocer un tipo para saber que no hay registros de él.',
    },
    reproduce: (target) => dig(target, { name: 'www', type: 'CAA' }),
    async run(context) {
      const types = ['SRV', 'CAA', 'HTTPS', 'DNSKEY', 'TYPE65400']
      return Promise.all(types.map(async (type) => isQuiet(context, type)))
    },
  }),
]

async function isQuiet(context: CheckContext, type: string): Promise<Assertion> {
  const { message } = await ask(context, { name: 'www', type })
  return same(
    { en: `${type} is NOERROR without records`, es: `${type} es NOERROR sin registros` },
    'NOERROR',
    [printCode(message.rcode, 'RCODE'), ...linesOf(message.answer)].join('\n'),
  )
}

/** What one is told who asks for a name outside of the zone. */
function isOutside(message: Message): readonly Assertion[] {
  const code = printCode(message.rcode, 'RCODE')
  const isForwarder = (message.flags & FLAG.recursionAvailable) !== 0
  const codes = isForwarder ? ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED'] : ['REFUSED']
  return [
    answersNothing(message),
    holds(
      isForwarder
        ? {
            en: 'a server that forwards (RA) says what it has learnt',
            es: 'un servidor que reenvía (RA) dice lo que ha averiguado',
          }
        : {
            en: 'a server that does not forward (no RA) refuses',
            es: 'un servidor que no reenvía (sin RA) lo rechaza',
          },
      codes.includes(code),
      codes.join(', '),
      code,
    ),
  ]
}

/** Questions that are not for this zone. */
const outside: readonly CheckCase[] = [
  asking({
    id: 'outside',
    title: {
      en: 'For a name of another domain nothing is made up',
      es: 'Para un nombre de otro dominio no se inventa nada',
    },
    points: 2,
    reference: 'RFC 8499 §6',
    hint: {
      en: 'A server that is not asked for its own zone refuses (REFUSED), or asks others; .invalid never exists (RFC 6761).',
      es: 'Un servidor al que no le preguntan por su zona lo rechaza (REFUSED), o pregunta a otros; .invalid nunca existe (RFC 6761).',
    },
    // Without RD, so that nobody is waited for.
    ask: { name: 'www.telelab.invalid.' },
    judge: (message) => [...isOutside(message), flagIs(message, 'aa', false)],
  }),
  probing({
    id: 'outside-suffix',
    title: {
      en: 'A domain whose name only ends in the same letters is another one',
      es: 'Un dominio cuyo nombre solo termina en las mismas letras es otro',
    },
    reference: 'RFC 1034 §3.1',
    hint: {
      en: 'Compare whole labels: xexample.org does not lie in example.org.',
      es: 'Compara etiquetas enteras: xexample.org no está en example.org.',
    },
    reproduce: (target) => dig(target, { name: `www.x${target.domain}.` }),
    async run(context) {
      const { message } = await ask(context, { name: `www.x${context.target.domain}.` })
      return [answersNothing(message), flagIs(message, 'aa', false)]
    },
  }),
  probing({
    id: 'transfer-refused',
    title: {
      en: 'Strangers do not get the whole zone',
      es: 'Los extraños no reciben la zona entera',
    },
    reference: 'RFC 5936 §5',
    hint: {
      en: 'AXFR is for the secondary servers alone: REFUSED (BIND: allow-transfer { none; };).',
      es: 'AXFR es solo para los servidores secundarios: REFUSED (en BIND: allow-transfer { none; };).',
    },
    reproduce: (target) => dig(target, { name: '@', type: 'AXFR' }, ['+tcp']),
    async run(context) {
      await using stream = await openStream(context)
      await stream.send(queryFor(context.target.domain, { name: '@', type: 'AXFR' }))
      const { message } = await stream.receive()
      const code = printCode(message.rcode, 'RCODE')
      return [
        answersNothing(message),
        holds(
          { en: 'the transfer is refused', es: 'se rechaza la transferencia' },
          ['REFUSED', 'NOTAUTH', 'NOTIMP'].includes(code),
          'REFUSED',
          code,
        ),
      ]
    },
  }),
  asking({
    id: 'any',
    title: {
      en: 'ANY is answered with what the name has, or some of it',
      es: 'ANY se responde con lo que tiene el nombre, o parte de ello',
    },
    reference: 'RFC 8482 §4',
    hint: {
      en: 'One set of records is enough, and of no use to attacks with forged addresses (BIND: minimal-any yes;).',
      es: 'Basta un conjunto de registros, que no sirve para ataques con direcciones falsas (en BIND: minimal-any yes;).',
    },
    ask: { name: '@', type: 'ANY' },
    judge: (message, { domain }) => {
      const own = ['SOA', 'NS', 'MX'].flatMap((type) => expectedLines(domain, '@', type))
      const found = linesOf(message.answer)
      // RFC 8482 §4.2: a HINFO that was made for the answer.
      const strange = found.filter((each) => !own.includes(each) && !each.includes(' HINFO '))
      return [
        holds(
          { en: 'the answer is NOERROR with records', es: 'la respuesta es NOERROR con registros' },
          message.rcode === RCODE.NOERROR && found.length > 0,
          say`NOERROR, ≥ ${count(1, RECORD)}`,
          say`${printCode(message.rcode, 'RCODE')}, ${count(found.length, RECORD)}`,
        ),
        same({ en: 'nothing is made up', es: 'no se inventa nada' }, '', strange.join('\n')),
      ]
    },
  }),
  asking({
    id: 'class-unknown',
    title: {
      en: 'A class that the server does not serve is refused',
      es: 'Una clase que el servidor no sirve se rechaza',
    },
    reference: 'RFC 1035 §3.2.4',
    hint: {
      en: 'The zone is of class IN; what is asked in class HS is not in it.',
      es: 'La zona es de clase IN; lo que se pregunta en la clase HS no está en ella.',
    },
    ask: { name: 'www', class: 4 },
    judge: (message) => [
      answersNothing(message),
      holds(
        { en: 'the question is refused', es: 'se rechaza la pregunta' },
        ['REFUSED', 'NOTIMP'].includes(printCode(message.rcode)),
        'REFUSED',
        printCode(message.rcode, 'RCODE'),
      ),
    ],
  }),
  asking({
    id: 'class-chaos',
    title: {
      en: 'In class CH the server tells its version, and nothing of class IN',
      es: 'En la clase CH el servidor dice su versión, y nada de la clase IN',
    },
    reference: 'RFC 4892 §2',
    hint: {
      en: 'version.bind CH TXT; the text may be any (BIND, Knot, NSD: version). To refuse is allowed, and costs little.',
      es: 'version.bind CH TXT; el texto puede ser cualquiera (en BIND, Knot y NSD: version). Negarse está permitido, y cuesta poco.',
    },
    ask: { name: 'version.bind.', class: CLASS_CH, type: 'TXT' },
    judge: judgeVersion,
  }),
]

function judgeVersion(message: Message): readonly Assertion[] {
  const code = printCode(message.rcode, 'RCODE')
  const classes = message.answer.map((set) => set.class)
  return [
    holds(
      { en: 'records of other classes are not mixed in', es: 'no se mezclan registros de otras clases' },
      classes.every((each) => each === CLASS_CH) && ['NOERROR', 'REFUSED'].includes(code),
      `NOERROR / REFUSED, CLASS${CLASS_CH}`,
      [code, ...classes.map((each) => `CLASS${each}`)].join(', '),
      3,
    ),
    holds(
      { en: 'the version is told', es: 'se dice la versión' },
      code === 'NOERROR' && classes.length === 1,
      say`NOERROR, ${count(1, RECORD)}`,
      say`${code}, ${count(classes.length, RECORD)}`,
    ),
  ]
}

/** Questions that the zone says nothing about. */
export const negativeCases: readonly CheckCase[] = [...nothing, ...outside]
