/** What tasks may say of web requests: of those that the lab's own sites have answered, and of any site now. */
import { z } from 'zod'
import {
  defineVerb,
  type Assertion,
  type CheckContext,
  type Checks,
  type Finding,
  type SeenFact,
} from '../../check.ts'
import { agrees, holds, NOTHING, same, without } from '../../kit/assertion.ts'
import { explain } from '../../kit/explain.ts'
import { inSpanish } from '../../kit/spanish.ts'
import { curl, get, valueOf } from './talk.ts'

const method = z
  .string()
  .regex(
    /^[A-Z]{1,32}$/,
    explain({ en: 'a method in capitals, as in GET', es: 'un método en mayúsculas, como GET' }),
  )
const path = z.string().regex(
  /^\//,
  explain({
    en: 'a path from the root of the site, as in /index.html',
    es: 'una ruta desde la raíz del sitio, como /index.html',
  }),
)

const requested = inSpanish(
  z.strictObject({
    path: path.optional().describe('Path of the request, without its query'),
    method: method.default('GET').describe('Method of the request'),
    status: z.int().min(100).max(599).optional().describe('Status of the answer'),
    host: z.string().min(1).optional().describe('Host that the request names, without its port'),
    reused: z.boolean().optional().describe('Whether its connection had carried another request before'),
  }),
  {
    path: 'Ruta de la petición, sin su consulta',
    method: 'Método de la petición',
    status: 'Estado de la respuesta',
    host: 'Máquina que nombra la petición, sin su puerto',
    reused: 'Si su conexión había llevado antes otra petición',
  },
)
type Requested = z.output<typeof requested>

const visited = inSpanish(
  z.strictObject({
    count: z.int().min(1).describe('Visits that the cookie counts after the answer'),
    path: path.optional().describe('Path of the request, without its query'),
  }),
  {
    count: 'Visitas que cuenta la cookie tras la respuesta',
    path: 'Ruta de la petición, sin su consulta',
  },
)
type Visited = z.output<typeof visited>

const serves = inSpanish(
  z.strictObject({
    path: path.describe('What is asked for'),
    status: z.int().min(100).max(599).default(200).describe('Status of the answer'),
    type: z.string().optional().describe('Its Content-Type, as in `text/html`'),
    contains: z.string().min(1).optional().describe('What its body must contain'),
  }),
  {
    path: 'Lo que se pide',
    status: 'Estado de la respuesta',
    type: 'Su Content-Type, como `text/html`',
    contains: 'Lo que debe contener su cuerpo',
  },
)
type Serves = z.output<typeof serves>

/** The path of a request's target, which may be a whole URL. */
function pathOf(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/\?.*$/s, '')
  return rest === '' ? '/' : rest
}

