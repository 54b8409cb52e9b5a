/** How the cases of the suites are written, and what they look at in an answer. */
import {
  CheckFailure,
  defineCase,
  type Assertion,
  type CaseDraft,
  type CheckCase,
  type CheckTarget,
  type Dialogue,
} from '../../check.ts'
import { closed, holds, same, without } from '../../kit/assertion.ts'
import { count, OCTET, say, type Said } from '../../kit/dissect/said.ts'
import { pages } from './site.ts'
import { ask, ENDPOINT, netcat, readAnswer, request, saysClose, valueOf, type HttpAnswer } from './talk.ts'

/** A case that does as it likes. */
export function probing(draft: CaseDraft): CheckCase {
  return defineCase(ENDPOINT, draft)
}

/** A case that sends one request, and looks at the answer. */
export function asking(
  draft: Omit<CaseDraft, 'reproduce' | 'run'> & {
    readonly request: (target: CheckTarget) => string
    readonly judge: (answer: HttpAnswer, target: CheckTarget) => readonly Assertion[]
    readonly reproduce?: (target: CheckTarget) => string
  },
): CheckCase {
  const { request: raw, judge, reproduce, ...rest } = draft
  return probing({
    ...rest,
    reproduce: reproduce ?? ((target) => netcat(target, raw(target))),
    async run(context) {
      const octets = raw(context.target)
      const method = /^[A-Z]+/.exec(octets)?.[0]
      return judge(await ask(context, Buffer.from(octets, 'latin1'), method), context.target)
    },
  })
}

/** A request that must be refused with one of the statuses. */
export function refused(
  id: string,
  raw: (target: CheckTarget) => string,
  wanted: readonly [number, ...number[]],
  about: Pick<CaseDraft, 'title' | 'reference' | 'hint' | 'points'>,
): CheckCase {
  return asking({
    id,
    ...about,
    request: raw,
    judge: (answer) => [statusIs(answer, wanted), speaksHttp1(answer)],
  })
}

function speaksHttp1({ version, line }: HttpAnswer): Assertion {
  const title = { en: 'the answer is one of HTTP/1.1', es: 'la respuesta es de HTTP/1.1' }
  return holds(title, /^HTTP\/1\.[01]$/.test(version), 'HTTP/1.1', line)
}

/** The status is one of those; the first is what is told as wanted. */
export function statusIs(
  { status, line }: HttpAnswer,
  wanted: readonly [number, ...number[]],
  weight = 1,
): Assertion {
  const list = wanted.join(', ')
  return holds(
    {
      en: `the status is ${list.replace(/, (?=\d+$)/, ' or ')}`,
      es: `el estado es ${list.replace(/, (?=\d+$)/, ' o ')}`,
    },
    wanted.includes(status),
    list,
    line,
    weight,
  )
}

/** The body is those octets. */
export function bodyIs({ body }: HttpAnswer, wanted: string | Buffer, weight = 1): Assertion {
  const title = { en: 'the body is that of the file', es: 'el cuerpo es el del fichero' }
  const expected = Buffer.from(wanted)
  if (expected.equals(body)) return { title, holds: true, weight }
  let at = 0
  while (at < expected.length && expected[at] === body[at]) at += 1
  // Of long bodies only the place that differs is shown.
  const from = Math.max(0, at - 20)
  const cut = (octets: Buffer): Said =>
    say`${octets.toString('latin1', from, from + 60).replaceAll(/[^ -~]/g, '.')} (${count(octets.length, OCTET)})`
  return {
    title,
    holds: false,
    weight,
    difference: { expected: cut(expected), actual: cut(body), at: at - from },
  }
}

/** A field is there, and its value has that form. */
export function fieldIs(
  answer: HttpAnswer,
  name: string,
  form: RegExp,
  example: string,
  weight = 1,
): Assertion {
  const value = valueOf(answer, name.toLowerCase())
  return holds(
    { en: `${name} is there and right`, es: `${name} está y es correcto` },
    value !== undefined && form.test(value),
    `${name}: ${example}`,
    value === undefined ? without(name) : `${name}: ${value}`,
    weight,
  )
}

/** The connection goes on: one more request on it is answered with its page. */
export async function goesOn(
  dialogue: Dialogue,
  target: CheckTarget,
  path: keyof typeof pages = '/page.html',
): Promise<Assertion> {
  try {
    await dialogue.send(request(target, { path }))
    return bodyIs(await readAnswer(dialogue), pages[path])
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error
    const title = { en: 'the connection goes on', es: 'la conexión sigue' }
    return holds(title, false, `200, ${path}`, error.text)
  }
}

/** The answer says that the connection ends, and so does the server. */
export function closing(answer: HttpAnswer, hasClosed: boolean): readonly Assertion[] {
  return [
    same(
      { en: 'the answer says Connection: close', es: 'la respuesta dice Connection: close' },
      'close',
      saysClose(answer) ? 'close' : (valueOf(answer, 'connection') ?? without('Connection')),
    ),
    closed({ en: 'the server closes the connection', es: 'el servidor cierra la conexión' }, hasClosed),
  ]
}
