import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeFiles } from '../lab.ts'
import { dropService } from '../services.ts'

const contract = pathToFileURL(resolve(import.meta.dirname, '..', '..', 'lab', 'check.ts')).href

/** A service of the test's own whose suite grades servers that send lines back. */
export function dropEcho(folder: string): string {
  const services = join(folder, 'services')
  dropService(services, 'echo')
  writeFiles(services, {
    'echo/checks.ts': `
import { CheckFailure, type CheckCase, type Checks } from '${contract}'

const text = (said: string) => ({ en: said, es: said + ' (es)' })
const usual = { points: 2, reference: 'RFC 862', endpoints: ['echo'], reproduce: ({ endpoints }) => 'nc 127.0.0.1 ' + endpoints.echo.port }

async function ask(context, line: string): Promise<string> {
  await using dialogue = await context.open('echo')
  await dialogue.send(line + '\\r\\n')
  return await dialogue.line()
}

const cases: CheckCase[] = [
  { ...usual, id: 'answers', title: text('It answers'), async run(context) {
    const actual = await ask(context, 'hello')
    return { assertions: [{ title: text('the same line'), holds: actual === 'hello', difference: { expected: 'hello', actual, at: [...'hello'].findIndex((c, i) => actual[i] !== c) } }] }
  } },
  { ...usual, id: 'answers-all', title: text('It keeps every character'), needs: ['answers'], points: 3, async run(context) {
    const actual = await ask(context, '<a> & "b"')
    return { assertions: [{ title: text('all there'), holds: actual === '<a> & "b"' }, { title: text('some there'), holds: actual.includes('a') }] }
  } },
  { ...usual, id: 'dozes', title: text('It takes its time'), limit: 60_000, applies: ({ domain }) => domain === 'slow.example', async run(context) {
    await context.wait(50_000)
    return { assertions: [{ title: text('awake'), holds: true }] }
  } },
  { ...usual, id: 'breaks', title: text('The check is wrong'), applies: ({ domain }) => domain === 'broken.example', async run() {
    throw new TypeError('x is undefined')
  } },
]

export const checks: Checks = {
  verbs: {},
  suites: async () => ({ echo: { summary: { en: 'Echo', es: 'Eco' }, endpoints: { echo: { transport: 'tcp', port: 7 } }, cases } }),
}
`,
  })
  return services
}

/** A program that a student has written: it listens on PORT and says, for each line, what the function makes of it. */
export function server(answer = 'line => line', before = ''): string {
  return `
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const answer = ${answer}
${before}
createServer((socket) => {
  socket.on('error', () => undefined)
  createInterface({ input: socket }).on('line', (line) => socket.write(answer(line) + '\\r\\n')).on('close', () => socket.end())
}).listen(process.env.PORT, '127.0.0.1')
`
}
