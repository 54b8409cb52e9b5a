/** What tasks may say of names: what was asked and answered, what is answered now, and what a zone file says. */
import { z } from 'zod'
import {
  defineVerb,
  type Assertion,
  type CheckContext,
  type CheckTarget,
  type Checks,
  type Finding,
  type SeenFact,
} from '../../../lab/check.ts'
import { agrees, holds, NOTHING, same } from '../../../lab/kit/assertion.ts'
import { count } from '../../../lab/kit/dissect/said.ts'
import { explain } from '../../../lab/kit/explain.ts'
import { inSpanish } from '../../../lab/kit/spanish.ts'
import { MNEMONICS, findType } from '../records/types.ts'
import { FLAG } from '../wire/message.ts'
import { parseName, printKey, ROOT } from '../wire/name.ts'
import { ask, dig, type Asking } from './ask.ts'
import { codeIs, RECORD, said } from './judge.ts'
import { judgeRenewal, zoneRenewed } from './zone-renewed.ts'
import { judgeZone, zoneServes } from './zone-file.ts'
import { linesOf, readLines } from './zone.ts'

const name = z.string().min(1).max(1000)
const type = z
  .string()
  .transform((text) => text.toUpperCase())
  .refine(
    (text) => findType(text) !== undefined || text === 'ANY',
    explain({
      en: `a record type, as in ${MNEMONICS.slice(0, 3).join(', ')}`,
      es: `un tipo de registro, como ${MNEMONICS.slice(0, 3).join(', ')}`,
    }),
  )
const rcode = z.enum(['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'])

/** Read once, not for each fact that is judged. */
const askedName = name
  .refine(isName, explain({ en: 'this is no domain name', es: 'esto no es un nombre de dominio' }))
  .transform(plainName)

const queried = inSpanish(
  z.strictObject({
    name: askedName.optional().describe('Name that was asked for'),
    type: type.optional().describe('Type that was asked for'),
    below: askedName.optional().describe('Domain in which the name lies that was asked for'),
    over: z.enum(['udp', 'tcp']).optional().describe('How it was asked'),
  }),
  {
    name: 'Nombre por el que se preguntó',
    type: 'Tipo por el que se preguntó',
    below: 'Dominio en el que está el nombre por el que se preguntó',
    over: 'Cómo se preguntó',
  },
)
type Queried = z.output<typeof queried>

const answered = inSpanish(
  z.strictObject({
    name: askedName.optional().describe('Name that was asked for'),
    type: type.optional().describe('Type that was asked for'),
    below: askedName.optional().describe('Domain in which the name lies that was asked for'),
    rcode: rcode.default('NOERROR').describe('Code of the answer'),
    records: z.int().min(0).optional().describe('Records of the answer section, at least'),
  }),
  {
    name: 'Nombre por el que se preguntó',
    type: 'Tipo por el que se preguntó',
    below: 'Dominio en el que está el nombre por el que se preguntó',
    rcode: 'Código de la respuesta',
    records: 'Registros de la sección de respuesta, como mínimo',
  },
)
type Answered = z.output<typeof answered>

const answers = inSpanish(
  z.strictObject({
    name: name.describe(
      'Name that is asked for; without a final dot it lies in the domain, unless it ends in it',
    ),
    type: type.default('A').describe('Type that is asked for; A if not given'),
    rcode: rcode.default('NOERROR').describe('Code of the answer'),
    records: z
      .array(z.string())
      .optional()
      .describe('Data of all records of the answer, as a master file writes them: `10 mail`'),
    authoritative: z.boolean().optional().describe('Whether AA is set'),
  }),
  {
    name: 'Nombre por el que se pregunta; sin punto final está en el dominio, salvo que termine en él',
    type: 'Tipo por el que se pregunta; A si no se indica',
    rcode: 'Código de la respuesta',
    records: 'Datos de todos los registros de la respuesta, como en un fichero de zona: `10 mail`',
    authoritative: 'Si AA está activado',
  },
)
type Answers = z.output<typeof answers>

/** As facts write names. */
function plainName(text: string): string {
  return printKey(parseName(text, ROOT).key)
}

