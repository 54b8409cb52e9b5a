/** Tasks that look at captures: what a scenario may say, and what a service to come has to bring. */
import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { piecesOf } from '../../../lab/grading/captured/judge.ts'
import { runBounded } from '../../../lab/grading/runner.ts'
import { readyTask } from '../../../lab/grading/verbs.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import { loadVerbs } from '../../../lab/scenario/verbs.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { conversation, dialogue, ethernet, pcap } from './frames.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')

const mistakes: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['evidence in a capture', 'file: a.pcapng, check: { dns.answered: { type: MX } }', [], []],
  [
    'evidence of several services in order',
    'file: a.pcap, check: { order: [{ dns.answered: {} }, { http.requested: {} }], within: 5s }',
    [],
    [],
  ],
  [
    'what no capture shows',
    'file: a.pcapng, check: { smtp.delivered: {} }',
    ['tasks[0].check: no capture shows smtp.delivered; with "file" a task may say: dns.queried, '],
    [
      'tasks[0].check: ninguna captura muestra smtp.delivered; con "file" una tarea puede decir: dns.queried, ',
    ],
  ],
  [
    'phases',
    'file: a.pcapng, check: { dns.answered: {} }, phases: [{ stop: dns }]',
    ['tasks[0].phases: a capture shows what was: phases, which change the lab, '],
    ['tasks[0].phases: una captura muestra lo que fue: las fases, '],
  ],
  [
    'now',
    'file: a.pcapng, when: now, check: { dns.answered: {} }',
    ['tasks[0].when: a capture shows what was: leave "when" out, or write `when: ever`'],
    ['tasks[0].when: una captura muestra lo que fue: quita "when", o escribe `when: ever`'],
  ],
  [
    'a probe with a file',
    'file: a.pcapng, check: { dns.answers: { name: www } }',
    ['tasks[0].file: a check that asks a server looks at no file'],
    ['tasks[0].file: una comprobación que pregunta a un servidor no mira ningún fichero'],
  ],
  [
    'evidence together with what a file says',
    'file: a.pcapng, check: { all: [{ dns.answered: {} }, { file.says: { about: x, is: y } }] }',
    ['tasks[0].check: verbs that look at the journal'],
    ['tasks[0].check: los verbos que miran el diario'],
  ],
  [
    'times of now',
    'file: a.pcapng, within: 5s, check: { dns.answered: {} }',
    ['tasks[0].within: "within" is for checks of now'],
    ['tasks[0].within: "within" es para comprobaciones de ahora'],
  ],
]

for (const [name, task, english, spanish] of mistakes) {
  await test(`a task with ${name}`, async () => {
    using folder = temporaryFolder()
    const services = 'services: { dns: {}, http: {}, mail: {} }'
    const source = `title: T\ndomain: lab.test\n${services}\ntasks:\n  - { id: one, title: One, ${task} }\n`
    writeFiles(folder.path, { 'scenario.yaml': source, 'www/index.html': '' })
    const { problems } = await loadScenario(join(folder.path, 'scenario.yaml'), {
      registry: new Registry([join(root, 'services')]),
      folders: [folder.path],
      address: '127.0.0.1',
      withVerbs: true,
    })
    for (const [language, expected] of [
      ['en', english],
      ['es', spanish],
    ] as const) {
      const told = problems.map(({ path, message }) => `${path}: ${message[language]}`)
      assert.equal(told.length, expected.length, told.join('\n'))
      for (const [index, text] of expected.entries())
        assert.ok(told[index]?.startsWith(text), told.join('\n'))
    }
  })
}

const contract = pathToFileURL(join(root, 'lab', 'check.ts')).href

const echo = `
import { z } from '${import.meta.resolve('zod')}'
import { defineVerb, type Checks } from '${contract}'

export const checks: Checks = {
  verbs: {
    'echo.heard': defineVerb({
      kind: 'evidence',
      settings: z.strictObject({ word: z.string() }),
      facts: ['echo.heard'],
      title: ({ word }) => ({ en: word + ' was heard', es: 'se oyó ' + word }),
      judge: ({ data }, { word }) => [{ title: { en: 'the word', es: 'la palabra' }, holds: data?.word === word }],
    }),
  },
  witnesses: {
    facts: ['echo.heard'],
    load: async () => ({ endpoint }, { client }) => {
      if (endpoint === undefined && !client.includes('ECHO')) return undefined
      return {
        hear(from, octets) {
          const word = octets.toString('latin1').trim()
          if (word === 'break') throw new TypeError('it breaks')
          return from === 'server' ? [{ kind: 'echo.heard', data: { word } }] : []
        },
      }
    },
  },
}
`

await test('a service from another folder brings its witness; one that breaks earns nobody points', async () => {
  using folder = temporaryFolder()
  const services = join(folder.path, 'services')
  dropService(services, 'echo')
  writeFiles(services, { 'echo/checks.ts': echo })
  const registry = new Registry([services])
  const verbs = await loadVerbs(registry, [{ service: await registry.load('echo') }])
  const planned = { id: 'one', points: 1, title: { en: '', es: '' }, needs: [], phases: [], file: 'a' }
  const outcome = async (text: string, port: number): Promise<string> => {
    const check = { mode: 'all', steps: [{ verb: 'echo.heard', settings: { word: 'hello' } }] } as const
    const ready = readyTask({ ...planned, check }, verbs).check
    if (ready?.kind !== 'capture') throw new Error('no capture')
    const frames = conversation(dialogue(text), { server: `10.0.0.1:${port}` }).map((each) => ethernet(each))
    const {
      outcome: ended,
      evidence,
      assertions,
    } = await runBounded(
      (context) => ready.judge(piecesOf(pcap(frames)), context),
      { endpoints: { echo: { host: '10.0.0.1', port: 7777 } }, domain: 'lab.test', accounts: [] },
      { id: 'one', seed: '', signal: new AbortController().signal },
    )
    const broken = assertions.some(({ title }) => title.en.includes('the lab itself could not read'))
    return `${ended} ${evidence?.frames?.join(',') ?? ''}${broken ? ' with a mistake of the lab' : ''}`
  }
  assert.equal(await outcome('> hello\n< hello', 7777), 'passed 5')
  assert.equal(await outcome('> hello\n< hello', 12_345), 'failed ')
  assert.equal(await outcome('> ECHO\n< ECHO\n> hello\n< hello', 12_345), 'passed 7')
  assert.equal(await outcome('> break\n< break\n> hello\n< hello', 7777), 'failed  with a mistake of the lab')
})
