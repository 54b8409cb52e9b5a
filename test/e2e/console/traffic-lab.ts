/** A lab with its console and something of everything in its traffic, and a browser to look at it. */
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openConsole, type TestConsole } from '../../console.ts'
import { run } from '../../interop/http/program.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { talk } from '../../talk.ts'
import { missing } from '../../tool.ts'

/** False if all that makes and shows the traffic is there. */
export const skip = missing('chromium', 'dig', 'curl', 'tshark')

/** What the name server of these labs serves. */
export const zone = `$ORIGIN lab.test.
$TTL 300
@   IN SOA dns.lab.test. hostmaster.lab.test. 7 3600 900 604800 300
@   IN NS  dns
@   IN MX  10 smtp
dns IN A 127.0.0.1
www IN A 127.0.0.1
smtp IN A 127.0.0.1
`
const scenario = `title: { en: Watching, es: Observar }
domain: lab.test
accounts: [{ name: ana }]
services:
  dns: { zone: zone.db }
  http: { root: www, cookie: false }
  https: { root: www, client: required, cookie: false }
  mail: {}
`

/** What somebody sends who is out for the one who looks on: markup, the order of letters reversed, and a terminal's escape. */
export const HOSTILE = '<img src=x onerror=alert(1)> \u202Egnp.exe \u001B[31m'

/** The lab of these tests, with nothing in its traffic yet. */
export function openScene(): Promise<TestConsole> {
  return openConsole(scenario, { files: { 'zone.db': zone, 'www/index.html': '<p>Here it is</p>' } })
}

/** Begins to keep the traffic, as a page does when it is first looked at, and has clients of each kind speak. */
export async function speak(console: TestConsole): Promise<void> {
  const { lab } = console
  await console.ask('conversations')
  const port = (service: string, endpoint: string): string => String(lab.address(service, endpoint).port)
  using folder = temporaryFolder()
  const { key, chain } = await lab.world.certificates.issue({ names: ['ana'], purpose: 'client' })
  writeFiles(folder.path, { 'ana.key': key, 'ana.pem': chain, mail: `Subject: ${HOSTILE}\r\n\r\nHello\r\n` })
  const shown = ['--cert', join(folder.path, 'ana.pem'), '--key', join(folder.path, 'ana.key')]
  const page = `https://127.0.0.1:${port('https', 'https')}/`
  const mail = (to: string): string[] => [
    '-sk',
    '--ssl-reqd',
    `smtp://127.0.0.1:${port('mail', 'smtp')}/client.test`,
    '--mail-from',
    'ana@lab.test',
    '--mail-rcpt',
    to,
    '-T',
    join(folder.path, 'mail'),
  ]
  await run('dig', '@127.0.0.1', '-p', port('dns', 'dns'), '+tries=1', 'www.lab.test', 'A')
  await run('dig', '@127.0.0.1', '-p', port('dns', 'dns'), '+tcp', 'nowhere.lab.test', 'A')
  await run('curl', '-s', `http://127.0.0.1:${port('http', 'http')}/`)
  await run('curl', '-sk', ...shown, page)
  await run('curl', '-sk', page)
  await run('curl', ...mail('ana@lab.test'))
  await run('curl', ...mail('nobody@lab.test'))
  await talk(lab.address('mail', 'smtp'), `EHLO ${HOSTILE}\r\nQUIT\r\n`)
}

/** Asks the name server so many questions, as fast as it answers a few of them. */
export async function flood({ lab }: TestConsole, count: number): Promise<void> {
  const { host, port } = lab.address('dns', 'dns')
  // `www.lab.test A`, with a number of its own for each (RFC 1035 §4.1.1).
  const question = Buffer.from('00000100000100000000000003777777036c616204746573740000010001', 'hex')
  const socket = createSocket('udp4')
  const answered = Promise.withResolvers<undefined>()
  let left = count
  let next = 0
  const ask = (): void => {
    if (next === count) return
    next += 1
    question.writeUInt16BE(next)
    socket.send(Buffer.from(question), port, host)
  }
  socket.on('message', () => {
    left -= 1
    if (left === 0) answered.resolve(undefined)
    else ask()
  })
  for (let waiting = 0; waiting < 30; waiting += 1) ask()
  await answered.promise
  socket.close()
}

/** A page of the console at an address such as `/traffic`, and all that it complains of. */
export async function openPage(
  browser: Browser,
  { console }: { readonly console: { readonly url: string } },
  address: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    ...options,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.location().url} ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(`${console.url}#${address}`)
  return { page, complaints }
}
