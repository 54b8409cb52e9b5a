/** `lab test`: every shipped scenario proves its own tasks, and one that does not is named. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run } from '../program.ts'
import { dropEcho, server } from './grade-course.ts'

const noShell = process.platform === 'win32' ? 'needs sh' : false

const scenarios = resolve(import.meta.dirname, '..', '..', 'scenarios')

const line = z.object({ scenario: z.string(), test: z.string(), passed: z.boolean(), title: z.unknown() })

test('the solutions of all shipped scenarios earn everything, and their planted mistakes are caught', async () => {
  using folder = temporaryFolder()
  const { code, out, err } = await run(['test', '--json'], { folder: folder.path })
  assert.deepEqual([code, err], [0, ''], out)
  const tests = out
    .trim()
    .split('\n')
    .map((each) => line.parse(JSON.parse(each)))
  const byScenario = Map.groupBy(tests, ({ scenario }) => scenario)
  for (const name of [
    'sstt',
    'mail',
    'broken-dns',
    'broken-web',
    'broken-secure',
    'broken-mail',
    'dns-only',
    'web-only',
    'secure-web',
    'dns-zone',
    'build-your-own-http',
  ]) {
    const ids = byScenario.get(name)?.map((each) => each.test) ?? []
    assert.deepEqual(ids.slice(0, 2), ['solution', 'empty'], name)
    // Those that extend another one inherit its mistakes as far as they have its services.
    assert.ok(ids.length >= 2 + (name.endsWith('-only') ? 3 : 5), `${name}: ${ids.join(' ')}`)
  }
  const solved = readdirSync(scenarios, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('/solution/solution.ts'))
  for (const path of solved) assert.ok(byScenario.has(path.split('/')[0] ?? ''), path)
})

const scenario = `title: { en: Two questions, es: Dos preguntas }
domain: lab.test
services: { dns: {} }
tasks:
  - id: mail
    title: { en: Ask for MX, es: Pregunta por MX }
    check: { dns.queried: { name: lab.test, type: MX } }
  - id: there
    title: { en: The server answers, es: El servidor responde }
    check: { dns.answers: { name: lab.test, type: NS } }
`

/** Asks for one type with the query of a datagram. */
const solution = `import { createSocket } from 'node:dgram'
import { once } from 'node:events'
export async function ask(lab, type) {
  const socket = createSocket('udp4')
  const { host, port } = lab.at('dns')
  const answer = once(socket, 'message')
  socket.send(Buffer.from('000101000001000000000000036c61620474657374000' + '0' + type + '0001', 'hex'), port, host)
  await answer
  socket.close()
}
export const solve = (lab) => ask(lab, '0f')
`

const mutants = `import { ask } from './solution.ts'
const says = { en: 'it asks for something else', es: 'pregunta por otra cosa' }
export const mutants = ['01', '02', '0f'].map((type) => ({ id: 'type-' + type, says, fails: ['mail'], solve: (lab) => ask(lab, type) }))
`

test('a scenario whose tasks give points for nothing, miss mistakes or have too few of them fails its test', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  writeFiles(folder.path, {
    'scenario.yaml': scenario,
    'solution/solution.ts': solution,
    'solution/mutants.ts': mutants,
  })
  const { code, out, err } = await run(['test', 'scenario.yaml'], at)
  assert.equal(code, 1, err)
  assert.match(out, /✔ solution: the reference solution earns all 2 points\n/)
  assert.match(out, /✘ empty: who does nothing earns nothing\n +there: 1 point for nothing\n/)
  assert.match(out, /✔ type-01: it asks for something else\n {2}✔ type-02/)
  assert.match(out, /✘ type-0f: it asks for something else\n +mail does not fail: passed\n/)
  assert.match(out, /✘ mutants: at least 5 mistakes are planted\n +there are 3/)
})

