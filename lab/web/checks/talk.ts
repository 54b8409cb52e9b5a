/** Requests as octets, answers taken apart, and the commands with which a person asks the same. */
import { CheckFailure, type CheckContext, type CheckTarget, type Dialogue } from '../../check.ts'

/** The endpoint that is asked. */
export const ENDPOINT = 'http'

/** Octets of a body at most. */
const BODY_LIMIT = 1024 * 1024

/** An answer. */
export interface HttpAnswer {
  readonly version: string
  readonly status: number
  /** The status line as it came. */
  readonly line: string
  /** Names as they came, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  /** Whether every line of the head ended with CR LF. */
  readonly isCrLf: boolean
  /** Whether the end of the body was told by its length or by chunks, so that another answer may follow. */
  readonly isFramed: boolean
}

/** What differs from a plain GET in HTTP/1.1. */
export interface Asking {
  readonly method?: string
  readonly path?: string
  readonly version?: string
  /** Further field lines, each with its end. */
  readonly more?: string
}

/** The octets of a right request. */
export function request(
  { domain }: CheckTarget,
  { method = 'GET', path = '/', version = 'HTTP/1.1', more = '' }: Asking = {},
): string {
  return `${method} ${path} ${version}\r\nHost: ${domain}\r\n${more}\r\n`
}

/** A field's value by its name in any case; several are joined. */
export function valueOf({ fields }: Pick<HttpAnswer, 'fields'>, name: string): string | undefined {
  const values = fields.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(', ')
}

/** Whether an answer says that the connection ends with it. */
export function saysClose(answer: HttpAnswer): boolean {
  const options = (valueOf(answer, 'connection') ?? '').toLowerCase().split(/\s*,\s*/)
  return options.includes('close') || (answer.version === 'HTTP/1.0' && !options.includes('keep-alive'))
}

/** Reads the next final answer; throws a CheckFailure if what comes is none. */
export async function readAnswer(dialogue: Dialogue, method = 'GET'): Promise<HttpAnswer> {
  for (;;) {
    const answer = await readOne(dialogue, method)
    if (answer.status >= 200) return answer
  }
}

async function readOne(dialogue: Dialogue, method: string): Promise<HttpAnswer> {
  const line = await dialogue.line()
  let isCrLf = dialogue.ending === '\r\n'
  const [, version, digits] = /^(HTTP\/\d\.\d) (\d{3})(?: |$)/.exec(line) ?? []
  if (version === undefined || digits === undefined) {
    throw new CheckFailure(
      { en: 'what came is no status line', es: 'lo que llegó no es una línea de estado' },
      { expected: 'HTTP/1.1 200 OK', actual: line.slice(0, 200), at: 0 },
    )
  }
  const fields: (readonly [string, string])[] = []
  for (let text = await dialogue.line(); text !== ''; text = await dialogue.line()) {
    isCrLf &&= dialogue.ending === '\r\n'
    fields.push(readField(text))
  }
  isCrLf &&= dialogue.ending === '\r\n'
  const head = { version, status: Number(digits), line, fields, isCrLf }
  return { ...head, ...(await readBody(dialogue, head, method)) }
}

function readField(text: string): readonly [string, string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [name, value]
  throw new CheckFailure(
    { en: 'a line of the head is no field', es: 'una línea de la cabecera no es un campo' },
    {
      expected: { en: 'Name: value', es: 'Nombre: valor' },
      actual: text.slice(0, 200),
      at: 0,
    },
  )
}

// RFC 9112 §6.3
async function readBody(
  dialogue: Dialogue,
  head: Pick<HttpAnswer, 'status' | 'fields'>,
  method: string,
): Promise<Pick<HttpAnswer, 'body' | 'isFramed'>> {
  const { status } = head
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304)
    return { body: Buffer.alloc(0), isFramed: true }
  if (/\bchunked$/i.test(valueOf(head, 'transfer-encoding') ?? ''))
    return { body: await readChunks(dialogue), isFramed: true }
  const length = valueOf(head, 'content-length')
  if (length === undefined) return { body: await dialogue.rest(BODY_LIMIT), isFramed: false }
  if (!/^\d{1,9}$/.test(length) || Number(length) > BODY_LIMIT) {
    throw new CheckFailure(
      { en: 'Content-Length is no number that could be', es: 'Content-Length no es un número posible' },
      { expected: `0 … ${BODY_LIMIT}`, actual: length },
    )
  }
  return { body: await dialogue.octets(Number(length)), isFramed: true }
}

async function readChunks(dialogue: Dialogue): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let total = 0; total <= BODY_LIMIT;) {
    const line = await dialogue.line()
    const size = /^([0-9a-f]{1,6})(?:;.*)?$/i.exec(line)?.[1]
    if (size === undefined) {
      throw new CheckFailure(
        { en: 'a chunk has no size', es: 'un fragmento no tiene tamaño' },
        { expected: '1a4', actual: line.slice(0, 100), at: 0 },
      )
    }
    const octets = Number.parseInt(size, 16)
    total += octets
    if (octets > 0) pieces.push(await dialogue.octets(octets))
    await dialogue.line()
    if (octets === 0) break
  }
  return Buffer.concat(pieces)
}

/** Opens a connection, sends octets, and reads one answer. */
export async function ask(
  context: CheckContext,
  octets: string | Buffer,
  method = 'GET',
): Promise<HttpAnswer> {
  await using dialogue = await context.open(ENDPOINT)
  await dialogue.send(octets)
  return await readAnswer(dialogue, method)
}

/** Gets a path. */
export function get(context: CheckContext, path: string, more = ''): Promise<HttpAnswer> {
  return ask(context, request(context.target, { path, more }))
}

/** Where the target is, for a command. */
export function placeOf({ endpoints }: CheckTarget): { readonly host: string; readonly port: number } {
  return endpoints[ENDPOINT] ?? { host: '127.0.0.1', port: 80 }
}

/** The curl command for a path; `more` are further words of it. */
export function curl(target: CheckTarget, path: string, more = '-i'): string {
  const { host, port } = placeOf(target)
  return `curl ${more} --path-as-is -H 'Host: ${target.domain}' 'http://${host}:${port}${path}'`
}

/** The command that sends octets as they are, one character an octet. */
export function netcat(target: CheckTarget, octets: string): string {
  return `${printed(octets)} | ${sentTo(target)}`
}

/** The command that sends what it is given, and shows what comes back; it waits for that, or closes its half at once. */
export function sentTo(target: CheckTarget, end: 'waits' | 'closes' = 'waits'): string {
  const { host, port } = placeOf(target)
  return `nc ${end === 'waits' ? '-q 2' : '-N'} ${host} ${port}`
}

/** The command that prints octets; letters that are repeated often are written short. */
export function printed(octets: string): string {
  const shown = octets
    .replaceAll(/[\\%']/g, (each) => (each === '%' ? '%%' : `\\${each === "'" ? '047' : each}`))
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replaceAll(/[^ -~]/g, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`)
    // `printf` itself writes many zeros.
    .replace(/([a-z])\1{99,}/, (run) => `%0${run.length}d`)
  return `printf '${shown}'${shown.includes('%0') ? ' 0' : ''}`
}
