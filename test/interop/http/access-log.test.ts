/** The access log line by line against the one that Apache writes of the same requests. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { HttpRequest } from '../../../lab/kit/http/request.ts'
import { HttpServer } from '../../../lab/kit/http/server.ts'
import type { RefusedHead } from '../../../lab/kit/http/session.ts'
import { AccessLog, requestLine } from '../../../lab/web/access-log.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { open, until } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { ManualClock } from '../../unit/http/clock.ts'
import { plain } from '../../unit/http/server.ts'

const user = 'an"a\\b'
const basic = (name: string, password = 'secret'): string =>
  `Authorization: Basic ${Buffer.from(`${name}:${password}`).toString('base64')}\r\n`
const request = (target: string, more = '', version = '1.1'): string =>
  `GET ${target} HTTP/${version}\r\nHost: a\r\nConnection: close\r\n${more}\r\n`

/** Text of one character for each octet. */
const requests: readonly string[] = [
  request('/'),
  request('/', '', '1.0'),
  'GET / HTTP/1.0\r\n\r\n',
  request('/', 'Referer: http://example.org/?a=b&c=%20"\r\nUser-Agent: curl/8.0\r\n'),
  request('/', 'Referer:\r\nUser-Agent: \r\n'),
  request('/?q=%22a%22&b=c%0d%0a'),
  request("/?a'b;c=(d)!*"),
  request('/empty.txt'),
  request(
    '/gone.html',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n',
  ),
  request('/', 'User-Agent: a "quoted" \\ name" 200 5 "-" "x\r\n'),
  request('/', 'User-Agent: a\tb\xe9\xff\x80 caf\xc3\xa9\r\n'),
  request('/private/', basic(user)),
  request('/private/', basic(user, 'wrong')),
  request('/private/'),
  'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
]

const bodies = { 200: '<h1>Start</h1>\n', 400: 'bad', 401: 'login', 404: 'gone' } as const

test('the lines are those of Apache but for their dates', { skip: missing('apache2') }, async () => {
  using folder = temporaryFolder()
  // Apache's children, which serve, are nobody if a superuser starts it.
  chmodSync(folder.path, 0o755)
  const theirs = await apacheLines(folder.path)
  const ours = await ourLines(join(folder.path, 'ours.log'))
  const cut = (line: string): string => line.replace(/\[[^\]]*\]/, '[]')
  assert.equal(ours.length, requests.length)
  assert.deepEqual(ours.map(cut), theirs.map(cut))
  const dated = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/
  for (const line of [...ours, ...theirs]) assert.match(line, dated)
})

async function apacheLines(folder: string): Promise<string[]> {
  const port = await freePort()
  const password = createHash('sha1').update('secret').digest('base64')
  writeFiles(folder, {
    'www/index.html': bodies[200],
    'www/private/index.html': bodies[200],
    'www/empty.txt': '',
    users: `${user}:{SHA}${password}\n`,
    'apache.conf': configuration(folder, port),
  })
  const program = spawn('apache2', ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], { stdio: 'ignore' })
  try {
    const address = { host: '127.0.0.1', port }
    await until(async () => {
      if (program.exitCode !== null) throw new Error(readFileSync(join(folder, 'error.log'), 'utf8'))
      return open(address).then(
        (socket) => Boolean(socket.destroy()),
        () => false,
      )
    }, 'apache2 listens')
    for (const each of requests) await sendOctets(port, each)
    const path = join(folder, 'theirs.log')
    // What only looks whether it listens is logged, too, as a line without a request.
    const lines = (): string[] => readLines(path).filter((line) => !line.includes('"-" 408 '))
    await until(() => lines().length >= requests.length, 'apache2 has logged all')
    return lines()
  } finally {
    await stop(program)
  }
}

const configuration = (folder: string, port: number): string => `
${['mpm_event', 'authz_core', 'authn_core', 'authn_file', 'authz_user', 'auth_basic', 'dir', 'mime']
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join('\n')}
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
User nobody
Group nogroup
TypesConfig /dev/null
StartServers 1
ServerLimit 1
ThreadsPerChild 4
MaxRequestWorkers 4
ErrorLog ${folder}/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-agent}i\\"" combined
CustomLog ${folder}/theirs.log combined
DocumentRoot ${folder}/www
DirectoryIndex index.html
${[400, 401, 404].map((status) => `ErrorDocument ${status} "${bodies[status as 400]}`).join('\n')}
<Location /private/>
AuthType Basic
AuthName lab
AuthUserFile ${folder}/users
Require valid-user
</Location>
`

/** The lines of our own log, written of requests that the engine has read. */
async function ourLines(path: string): Promise<string[]> {
  const clock = new ManualClock()
  const quiet = (): void => undefined
  const log = new AccessLog(path, { clock, log: { warn: quiet, error: quiet } })
  const server = new HttpServer({ clock, server: 'test' })
  const accepted = new Set<Socket>()
  const listener = createServer((socket) => {
    accepted.add(socket)
    let head: RefusedHead | undefined
    server.serve(socket, {
      answer: (asked) => {
        head = asked
        const status = statusOf(asked)
        return plain(asked.path === '/empty.txt' ? '' : bodies[status], status)
      },
      refuse: (refusal, refused) => {
        head = refused
        return plain(bodies[refusal.status as 400], refusal.status)
      },
      answered: ({ status }, octets) => {
        if (head === undefined) return
        const { fields } = head
        log.add({
          at: clock.now(),
          host: socket.remoteAddress ?? '',
          user: login(fields.get('authorization'), head.target)?.name,
          line: requestLine(head),
          status,
          octets,
          referer: fields.get('referer'),
          agent: fields.get('user-agent'),
        })
      },
      failed: (error) => assert.fail(String(error)),
      closed: quiet,
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  assert.ok(address !== null && typeof address === 'object')
  for (const each of requests) await sendOctets(address.port, each)
  for (const socket of accepted) socket.destroy()
  listener.close()
  await log[Symbol.asyncDispose]()
  return readLines(path)
}

function statusOf({ path, fields, target }: HttpRequest): 200 | 401 | 404 {
  if (path.startsWith('/private/'))
    return login(fields.get('authorization'), target)?.right === true ? 200 : 401
  return path === '/gone.html' ? 404 : 200
}

/** Apache tells the name where it has asked for one, whether or not the password was right. */
function login(field: string | undefined, target = ''): { name: string; right: boolean } | undefined {
  const [, token] = /^Basic (.*)$/.exec(field ?? '') ?? []
  if (token === undefined || !target.startsWith('/private/')) return undefined
  const [name = '', password] = Buffer.from(token, 'base64').toString('latin1').split(':')
  return { name, right: name === user && password === 'secret' }
}

async function sendOctets(port: number, text: string): Promise<void> {
  const socket = await open({ host: '127.0.0.1', port })
  socket.resume().write(text, 'latin1')
  await once(socket, 'close')
}

function readLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'latin1').split('\n').slice(0, -1) : []
}

async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null) return
  const ended = once(program, 'close')
  program.kill('SIGTERM')
  await ended
}
