/** The server of the coursework, as a student may write it: GET alone, a visit counter, connections that are kept for ten seconds. */
import { readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { extname, resolve, sep } from 'node:path'

const [port = '8080', folder = 'www'] = process.argv.slice(2)
const root = resolve(folder)

/** Milliseconds that a connection is kept without a request. */
const KEPT = 10_000
/** Octets of a request line, and of a whole head. */
const [LONGEST_LINE, LONGEST_HEAD] = [8000, 32_000]
/** Visits before one is refused, and the milliseconds after which they are forgotten. */
const [VISITS, FORGOTTEN] = [10, 120_000]

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.txt': 'text/plain; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
}

/** A request that is answered with an error; after one that cannot be understood the connection ends. */
class Refusal extends Error {
  readonly status: number
  readonly ends: boolean
  readonly more: readonly string[]

  constructor(status: number, ends = false, more: readonly string[] = []) {
    super(reasons[status])
    this.status = status
    this.ends = ends
    this.more = more
  }
}

interface Request {
  readonly method: string
  readonly path: string
  readonly cookies: string
  /** Whether the connection ends with the answer. */
  readonly ends: boolean
}

/** Takes a head apart; what is no request is refused. */
function readRequest(head: string): Request {
  const [line = '', ...lines] = head.split('\r\n')
  const [, method = '', path = '', version = ''] = /^(\S+) (\S+) (\S+)$/.exec(line) ?? []
  if (line.length > LONGEST_LINE) throw new Refusal(414, true)
  if (method === '') throw new Refusal(400, true)
  if (!/^HTTP\/\d\.\d$/.test(version) || !path.startsWith('/')) throw new Refusal(400, true)
  if (!version.startsWith('HTTP/1.')) throw new Refusal(505, true)
  const fields = lines.map((each) => readField(each))
  const valuesOf = (wanted: string): string[] =>
    fields.filter(([name]) => name === wanted).map(([, value]) => value)
  if (valuesOf('host').length !== 1 && version !== 'HTTP/1.0') throw new Refusal(400, true)
  // Nobody has taught this server to read bodies: what follows would be taken for the next request.
  const hasBody = valuesOf('content-length').some((length) => length !== '0')
  const isChunked = valuesOf('transfer-encoding').length > 0
  const options = valuesOf('connection').join(',').toLowerCase()
  const isOver = version === 'HTTP/1.0' || /\bclose\b/.test(options)
  return { method, path, cookies: valuesOf('cookie').join('; '), ends: isOver || hasBody || isChunked }
}

function readField(line: string): readonly [name: string, value: string] {
  // RFC 9110 §5.1: a name is a token, and nothing stands between it and the colon.
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0]*?)[ \t]*$/.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Refusal(400, true)
  return [name.toLowerCase(), value]
}

/** The file of a path, which has to lie in the root. */
function fileOf(path: string): string {
  const [before = ''] = path.split('?')
  const name = decoded(before)
  if (name.includes('\0')) throw new Refusal(404)
  const file = resolve(root, `.${name}`)
  if (file !== root && !file.startsWith(root + sep)) throw new Refusal(403)
  return name.endsWith('/') ? resolve(file, 'index.html') : file
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new Refusal(400)
  }
}

/** The value of the counter after this visit. */
function countVisit(cookies: string): number {
  const [, value = '0'] = /(?:^|; *)visits=(\d{1,4})(?:;|$)/.exec(cookies) ?? []
  const count = Number(value)
  if (count >= VISITS) throw new Refusal(403)
  return count + 1
}

/** Answers one request; whether the connection goes on. */
async function answer(socket: Socket, head: string): Promise<boolean> {
  let method = ''
  let ends = false
  try {
    const request = readRequest(head)
    ;({ method, ends } = request)
    if (['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'].includes(method))
      throw new Refusal(405, ends, ['Allow: GET'])
    if (method !== 'GET') throw new Refusal(501, ends)
    const file = fileOf(request.path)
    const type = types[extname(file)]
    if (type === undefined) throw new Refusal(415)
    const content = await readFile(file).catch(() => undefined)
    if (content === undefined) throw new Refusal(404)
    const count = countVisit(request.cookies)
    const expires = new Date(Date.now() + FORGOTTEN).toUTCString()
    const fields = [`Content-Type: ${type}`, `Set-Cookie: visits=${count}; Expires=${expires}; Path=/`]
    send(socket, 200, fields, content, ends)
    return !ends
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(400, true)
    const isLast = ends || refusal.ends
    const page = `<!doctype html><title>${refusal.message}</title><h1>${refusal.status} ${refusal.message}</h1>\n`
    const body = method === 'HEAD' ? '' : page
    send(
      socket,
      refusal.status,
      ['Content-Type: text/html; charset=utf-8', ...refusal.more],
      Buffer.from(body),
      isLast,
    )
    return !isLast
  }
}

function send(
  socket: Socket,
  status: number,
  fields: readonly string[],
  content: Buffer,
  isLast: boolean,
): void {
  const head = [
    `HTTP/1.1 ${status} ${reasons[status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Server: build-your-own',
    `Content-Length: ${content.length}`,
    ...fields,
    isLast ? 'Connection: close' : `Keep-Alive: timeout=${KEPT / 1000}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(content)
}

/** Answers what comes on one connection, one request after the other. */
function serve(socket: Socket): void {
  let received = ''
  let isOpen = true
  let turn = Promise.resolve()
  const finish = (): void => {
    isOpen = false
    socket.end()
  }
  const work = async (): Promise<void> => {
    for (;;) {
      const end = received.indexOf('\r\n\r\n')
      if (!isOpen || (end < 0 && received.length < LONGEST_HEAD)) return
      const isLong = end < 0 || end > LONGEST_HEAD
      const head = received.slice(0, end)
      received = received.slice(end + 4)
      if (isLong) send(socket, 431, ['Content-Type: text/html'], Buffer.from('<h1>Too long</h1>\n'), true)
      if (isLong || !(await answer(socket, head))) finish()
    }
  }
  socket.setTimeout(KEPT, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (octets: Buffer) => {
    if (isOpen) received += octets.toString('latin1')
    turn = turn.then(work)
  })
  // A client that says no more still waits for its answers.
  socket.on('end', () => {
    turn = turn.then(finish)
  })
}

createServer({ allowHalfOpen: true }, serve).listen(Number(port), '127.0.0.1')
