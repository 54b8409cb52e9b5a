/** `lab test`: every shipped scenario proves its own tasks, and one that does not is named. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run } from '../program.ts'

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
  for (const name of ['sstt', 'mail', 'broken-dns', 'dns-only', 'web-only', 'secure']) {
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
  assert.match(out, /✘ empty: who does nothing earns nothing\n +there: 1 points for nothing\n/)
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
