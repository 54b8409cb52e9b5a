/** Tasks that tick when the student's own programs do what is asked, on the command line and on the console. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { tasksSchema } from '../../lab/console/schema.ts'
import { checkedSchema } from '../../lab/console/operations/tasks.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { Program, run, startLab } from '../program.ts'
import { until } from '../talk.ts'
import { missing } from '../tool.ts'

const files = {
  'scenario.yaml': `title: Test
domain: lab.test
accounts: [{ name: alice }, { name: bob }]
services: { dns: {}, http: {}, mail: {} }
tasks:
  - id: find-mail
    points: 2
    title: { en: Find the mail server, es: Encuentra el servidor de correo }
    check: { dns.queried: { name: lab.test, type: MX } }
    hint: { text: { en: Ask for MX, es: Pregunta por MX }, cost: 0.5 }
  - id: visit
    title: { en: Visit the page, es: Visita la página }
    check: { http.requested: { path: /index.html } }
    needs: [find-mail]
  - id: write
    title: { en: Write to bob, es: Escribe a bob }
    check: { order: [{ http.requested: { path: /index.html } }, { smtp.accepted: { to: bob@lab.test } }] }
  - id: page
    title: { en: The page is there, es: La página está }
    check: { http.serves: { path: /index.html, contains: hello } }
    phases: [{ stop: mail }]
`,
  'www/index.html': '<p>hello</p>',
}

const places = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.looseObject({ endpoint: z.string(), port: z.number() })),
    }),
  ),
})

/** Runs a client to its end. */
async function client(command: string, ...words: readonly string[]): Promise<void> {
  const [code] = await once(spawn(command, words, { stdio: 'ignore' }), 'close')
  assert.equal(code, 0, `${command} ${words.join(' ')}`)
}

test('tasks tick as dig, curl and swaks do them', { skip: missing('dig', 'curl', 'swaks') }, async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  const at = { folder: folder.path }
  await using lab = await startLab(['-s', 'scenario.yaml', '--ports', 'any', '--console-port', '0'], at)
  const status = places.parse(JSON.parse((await run(['status', '--json'], at)).out))
  const port = (service: string, endpoint: string): string => {
    const { addresses } = status.services.find(({ name }) => name === service) ?? { addresses: [] }
    return String(addresses.find((address) => address.endpoint === endpoint)?.port)
  }
  const url = /http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\//.exec(lab.out)?.[0] ?? ''
  const onPage = async (): Promise<string[]> => {
    const answer = await fetch(`${url}api/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    return tasksSchema.parse(await answer.json()).tasks.map(({ id, state }) => `${id} ${state}`)
  }
  const ticks = async (): Promise<string> => {
    const { out } = await run(['check', '--json'], at)
    const { results } = checkedSchema.parse(JSON.parse(out))
    return results.map(({ outcome }) => outcome).join(' ')
  }

  // Our own probe of the page is no visit.
  assert.equal(await ticks(), 'failed blocked failed passed')
  assert.deepEqual(await onPage(), ['find-mail open', 'visit blocked', 'write open', 'page passed'])
  const first = await run(['check'], at)
  assert.equal(first.code, 1)
  assert.doesNotMatch(first.out, /MX/)
  assert.match(
    first.out,
    /✘ find-mail +0\/2 +Find the mail server\n +hint: .*--hint find-mail.* \(costs 0\.5\)/,
  )
  const hint = await run(['check', '--hint', 'find-mail', '--lang', 'es'], at)
  assert.equal(hint.out, 'Pregunta por MX\n(esta pista cuesta 0.5 puntos)\n')

  await using watching = new Program(['check', '--watch'], at)
  await watching.printed('1 of 5 points')
  await client('dig', '@127.0.0.1', '-p', port('dns', 'dns'), 'lab.test', 'A')
  const near = await run(['check', 'find-mail'], at)
  assert.match(near.out, /expected +MX\n +actual +A\n/)
  await client('dig', '@127.0.0.1', '-p', port('dns', 'dns'), 'lab.test', 'MX')
  await until(async () => (await onPage())[0] === 'find-mail passed', 'the tick on the page')
  await watching.printed('✔ find-mail')
  assert.equal((await run(['check', 'find-mail'], at)).code, 0)
  await client('curl', '-s', `http://127.0.0.1:${port('http', 'http')}/index.html`)
  await client(
    'swaks',
    '-s',
    '127.0.0.1',
    '-p',
    port('mail', 'smtp'),
    '-f',
    'alice@lab.test',
    '-t',
    'bob@lab.test',
  )
  const { code } = await watching.finished
  assert.equal(code, 0)
  assert.match(watching.out, /✔ visit[\s\S]*✔ write[\s\S]*All tasks are done\./)
  assert.deepEqual(await onPage(), ['find-mail passed', 'visit passed', 'write passed', 'page passed'])

  const last = await run(['check'], at)
  assert.equal(last.code, 0)
  assert.match(last.out, /4\.5 of 5 points/)
  const wrong = await run(['check', 'fnid-mail'], at)
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /did you mean "find-mail"/)
  await run(['stop'], at)
  const [name = ''] = readdirSync(join(folder.path, '.lab'))
  const kept: unknown = JSON.parse(readFileSync(join(folder.path, '.lab', name, 'tasks.json'), 'utf8'))
  assert.partialDeepStrictEqual(kept, { student: '9721', hints: ['find-mail'] })
})

test('what was done in one run of the lab stays done in the next', { skip: missing('dig') }, async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  const at = { folder: folder.path }
  const words = ['-s', 'scenario.yaml', '--ports', 'any', '--no-console']
  {
    await using lab = await startLab(words, at)
    const port = /127\.0\.0\.1:(\d+)/.exec(lab.out)?.[1] ?? ''
    await client('dig', '@127.0.0.1', '-p', port, 'lab.test', 'MX')
    await until(async () => (await run(['check', 'find-mail'], at)).code === 0, 'the tick')
    await run(['stop'], at)
  }
  await using _lab = await startLab(words, at)
  assert.equal((await run(['check', 'find-mail'], at)).code, 0)
  await run(['stop'], at)
})

test('validate finds what is wrong in tasks', async () => {
  using folder = temporaryFolder()
  const wrong = files['scenario.yaml']
    .replace('dns.queried', 'dns.queired')
    .replace('path: /index', 'pathh: /index')
  writeFiles(folder.path, { ...files, 'scenario.yaml': wrong })
  const { code, err } = await run(['validate', 'scenario.yaml'], { folder: folder.path })
  assert.equal(code, 2)
  assert.match(err, /scenario\.yaml:9:14 .*unknown key "dns\.queired" \(did you mean "dns\.queried"\?\)/)
  assert.match(err, /scenario\.yaml:13:32 .*unknown key "pathh" \(did you mean "path"\?\)/)
})
