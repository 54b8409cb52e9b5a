import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { addressesIn, launcher, run, startLab } from '../program.ts'
import { talk } from '../talk.ts'
import { missing } from '../tool.ts'

const shell = promisify(execFile)
const root = resolve(import.meta.dirname, '..', '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The fenced blocks of one language below a heading. */
function blocks(heading: string, language: string): string[] {
  const section = readme.split(/^#+ /m).find((text) => text.startsWith(heading)) ?? ''
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  )
}

/** Runs lines as a shell would, with this Node as npx, free ports instead of those of the text, and labs in the background. */
async function follow(lines: readonly string[], folder: string): Promise<string[]> {
  const outputs: string[] = []
  const ports = new Map<string, string>()
  for (const line of lines) {
    const isStart = /^np[mx] (?:lab )?start/.test(line)
    const command = line
      .replace(/^npm start/, 'npx lab start')
      .replaceAll(/(?<=^|\$\()npx lab/g, `"${process.execPath}" "${launcher}"`)
      .replaceAll(/\b(?:5353|8080|8443|2110)\b/g, (port) => ports.get(port) ?? port)
    const whole = isStart
      ? `${command.replace(/#.*/, '').replace('--detach', '')} --detach --ports any`
      : command
    const { stdout } = await shell('sh', ['-c', whole], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', LANG: 'C', LAB_STATE: join(folder, '.lab') },
    })
    outputs.push(stdout)
    for (const { port } of isStart ? addressesIn(stdout) : []) {
      const isDns = new RegExp(`:${port} \\(udp, tcp\\)`).test(stdout)
      const isHttps = new RegExp(`^\\s*https .*:${port}$`, 'm').test(stdout)
      const isHttp = new RegExp(`^\\s*http .*:${port}$`, 'm').test(stdout)
      if (isDns || isHttps || isHttp) ports.set(isDns ? '5353' : isHttps ? '8443' : '8080', String(port))
    }
    const [, pop3] = (isStart && /\bpop3 \S+:(\d+)/.exec(stdout)) || []
    if (pop3 !== undefined) ports.set('2110', pop3)
  }
  return outputs
}

const linesOf = (block: string | undefined): string[] => (block ?? '').trim().split('\n')
const skip = missing('dig', 'curl', 'sh')

test('the tour of the student', { skip }, async () => {
  using folder = temporaryFolder()
  const lines = ['npm start', ...linesOf(blocks('For the student', 'sh')[0])]
  assert.equal(lines.length, 10)
  const [, address, mail, nobody, page, log, status, without, again, stop] = await follow(lines, folder.path)
  assert.match(
    address ?? '',
    /status: NOERROR[\s\S]*flags: qr aa[\s\S]*www\.sstt9721\.org\.\s+\d+\s+IN\s+A\s+127\.0\.0\.1/,
  )
  assert.match(mail ?? '', /IN\s+MX\s+10 smtp\.sstt9721\.org\./)
  assert.match(nobody ?? '', /status: NXDOMAIN[\s\S]*IN\s+SOA/)
  assert.match(page ?? '', /^HTTP\/1\.1 200 OK\r\n[\s\S]*Set-Cookie: \w+=1;/)
  assert.match(log ?? '', /dns\.queried[\s\S]*http\.answered/)
  assert.match(status ?? '', /dns\s+running[\s\S]*http\s+running/)
  assert.match(without ?? '', /dns\s+stopped/)
  assert.match(again ?? '', /dns\s+running/)
  assert.equal(stop, 'stopped\n')
})

test('the tour of the tasks', { skip }, async () => {
  using folder = temporaryFolder()
  const lines = linesOf(blocks('Tasks', 'sh')[0]).map((line) =>
    // It ends with 1 as long as something is missing.
    line.startsWith('npx lab check  ') ? `${line.replace(/#.*/, '')} || true` : line,
  )
  const [, guide, , checked, hint, , list] = await follow(['npm start', ...lines], folder.path)
  assert.match(guide ?? '', /^# Telematic services\n[^]*`sstt9721\.org`/)
  assert.match(checked ?? '', /^✘ address [^]*^✔ no-such-name /m)
  assert.match(hint ?? '', /asks for A and AAAA/)
  assert.match(list ?? '', /dns-zone[^]*sstt/)
})

test('the tour of mail', { skip: missing('curl', 'sh') }, async () => {
  using folder = temporaryFolder()
  const lines = linesOf(blocks('Mail', 'sh')[0])
  const [, sent, list, message, log, queue, stop] = await follow(
    ['npm start', ...lines, 'npx lab stop'],
    folder.path,
  )
  assert.match(sent ?? '', /^250 2\.0\.0 OK id=/)
  assert.match(list ?? '', /^1 \d+\r\n$/)
  assert.match(message ?? '', /^Return-path: <nombre1_9721@sstt9721\.org>\r\n[^]*\r\nSubject: Hola\r\n/)
  assert.match(
    log ?? '',
    /smtp\.accepted .*nombre2_9721@sstt9721\.org[^]*pop3\.retrieved account=nombre2_9721/,
  )
  assert.equal(queue, 'nothing waits\n')
  assert.equal(stop, 'stopped\n')
})

test('the tour of the secure web', { skip: missing('curl', 'sh') }, async () => {
  using folder = temporaryFolder()
  const lines = linesOf(blocks('The secure web', 'sh')[0])
  const commands = [
    'npx lab start -s secure-web',
    ...lines.map((line) => (line.startsWith('curl') ? `${line.replace(/#.*/, '')} 2>&1 || true` : line)),
  ]
  const [, missed, made, identity, shown, , revoked, stop] = await follow(commands, folder.path)
  assert.match(missed ?? '', /certificate required/)
  assert.match(made ?? '', /me\/key\.pem/)
  assert.match(identity ?? '', /proves that you are <b>nombre1_9721<\/b>/)
  assert.match(shown ?? '', /Subject {2}O=telelab, CN=nombre1_9721/)
  assert.match(revoked ?? '', /certificate revoked/)
  assert.equal(stop, 'stopped\n')
})

test('the tour of the live console', { skip }, async () => {
  using folder = temporaryFolder()
  const lines = linesOf(blocks('The live console', 'sh')[0]).filter((line) => !line.includes('--open'))
  const [started, address, overview, added, broken, api, stopped] = await follow(
    ['npm start', ...lines, 'npx lab stop'],
    folder.path,
  )
  assert.match(address ?? '', /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/\n$/)
  assert.ok(started?.includes((address ?? '').trim()))
  assert.match(overview ?? '', /^\{"scenario":"sstt",/)
  assert.match(added ?? '', /"isOn":true,"committed":0,"left":1\}$/)
  assert.match(broken ?? '', /status: SERVFAIL/)
  assert.match(api ?? '', /^\{"openapi":"3\.1/)
  assert.equal(stopped, 'stopped\n')
})

test('the tour of Wireshark', { skip: missing('dig', 'curl', 'tshark', 'sh') }, async () => {
  using folder = temporaryFolder()
  const lines = linesOf(blocks('Wireshark', 'sh')[0])
  const outputs = await follow(['npx lab start --pcap lab.pcapng', ...lines], folder.path)
  const [started, , , list, traced] = outputs
  assert.match(started ?? '', /wireshark -d udp\.port==\d+,dns .*lab\.pcapng/)
  assert.match(list ?? '', /^\r?\n?$/)
  assert.match(traced ?? '', /writing \S+mail\.pcapng; read it with: wireshark -d /)
  const told = outputs.at(-1) ?? ''
  assert.match(told, /DNS .* www\.sstt9721\.org[^]*HTTP .*GET \/ HTTP\/1\.1[^]*C: STLS[^]*C: (?:USER|AUTH)/)
})

test('the tour of the instructor', { skip }, async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'my-lab/scenario.yaml': blocks('For the instructor', 'yaml')[0] ?? '' })
  const [valid, started, fault, page, reloaded, , list, schema] = await follow(
    linesOf(blocks('For the instructor', 'sh')[0]),
    folder.path,
  )
  assert.match(valid ?? '', /my-lab\/scenario\.yaml: valid/)
  assert.match(started ?? '', /class1234\.org/)
  assert.match(fault ?? '', /^HTTP\/1\.1 503 /)
  assert.match(page ?? '', /^HTTP\/1\.1 200 OK/)
  assert.match(reloaded ?? '', /reloaded; unchanged: http/)
  assert.match(list ?? '', /sstt/)
  assert.ok(JSON.parse(schema ?? ''))
})

test('the tour of the grader', { skip }, async () => {
  using folder = temporaryFolder()
  const outputs = await follow(linesOf(blocks('For the grader', 'sh')[0]), folder.path)
  const facts = (outputs.at(-1) ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string })
  assert.deepEqual([...new Set(facts.map(({ kind }) => kind))].toSorted(), ['dns.queried', 'http.answered'])
})

