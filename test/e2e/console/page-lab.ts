/** A lab for the views of the page: names, a web site, mail and an account or two. */
import type { Task } from '../../../lab/console/schema.ts'
import { openConsole, type TestConsole } from '../../console.ts'
import { run } from '../../interop/http/program.ts'
import { missing } from '../../tool.ts'
import { zone } from './traffic-lab.ts'

/** False if the browser and the clients are there. */
export const skip = missing('chromium', 'dig', 'curl', 'swaks')

const scenario = `title: { en: Looking, es: Mirar }
domain: lab.test
accounts: [{ name: ana, password: secret word }, { name: bea }]
services:
  dns: { zone: zone.db }
  http: { root: www, cookie: false }
  mail: {}
faults: [{ at: smtp.rcpt, reply: 451 4.7.1 Greylisted, times: 1, match: { to: nobody@lab.test } }]
`

/** Markup, the order of letters reversed, and a terminal's escape: what a stranger may write anywhere. */
export const HOSTILE = '<img src=x onerror=alert(1)>\u202E\u001B[31m'

/** Starts the lab; its tasks are those that the test holds. */
export function openScene(tasks: readonly Task[] = []): Promise<TestConsole> {
  return openConsole(scenario, {
    student: '9721',
    files: { 'zone.db': zone, 'www/index.html': '<p>Here it is</p>' },
    tasks: { tasks: () => tasks },
  })
}

/** Sends a message to Ana, by default with text and HTML that tries to run something. */
export async function sendMail({ lab }: TestConsole, subject: string, to = 'ana@lab.test'): Promise<string> {
  const { host, port } = lab.address('mail', 'smtp')
  const words =
    `--server ${host}:${port} --from bea@lab.test --to ${to} --attach-type text/plain --attach-body @text ` +
    '--attach-type text/html --attach-body @html --header'
  const contents = new Map([
    ['@text', 'Just text'],
    ['@html', '<h1>Big</h1><script>parent.alert(1)</script>'],
  ])
  const options = words.split(' ').map((word) => contents.get(word) ?? word)
  const { out } = await run('swaks', ...options, `Subject: ${subject}`)
  return out.toString()
}

/** Asks a name server, as a student does. */
export async function dig(
  { lab }: TestConsole,
  service: string,
  ...words: readonly string[]
): Promise<string> {
  const { host, port } = lab.address(service, 'dns')
  const { out } = await run('dig', `@${host}`, '-p', String(port), '+tries=1', '+time=2', ...words)
  return out.toString()
}
