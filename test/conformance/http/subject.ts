import { Client } from '../../unit/http/server.ts'
import { openLab, type TestLab } from '../../lab.ts'

/** The server that is tested: our own, or the one at `SUBJECT=host:port`, which must serve `/` and `/index.html`. */
export interface Subject extends AsyncDisposable {
  /** Undefined for another server. */
  readonly lab: TestLab | undefined
  connect(): Client
  /** All that the server answers to some octets, after which the client closes its half. */
  ask(raw: string): Promise<string>
}

/** The files of the site that is tested. */
export const site = {
  'www/index.html': '<h1>Start</h1>',
  'www/outer': 'no extension',
  'www/es.html': '<h1>Inicio ñ</h1>',
  'www/style.css': 'h1{}',
  'www/picture.JPG': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x0a, 0x0d]),
  'www/large.txt': 'x'.repeat(1_000_000),
  'www/empty.txt': '',
  'www/a b.txt': 'blank',
  'www/program.exe': 'MZ',
  'www/sub/index.html': 'sub',
  'www/bare/page.html': 'page',
  'www/.hidden.html': 'hidden',
  'secret.html': 'secret',
}

/** Opens a lab with the site, `options` being those of the service in YAML, and further lines of the scenario. */
export async function openSubject(options = '{}', more = ''): Promise<Subject> {
  const other = process.env['SUBJECT']?.split(':')
  const lab =
    other === undefined ? await openLab(`services:\n  http: ${options}\n${more}`, { files: site }) : undefined
  const { host, port } = lab?.address('http', 'http') ?? { host: other?.[0] ?? '', port: Number(other?.[1]) }
  const clients: Client[] = []
  const connect = (): Client => {
    const client = new Client(port, host)
    clients.push(client)
    return client
  }
  return {
    lab,
    connect,
    ask: (raw) => {
      const client = connect()
      client.socket.end(raw, 'latin1')
      return client.all()
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.socket.destroy()
      await lab?.[Symbol.asyncDispose]()
    },
  }
}

/** One answer taken apart; field names in lower case. */
export interface Parsed {
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
  readonly body: string
}

/** Takes answers that declare their length apart; throws if the octets are anything else. Answers to HEAD, by `methods` in order, have no body. */
export function parseAnswers(text: string, methods: readonly string[] = []): Parsed[] {
  const answers: Parsed[] = []
  let rest = text
  while (rest !== '') {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest)
    if (head === null) throw new Error(`not an answer: ${rest.slice(0, 200)}`)
    const fields = new Map<string, string>()
    for (const line of (head[2] ?? '').split('\r\n').slice(0, -1)) {
      const [, name = '', value = ''] = /^([^:\s]+): (.*)$/.exec(line) ?? []
      if (name === '' || fields.has(name.toLowerCase())) throw new Error(`wrong field: ${line}`)
      fields.set(name.toLowerCase(), value)
    }
    const status = Number(head[1])
    const hasBody = status !== 100 && methods[answers.length] !== 'HEAD'
    const length = hasBody ? Number(fields.get('content-length')) : 0
    const body = rest.slice(head[0].length, head[0].length + length)
    if (body.length !== length) throw new Error(`${body.length} octets of ${length}`)
    answers.push({ status, fields, body })
    rest = rest.slice(head[0].length + length)
  }
  return answers
}
