/** The commands that results give: a shell runs each of them as it is, and it says something and ends. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { after, before, describe, test } from 'node:test'
import type { CheckCase, CheckTarget } from '../../../lab/check.ts'
import { siteFiles } from '../../../lab/web/checks/site.ts'
import { courseworkSuite, httpSuite } from '../../../lab/web/checks/suites.ts'
import { dnsSuite } from '../../../services/dns/checks/suite.ts'
import { suiteZone } from '../../../services/dns/checks/zone.ts'
import { checks as secure } from '../../../services/https/checks.ts'
import { swaks } from '../../../services/mail/checks/command.ts'
import { pop3Suite } from '../../../services/mail/checks/pop3-suite.ts'
import { smtpSuite } from '../../../services/mail/checks/smtp-suite.ts'
import { openLab, temporaryFolder, writeFiles } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { WrongMail } from '../../unit/grading/wrong-smtp.ts'
import { mailFiles } from '../../unit/grading/mail-target.ts'
import { domain, targetAt } from '../../unit/grading/suite.ts'
import { openCabinet, openSite } from '../../unit/grading/wrong-tls.ts'

/** Commands that run at a time: most wait, for the next line or for a server. */
const WIDTH = 12
/** Milliseconds that a command may take: some look at how long a connection is kept. */
const PATIENCE = 30_000
/** What a program says on its standard error where it was not called as it wants to be. */
const MISUSE =
  /usage:|not found|syntax error|unexpected|option|invalid (?:number|argument)|no such file|unable to load|could not (?:open|find|read)|traceback|parameter/i
/** Codes of a shell, and of curl and grep, for the same. */
const MISUSED = [2, 126, 127]
/** Cases in which a right server says nothing. */
const SILENT = new Set(['response-unanswered', 'garbage'])

/** Cases in which a right server refuses what swaks wants. */
const REFUSED = new Set(['auth-wrong'])

interface Said {
  readonly out: string
  readonly err: string
  readonly code: number | null
}

async function shell(command: string, folder: string): Promise<Said> {
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, LANG: 'C', PASSWORD: 'ana-secret', PASSWORD2: 'ben-secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which can be ended as one.
    detached: true,
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('latin1').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('latin1').on('data', (text: string) => (said.err += text))
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), PATIENCE)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return { ...said, code: typeof code === 'number' ? code : null }
}

/** A right server for a suite, and the files that its commands name. */
interface Place extends AsyncDisposable {
  readonly target: CheckTarget
  readonly files?: Readonly<Record<string, string>>
}

async function ofLab(
  service: 'dns' | 'http',
  options: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Place> {
  const lab = await openLab(`domain: ${domain}\nservices: { ${service}: ${options} }`, { files })
  return {
    target: targetAt(service, lab.address(service, service)),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  }
}

async function ofSite(): Promise<Place> {
  const cabinet = await openCabinet()
  const { expired, revoked, purpose } = cabinet.refused
  const pairs = { client: cabinet.client, expired, revoked, purpose }
  const files = Object.entries(pairs).flatMap(([name, { certificate, key }]) => [
    [`${name}.pem`, certificate],
    [`${name}.key`, key],
  ])
  return Object.assign(await openSite(cabinet), {
    files: { ...Object.fromEntries(files), 'cacert.pem': cabinet.authority },
  })
}

/** With a message in each mailbox; each command has such a server for itself, since a mailbox is for one session at a time. */
async function ofMail(): Promise<Place> {
  const files = await mailFiles()
  const mail = await WrongMail.open(files)
  for (const place of [0, 1]) await shell(swaks(mail.target, '', place), tmpdir())
  return Object.assign(mail, { files: { 'cacert.pem': files.authority } })
}

const inHttp = new Set(httpSuite.cases.map(({ id }) => id))

const PLACES: Readonly<Record<string, readonly [cases: readonly CheckCase[], open: () => Promise<Place>]>> = {
  dns: [dnsSuite.cases, () => ofLab('dns', '{ zone: zone.db }', { 'zone.db': suiteZone(domain) })],
  http: [httpSuite.cases, () => ofLab('http', '{}', siteFiles())],
  'web-sstt': [
    courseworkSuite.cases.filter(({ id }) => !inHttp.has(id)),
    () => ofLab('http', '{ validators: false }', siteFiles()),
  ],
  smtp: [smtpSuite.cases, ofMail],
  pop3: [pop3Suite.cases, ofMail],
  tls: [(await secure.suites?.())?.['tls']?.cases ?? [], ofSite],
}

async function assertRuns(check: CheckCase, { target, files = {} }: Place): Promise<void> {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  const command = check.reproduce(target)
  assert.match(command, /^[ -~]+$/)
  const { out, err, code } = await shell(command, folder.path)
  assert.doesNotMatch(err, MISUSE, command)
  assert.ok(code !== null && !MISUSED.includes(code), `${command} ended with ${code}`)
  assert.ok(out + err !== '' || SILENT.has(check.id), `${command} says nothing`)
  if (!REFUSED.has(check.id)) assert.doesNotMatch(out, /^<\*\* /m, `${command} is refused`)
}

for (const [name, [cases, open]] of Object.entries(PLACES)) {
  const skip = missing('sh', 'nc', 'xxd', 'dig', 'curl', 'swaks', 'openssl', 'python3')
  describe(`the commands of the suite ${name}`, { skip, concurrency: WIDTH }, () => {
    let shared: Place | undefined
    after(() => shared?.[Symbol.asyncDispose]())
    if (open !== ofMail)
      before(async () => {
        shared = await open()
      })

    for (const check of cases)
      test(check.id, async () => {
        if (shared !== undefined) return assertRuns(check, shared)
        await using own = await open()
        return await assertRuns(check, own)
      })
  })
}

for (const [name, suite] of Object.entries({ smtp: smtpSuite, pop3: pop3Suite }))
  test(`each case of the suite ${name} has a command of its own`, () => {
    const target: CheckTarget = { endpoints: {}, domain, accounts: [{ name: 'ana', password: 'secret' }] }
    const commands = suite.cases.map((check) => check.reproduce(target))
    assert.equal(new Set(commands).size, commands.length)
    for (const command of commands) assert.doesNotMatch(command, /secret/)
  })
