import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import type { SeenFact } from '../../../lab/check.ts'
import { createJudge, isUnseen } from '../../../lab/grading/class-judge.ts'
import { explanation } from '../../../lab/grading/formats/explain.ts'
import { earned, type CheckResult } from '../../../lab/grading/model.ts'
import { temporaryFolder, readScenario, writeFiles } from '../../lab.ts'
import { dropService } from '../../services.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')

/** A service whose verbs break on what says "boom". */
const checks = `
import { z } from '${import.meta.resolve('zod')}'
const text = (said) => ({ en: said, es: said })
const break_ = (said) => {
  if (said.includes('boom')) throw new TypeError('boom')
  return [{ title: text('fine'), holds: said.includes('fine') }]
}
const verb = { summary: text('S'), settings: z.strictObject({}), title: () => text('T') }
export const checks = {
  verbs: {
    'echo.said': { ...verb, kind: 'evidence', facts: ['echo.said'], judge: ({ data }) => break_(data.line) },
    'echo.file': { ...verb, kind: 'artifact', judge: async (file) => ({ assertions: break_(file.toString()) }) },
    'echo.hears': { ...verb, kind: 'probe', run: async () => ({ assertions: break_('fine') }) },
  },
}
`

const scenario = `
title: Test
services: { echo: {}, https: {}, dns: {} }
tasks:
  - { id: said, points: 1, title: A, check: { echo.said: {} } }
  - { id: file, points: 2, title: B, file: a.txt, check: { echo.file: {} } }
  - { id: after, points: 4, title: C, needs: [said, file], check: { echo.hears: {} } }
  - { id: chain, points: 8, title: D, file: a.pem, check: { certificate.chain: {} } }
  - { id: asked, points: 16, title: E, check: { dns.answered: { name: www, type: A } } }
`

function fact(kind: string, data: SeenFact['data'], service = 'echo'): SeenFact {
  return { seq: 1, at: 1, service, connection: 1, kind, data }
}

/** How each task ends for a student who hands this in, as `id outcome points`. */
async function judged(
  facts: readonly SeenFact[],
  artifacts: Readonly<Record<string, string>>,
): Promise<readonly CheckResult[]> {
  using folder = temporaryFolder()
  const services = join(folder.path, 'services')
  dropService(services, 'echo')
  writeFiles(folder.path, { 'services/echo/checks.ts': checks, 'scenario.yaml': scenario, 'www/x': '' })
  const { scenario: read, problems } = await readScenario(join(folder.path, 'scenario.yaml'), {
    services: [services],
    address: '192.0.2.7',
  })
  assert.ok(read !== undefined, JSON.stringify(problems))
  const judge = await createJudge(read, [join(root, 'services'), services])
  async function* all(): AsyncGenerator<SeenFact> {
    yield* facts
  }
  return judge.judge(
    all(),
    new Map(Object.entries(artifacts).map(([name, text]) => [name, Buffer.from(text)])),
  )
}

function told(results: readonly CheckResult[]): string[] {
  return results.map((result) => `${result.id} ${result.outcome} ${earned(result)}`)
}

const passed = fact('task.passed', { id: 'after' }, 'lab')

test('what is handed in counts, a probe only if the lab has said that it had passed', async () => {
  const fine = fact('echo.said', { line: 'fine' })
  assert.deepEqual(told(await judged([fine, passed], { 'a.txt': 'fine' })).slice(0, 3), [
    'said passed 1',
    'file passed 2',
    'after passed 4',
  ])
  const unasked = await judged([fine], { 'a.txt': 'fine' })
  assert.equal(told(unasked)[2], 'after failed 0')
  assert.deepEqual(
    unasked.filter((result) => isUnseen(result)).map(({ id }) => id),
    ['after'],
  )
  const pretended = fact('task.passed', { id: 'after' }, 'echo')
  assert.equal(told(await judged([fine, pretended], { 'a.txt': 'fine' }))[2], 'after failed 0')
})

test('who breaks a check by what they hand in has no points by it, nor by what needs it; the teacher is told', async () => {
  const results = await judged([fact('echo.said', { line: 'boom' }), passed], { 'a.txt': 'boom' })
  assert.deepEqual(told(results).slice(0, 3), ['said broken 0', 'file broken 0', 'after blocked 0'])
  const [said] = results
  assert.match(said === undefined ? '' : explanation(said, 'en'), /^it has no points until your teacher/)
  assert.equal(told(await judged([fact('echo.said', {})], {}))[0], 'said broken 0')
})

test('a root that is missing or none gives nobody the points of a certificate', async () => {
  for (const authority of [{}, { 'lab-authority.pem': 'x' }, { 'lab-authority.pem': '' }])
    assert.equal(told(await judged([], { 'a.pem': 'x', ...authority }))[3], 'chain failed 0')
})

test('what a person may type is of files: the lab of the student is gone', async () => {
  const [, , , chain, asked] = await judged([], {})
  assert.match(chain?.reproduce ?? '', /^openssl verify .* a\.pem$/)
  assert.deepEqual([asked?.outcome, asked?.reproduce], ['failed', undefined])
})
