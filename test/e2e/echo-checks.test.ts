/** A service to come brings its checks in its own folder: nothing else knows of it, and everything can be graded with them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { checkedSchema } from '../../lab/console/operations/tasks.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { addressesIn, run, startLab } from '../program.ts'
import { dropService } from '../services.ts'

const root = resolve(import.meta.dirname, '..', '..')
const importing = (path: string): string => pathToFileURL(join(root, path)).href

const CHECKS = `
import { z } from '${import.meta.resolve('zod')}'
import { defineVerb, type Checks } from '${importing('lab/check.ts')}'
import { same } from '${importing('lab/kit/assertion.ts')}'
import { inSpanish } from '${importing('lab/kit/spanish.ts')}'
import { fieldIs, happened, titled } from '${importing('lab/kit/verb.ts')}'

const heard = inSpanish(z.strictObject({ line: z.string().optional().describe('Line that was sent') }), {
  line: 'Línea que se envió',
})
const HEARD = { en: 'Something is said to the echo', es: 'Se dice algo al eco' }
const back = { en: 'The line comes back', es: 'La línea vuelve' }
const command = ({ endpoints }) => 'echo hello | nc -q 1 ' + endpoints.echo.host + ' ' + endpoints.echo.port

async function comesBack(context, line) {
  await using dialogue = await context.open('echo')
  await dialogue.send(line + '\\r\\n')
  return { assertions: [same(back, line, await dialogue.line())] }
}

export const checks: Checks = {
  verbs: {
    'echo.heard': defineVerb<z.infer<typeof heard>>({
      kind: 'evidence',
      summary: { en: 'what was said to the echo', es: 'lo que se ha dicho al eco' },
      settings: heard,
      facts: ['echo.heard'],
      title: (settings) => titled(HEARD, settings),
      judge: (fact, { line }) => [happened(HEARD), ...fieldIs(fact, 'line', line)],
    }),
    'echo.answers': defineVerb({
      kind: 'probe',
      summary: { en: 'whether the echo answers', es: 'si responde el eco' },
      settings: z.strictObject({}),
      title: () => back,
      run: (context) => comesBack(context, 'are you there?'),
    }),
    'echo.written': defineVerb({
      kind: 'artifact',
      summary: { en: 'a file with what came back', es: 'un fichero con lo que volvió' },
      settings: z.strictObject({}),
      title: () => back,
      reproduce: (_, target, file) => 'cat ' + file,
      judge: async (file) => ({ assertions: [same(back, 'hello', file.toString().trim())] }),
    }),
  },
  suites: async () => ({
    parrot: {
      summary: { en: 'Echo', es: 'Eco' },
      endpoints: { echo: { transport: 'tcp', port: 7 } },
      cases: [
        {
          id: 'answers', title: back, points: 2, reference: 'RFC 862', endpoints: ['echo'],
          reproduce: command, run: (context) => comesBack(context, 'hello'),
        },
      ],
    },
  }),
}
`

const SCENARIO = `title: Echo
services: { echo: {} }
tasks:
  - { id: say, title: { en: Say hello, es: Di hola }, check: { echo.heard: { line: hello } } }
  - { id: there, title: { en: It is there, es: Está ahí }, check: { echo.answers: {} } }
  - { id: write, title: { en: Write it down, es: Escríbelo }, file: back.txt, check: { echo.written: {} } }
`

/** A folder with the service, its checks, and a scenario of its own. */
function place(scenario = SCENARIO): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder()
  dropService(join(folder.path, 'services'), 'echo', {
    start: `await ctx.tcp('echo', (socket, peer) => {
      socket.on('data', (octets) => {
        ctx.record({ kind: 'echo.heard', connection: peer.connection, data: { line: String(octets).trim() } })
        socket.write(octets)
      })
      socket.on('end', () => socket.end())
    })`,
  })
  writeFiles(folder.path, { 'services/echo/checks.ts': CHECKS, 'echo.yaml': scenario })
  return folder
}

const HERE = ['--services', 'services'] as const

test('its verbs are judged in the tasks of a scenario, and its suite grades the running service', async () => {
  using folder = place()
  const at = { folder: folder.path }
  await using lab = await startLab(['-s', 'echo.yaml', '--ports', 'any', ...HERE], at)
  const [address] = addressesIn(lab.out)
  assert.ok(address !== undefined)
  const outcomes = async (): Promise<string> => {
    const { out } = await run(['check', '--json'], at)
    const { results } = checkedSchema.parse(JSON.parse(out))
    return results.map(({ id, outcome }) => `${id} ${outcome}`).join(', ')
  }
  // What the probe says is no pupil's doing.
  assert.equal(await outcomes(), 'say failed, there passed, write failed')
  const socket = connect(address)
  socket.write('hello\r\n')
  await once(socket, 'data')
  socket.destroy()
  writeFiles(folder.path, { 'back.txt': 'hello\n' })
  assert.equal(await outcomes(), 'say passed, there passed, write passed')

  const graded = await run(['grade', 'parrot', '-t', `127.0.0.1:${address.port}`, ...HERE], at)
  assert.equal(graded.code, 0, graded.err)
  assert.match(graded.out, /Total: 2 of 2 points \(1 passed\)\n$/)
})

test('a scenario is validated against its verbs, and editors and persons are told of them', async () => {
  using folder = place(
    SCENARIO.replace('{ line: hello }', '{ lines: hello }').replace('echo.answers', 'echo.answer'),
  )
  const at = { folder: folder.path }
  const wrong = await run(['validate', 'echo.yaml', ...HERE, '--lang', 'es'], at)
  assert.match(wrong.err + wrong.out, /echo\.heard\.lines: .*¿querías decir "line"\?/)
  assert.match(wrong.err + wrong.out, /echo\.answer: .*¿querías decir "echo\.answers"\?/)
  const { out: verbs } = await run(['schema', '--verbs', ...HERE, '--lang', 'es'], at)
  assert.match(
    verbs,
    /echo\.heard: lo que se ha dicho al eco \(el diario\)\n {2}line {2}Línea que se envió\n/,
  )
  const { out: schema } = await run(['schema', ...HERE], at)
  assert.match(schema, /"description": "Line that was sent"/)
})