test('a solution that is not there, misses a task or throws is told', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  writeFiles(folder.path, { 'scenario.yaml': scenario })
  assert.match((await run(['test', '.'], at)).out, /✘ solution: .*\n +there is none: solution\/solution\.ts/)
  writeFiles(folder.path, { 'solution/solution.ts': 'export const solve = async () => {}\n' })
  assert.match((await run(['test', '.'], at)).out, /✘ solution: .*\n +mail failed: /)
  writeFiles(folder.path, {
    'solution/solution.ts': "export const solve = async () => { throw new Error('oh') }\n",
  })
  const { code, out } = await run(['test', '.', '--lang', 'es'], at)
  assert.equal(code, 1)
  assert.match(out, /✘ solution: la solución .*\n +terminó con: oh\n/)
})

/** What the suite of the test's own service says of servers: right, half right and wrong ones. */
const served = {
  'scenario.yaml': 'title: Echo\nservices: { echo: {} }\nsuites: [echo]\n',
  'solution/solution.ts': `
export const serverOf = (answer) => ({
  command: 'exec "' + process.execPath + '" server.mjs',
  files: { 'server.mjs': ${JSON.stringify(server('ANSWER'))}.replace('ANSWER', answer) },
})
export const server = serverOf('line => line')
`,
  'solution/mutants.ts': `
import { serverOf } from './solution.ts'
const says = { en: 'it says something else', es: 'dice otra cosa' }
const mutant = (id, fails, answer) => ({ id, says, fails, server: serverOf(answer) })
export const mutants = [
  mutant('silent', ['echo.answers'], "() => ''"),
  mutant('half', ['echo.answers-all', 'echo.typo'], "line => line.replace('<', '')"),
  mutant('unnoticed', ['echo.answers-all'], 'line => line'),
  mutant('worse', ['echo.answers-all'], "() => 'help'"),
  mutant('gone', ['echo.answers'], 'process.exit(3)'),
]
`,
}

test(
  'a scenario of suites is tested by a server, by none, and by wrong ones',
  { skip: noShell },
  async () => {
    using folder = temporaryFolder()
    const words = ['test', '.', '--services', dropEcho(folder.path)]
    writeFiles(folder.path, served)
    const { code, out, err } = await run(words, { folder: folder.path })
    assert.equal(code, 1, err)
    assert.match(out, /✔ solution: the reference solution earns all 5 points\n {2}✔ empty: /)
    assert.match(
      out,
      /✔ silent: .*\n {2}✘ half: .*\n +there is no task or case echo\.typo\n {2}✘ unnoticed: .*\n +echo\.answers-all does not fail: passed\n/,
    )
    assert.match(out, /✘ worse: .*\n +echo\.answers failed: .*\n +echo\.answers-all does not fail: blocked\n/)
    assert.match(out, /✘ gone: .*\n +it ended with: the program does not listen .* exit code 3\n$/)
    writeFiles(folder.path, { 'solution/solution.ts': 'export const serverOf = () => undefined\n' })
    const { out: without } = await run(words, { folder: folder.path })
    assert.match(without, /✘ solution: .*\n +there is none: .* has to export a server\n/)
  },
)

test('a scenario without tasks has nothing to test, and one with mistakes cannot be tested', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  writeFiles(folder.path, {
    'plain/scenario.yaml': 'title: Plain\nservices: { dns: {} }\n',
    'wrong/scenario.yaml': scenario.replace('dns.queried', 'dns.querried'),
  })
  const plain = await run(['test', 'plain'], at)
  assert.deepEqual([plain.code, plain.out], [0, 'plain · Plain: no tasks\n'])
  const wrong = await run(['test', 'wrong'], at)
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /7:14 tasks\[0\]\.check\.dns\.querried: .*did you mean "dns\.queried"/)
})

test('a scenario takes over the tasks for which it has the services', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  writeFiles(folder.path, {
    'scenario.yaml': 'title: No mail\nextends: sstt\nservices: { mail: null, dns: null }\n',
  })
  const { code, out } = await run(['test', '.'], at)
  assert.equal(code, 0, out)
  assert.match(out, /all 4 points/)
  assert.match((await run(['validate', '.'], at)).out, /valid\n$/)
})