function isName(text: string): boolean {
  try {
    plainName(text)
    return true
  } catch {
    return false
  }
}

/** What a question may have to be. */
interface Wanted {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly below?: string | undefined
}

function asksFor(fact: SeenFact, { name: asked, type: kind, below }: Wanted): Assertion[] {
  const assertions: Assertion[] = []
  if (asked !== undefined) {
    const title = { en: `the name is ${asked}`, es: `el nombre es ${asked}` }
    assertions.push(same(title, asked, said(fact, 'name') ?? NOTHING, 2))
  }
  if (kind !== undefined) {
    const title = { en: `the type is ${kind}`, es: `el tipo es ${kind}` }
    assertions.push(same(title, kind, said(fact, 'type') ?? NOTHING))
  }
  if (below !== undefined) {
    const title = { en: `the name lies below ${below}`, es: `el nombre está por debajo de ${below}` }
    const found = said(fact, 'name')
    assertions.push(holds(title, found?.endsWith(`.${below}`) === true, `….${below}`, found ?? NOTHING, 2))
  }
  return assertions
}

function judgeQuery(fact: SeenFact, wanted: Queried): readonly Assertion[] {
  const assertions = asksFor(fact, wanted)
  const { over } = wanted
  if (over !== undefined) {
    const title = { en: `it came over ${over.toUpperCase()}`, es: `llegó por ${over.toUpperCase()}` }
    assertions.push(same(title, over, said(fact, 'transport') ?? NOTHING))
  }
  return assertions.length > 0 ? assertions : [anything]
}

const anything: Assertion = { title: { en: 'there was one', es: 'hubo una' }, holds: true }

function judgeAnswer(fact: SeenFact, wanted: Answered): readonly Assertion[] {
  const { rcode: code, records } = wanted
  const assertions = asksFor(fact, wanted)
  const title = { en: `the code is ${code}`, es: `el código es ${code}` }
  assertions.push(same(title, code, said(fact, 'rcode') ?? NOTHING))
  if (records !== undefined) {
    const found = said(fact, 'answers') ?? '0'
    const { en, es } = count(records, RECORD)
    const atLeast = { en: `at least ${en}`, es: `al menos ${es}` }
    assertions.push(holds(atLeast, Number(found) >= records, `≥ ${records}`, found))
  }
  return assertions
}

/** A name of the domain may be written with or without it. */
function absolute(text: string, domain: string): string {
  const isWhole = text === domain || text.endsWith(`.${domain}`)
  return isWhole ? `${text}.` : text
}

/** A question as it is wanted; where only the domain above the name matters, for one that nobody has given out. */
function asking({ name: asked, type: kind = 'A', below }: Wanted, { domain }: CheckTarget): Asking {
  const any = below === undefined ? '@' : `made-up.${below}.`
  return { name: asked === undefined ? any : absolute(asked, domain), type: kind }
}

async function judgeNow(context: CheckContext, wanted: Answers): Promise<Finding> {
  const { domain } = context.target
  const owner = absolute(wanted.name, domain)
  const { message } = await ask(context, { name: owner, type: wanted.type, flags: FLAG.recursionDesired })
  const assertions = [codeIs(message, wanted.rcode)]
  const code = findType(wanted.type)?.code
  if (wanted.records !== undefined) {
    const expected = readLines(
      domain,
      wanted.records.map((data) => `${owner} ${wanted.type} ${data}`),
    )
    // Aliases on the way are of another type, and of other names.
    const found = message.answer
      .filter((set) => set.type === code)
      .map((set) =>
        wanted.type === 'CNAME' ? set : { ...set, owner: parseName(owner, parseName(domain, ROOT)) },
      )
    assertions.push(
      same(
        { en: 'the answer has these records', es: 'la respuesta tiene estos registros' },
        expected.join('\n'),
        linesOf(found).join('\n'),
        2,
      ),
    )
  }
  if (wanted.authoritative !== undefined) {
    const isSet = (message.flags & FLAG.authoritative) !== 0
    const title = { en: 'whether AA is set', es: 'si AA está activado' }
    assertions.push(agrees(title, wanted.authoritative, isSet))
  }
  return { assertions }
}