function textOf({ data }: SeenFact, name: string): string | undefined {
  const value = data?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function hasPath(fact: SeenFact, wanted: string | undefined): readonly Assertion[] {
  if (wanted === undefined) return []
  const found = textOf(fact, 'target')
  const asked = found === undefined ? NOTHING : pathOf(found)
  return [same({ en: `the path is ${wanted}`, es: `la ruta es ${wanted}` }, wanted, asked, 2)]
}

function judgeRequest(fact: SeenFact, wanted: Requested): readonly Assertion[] {
  const { method: verb, status, host } = wanted
  const assertions = [
    ...hasPath(fact, wanted.path),
    same(
      { en: `the method is ${verb}`, es: `el método es ${verb}` },
      verb,
      textOf(fact, 'method') ?? NOTHING,
    ),
  ]
  if (status !== undefined) {
    const title = { en: `the status is ${status}`, es: `el estado es ${status}` }
    assertions.push(same(title, String(status), textOf(fact, 'status') ?? NOTHING))
  }
  if (host !== undefined) {
    const found = textOf(fact, 'host')?.toLowerCase().replace(/:\d*$/, '') ?? without('Host')
    assertions.push(same({ en: `Host is ${host}`, es: `Host es ${host}` }, host.toLowerCase(), found))
  }
  if (wanted.reused !== undefined) {
    const isReused = Number(fact.data?.['turn'] ?? 1) > 1
    const title = {
      en: 'whether the connection had been used before',
      es: 'si la conexión ya se había usado',
    }
    assertions.push(agrees(title, wanted.reused, isReused))
  }
  return assertions
}

function judgeVisit(fact: SeenFact, wanted: Visited): readonly Assertion[] {
  const cookie = fact.data?.['cookie']
  const after = z.object({ after: z.number() }).safeParse(cookie).data?.after
  const title = { en: `the cookie counts ${wanted.count}`, es: `la cookie cuenta ${wanted.count}` }
  return [
    ...hasPath(fact, wanted.path),
    same(title, String(wanted.count), after === undefined ? without('cookie') : String(after)),
  ]
}

async function judgeNow(context: CheckContext, wanted: Serves): Promise<Finding> {
  const answer = await get(context, wanted.path)
  const text = answer.body.toString('utf8')
  const { status, type, contains } = wanted
  const assertions = [
    same(
      { en: `the status is ${status}`, es: `el estado es ${status}` },
      String(status),
      String(answer.status),
    ),
  ]
  if (type !== undefined) {
    const found =
      valueOf(answer, 'content-type')
        ?.replace(/\s*;.*$/s, '')
        .toLowerCase() ?? without('Content-Type')
    assertions.push(same({ en: `the type is ${type}`, es: `el tipo es ${type}` }, type.toLowerCase(), found))
  }
  if (contains !== undefined) {
    const title = { en: `the body contains "${contains}"`, es: `el cuerpo contiene "${contains}"` }
    assertions.push(holds(title, text.includes(contains), contains, text.slice(0, 400)))
  }
  return { assertions }
}

/** The verbs of web services. */
export const webVerbs: Checks['verbs'] = {
  'http.requested': defineVerb<Requested>({
    kind: 'evidence',
    summary: {
      en: 'a request that a client has made of the lab’s sites',
      es: 'una petición que un cliente ha hecho a los sitios del laboratorio',
    },
    settings: requested,
    reference: 'RFC 9110 §9',
    // The answer's fact tells its request, too.
    facts: ['http.answered'],
    title: ({ method: verb, path: where = '', status, host }) => {
      const request = [verb, where, host === undefined ? '' : `Host: ${host}`].filter(Boolean).join(' ')
      const end = status === undefined ? '' : ` → ${status}`
      return { en: `the request ${request}${end} was made`, es: `se hizo la petición ${request}${end}` }
    },
    reproduce: ({ path: where = '/', method: verb }, target) => curl(target, where, `-i -X ${verb}`),
    judge: judgeRequest,
  }),
  'http.visited': defineVerb<Visited>({
    kind: 'evidence',
    summary: {
      en: 'how far the visit counter of a client has come',
      es: 'hasta dónde ha llegado el contador de visitas de un cliente',
    },
    settings: visited,
    reference: 'RFC 6265 §4',
    facts: ['http.answered'],
    title: ({ count }) => ({
      en: `the visit counter has come to ${count}`,
      es: `el contador de visitas ha llegado a ${count}`,
    }),
    reproduce: ({ count, path: where = '/' }, target) => curl(target, where, `-i -b 'visits=${count - 1}'`),
    judge: judgeVisit,
  }),
  'http.serves': defineVerb<Serves>({
    kind: 'probe',
    summary: {
      en: 'what a site answers now',
      es: 'lo que responde ahora un sitio',
    },
    settings: serves,
    reference: 'RFC 9110 §9.3.1',
    title: ({ path: where, status }) => ({
      en: `${where} is answered with ${status}`,
      es: `${where} se responde con ${status}`,
    }),
    reproduce: ({ path: where }, target) => curl(target, where),
    run: judgeNow,
  }),
}