test('the tour of a course', { skip }, async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'participants.csv': 'id,name,email\n9721,One,one@example.org\n1234,Two,\n' })
  const outputs = await follow(linesOf(blocks('Courses', 'sh')[0]), folder.path)
  assert.match(outputs.at(-2) ?? '', /9721\.telelab: \d+ facts of 1 run/)
  assert.match(outputs.at(-1) ?? '', /^Student: 9721 [^]*\nTotal: 0 of 10 points/m)
})

test('the service of "Add a service" works as it stands', async () => {
  using folder = temporaryFolder()
  const [source = ''] = blocks('Add a service', 'ts')
  const contract = join(root, 'lab', 'service.ts')
  writeFiles(folder.path, {
    'services/echo/index.ts': source
      .replace('../../lab/service.ts', contract)
      .replace("'zod'", `'${import.meta.resolve('zod')}'`),
    'scenario.yaml': 'title: Echo\nservices:\n  echo: { shout: true }\n',
  })
  await using lab = await startLab(['-s', 'scenario.yaml', '--services', 'services', '--ports', 'any'], {
    folder: folder.path,
  })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  assert.equal(await talk(echo, 'hello'), 'HELLO')
  const log = await run(['log', '--kind', 'echo'], { folder: folder.path })
  assert.match(log.out, /#1 echo\.connected client=127\.0\.0\.1/)
})

test('the commands and options that the README names exist', async () => {
  using folder = temporaryFolder()
  const { out } = await run(['--help'], { folder: folder.path })
  for (const [, command = ''] of readme.matchAll(/`(?:npx )?lab (\w+)/g))
    if (command !== 'COMMAND') assert.match(out, new RegExp(`lab ${command}\\b`))
  const start = (await run(['start', '--help'], { folder: folder.path })).out
  for (const option of ['student', 'ports', 'bind', 'watch', 'detach', 'state', 'services'])
    assert.match(start, new RegExp(`--${option}\\b`))
})