function shown({ name: asked, type: kind, below }: Wanted): string {
  return [asked ?? (below === undefined ? '' : `*.${below}`), kind ?? '']
    .filter((each) => each !== '')
    .join(' ')
}

/** The verbs of the name service. */
export const dnsVerbs: Checks['verbs'] = {
  'dns.queried': defineVerb<Queried>({
    kind: 'evidence',
    summary: {
      en: 'what a client has asked the lab’s name server',
      es: 'lo que un cliente ha preguntado al servidor de nombres del laboratorio',
    },
    settings: queried,
    reference: 'RFC 1034 §3.7',
    facts: ['dns.queried'],
    title: (wanted) => ({
      en: `a client has asked for ${shown(wanted) || 'a name'}`,
      es: `un cliente ha preguntado por ${shown(wanted) || 'un nombre'}`,
    }),
    reproduce: ({ over, ...wanted }, target) =>
      dig(target, asking(wanted, target), over === 'tcp' ? ['+tcp'] : []),
    judge: judgeQuery,
  }),
  'dns.answered': defineVerb<Answered>({
    kind: 'evidence',
    summary: {
      en: 'what a client was answered by the lab’s name server',
      es: 'lo que el servidor de nombres del laboratorio ha respondido a un cliente',
    },
    settings: answered,
    reference: 'RFC 1034 §3.7',
    facts: ['dns.answered', 'dns.refused'],
    title: (wanted) => ({
      en: `${shown(wanted) || 'a question'} was answered with ${wanted.rcode}`,
      es: `${shown(wanted) || 'una pregunta'} se respondió con ${wanted.rcode}`,
    }),
    reproduce: (wanted, target) => dig(target, asking(wanted, target)),
    judge: judgeAnswer,
  }),
  'dns.answers': defineVerb<Answers>({
    kind: 'probe',
    summary: {
      en: 'what a name server answers now',
      es: 'lo que responde ahora un servidor de nombres',
    },
    settings: answers,
    reference: 'RFC 1034 §4.3.2',
    title: (wanted) => ({
      en: `${shown(wanted)} is answered with ${wanted.records?.join(', ') ?? wanted.rcode}`,
      es: `${shown(wanted)} se responde con ${wanted.records?.join(', ') ?? wanted.rcode}`,
    }),
    reproduce: ({ name: asked, type: kind }, target) =>
      dig(target, { name: absolute(asked, target.domain), type: kind, flags: FLAG.recursionDesired }),
    run: judgeNow,
  }),
  'zone.renewed': defineVerb({
    kind: 'evidence',
    summary: {
      en: 'that a zone was loaded with a greater serial than before',
      es: 'que una zona se cargó con un número de serie mayor que antes',
    },
    settings: zoneRenewed,
    reference: 'RFC 1034 §4.3.5',
    facts: ['zone.loaded'],
    title: ({ zone }) => ({
      en: `the serial of ${zone} has grown`,
      es: `el número de serie de ${zone} ha crecido`,
    }),
    reproduce: ({ zone }, target) => dig(target, { name: `${zone}.`, type: 'SOA' }),
    judge: judgeRenewal,
  }),
  'zone.serves': defineVerb({
    kind: 'artifact',
    summary: {
      en: 'a zone file: whether it can be served, and what is in it',
      es: 'un fichero de zona: si se puede servir, y qué contiene',
    },
    settings: zoneServes,
    reference: 'RFC 1035 §5',
    title: ({ records: { length } }) => {
      const { en, es } = count(length, RECORD)
      return {
        en: `the zone file can be served${length > 0 ? ` and has ${en} that ${length === 1 ? 'is' : 'are'} asked for` : ''}`,
        es: `el fichero de zona se puede servir${length > 0 ? ` y tiene ${es} ${length === 1 ? 'pedido' : 'pedidos'}` : ''}`,
      }
    },
    reproduce: ({ origin }, { domain }, file = 'zone.db') =>
      `lab zone check ${file} --origin ${origin ?? domain}`,
    judge: judgeZone,
  }),
}
