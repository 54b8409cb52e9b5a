import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTargets } from '../../../lab/grading/grade-target.ts'
import type { NamedSuite } from '../../../lab/scenario/suites.ts'

function named(name: string, endpoints: NamedSuite['suite']['endpoints']): NamedSuite {
  return { name, service: name, suite: { summary: { en: name, es: name }, endpoints, cases: [] } }
}

const smtp = named('smtp', {
  smtp: { transport: 'tcp', port: 25 },
  smtps: { transport: 'tcp', port: 465 },
})
const dns = named('dns', { dns: { transport: 'both', port: 53 } })

const local = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port })

const table: readonly (readonly [
  texts: readonly string[],
  suites: readonly NamedSuite[],
  servers: readonly (readonly [student: string | undefined, endpoints: object])[],
])[] = [
  [[], [smtp], []],
  [['127.0.0.1'], [smtp], [[undefined, { smtp: local(25), smtps: local(465) }]]],
  [['127.0.0.1:2525'], [smtp], [[undefined, { smtp: local(2525) }]]],
  [['localhost:2525'], [smtp], [[undefined, { smtp: local(2525) }]]],
  [['smtps=127.0.0.1'], [smtp], [[undefined, { smtps: local(465) }]]],
  [['smtp=127.0.0.1:1', 'smtps=127.0.0.1:2'], [smtp], [[undefined, { smtp: local(1), smtps: local(2) }]]],
  [['127.0.0.1', 'smtps=127.0.0.1:2'], [smtp], [[undefined, { smtp: local(25), smtps: local(2) }]]],
  [
    ['127.0.0.1:1', '127.0.0.1:2'],
    [smtp],
    [
      [undefined, { smtp: local(1) }],
      [undefined, { smtp: local(2) }],
    ],
  ],
  [
    ['smtp=127.0.0.1:1', 'smtp=127.0.0.1:2'],
    [smtp],
    [
      [undefined, { smtp: local(1) }],
      [undefined, { smtp: local(2) }],
    ],
  ],
  [
    ['ana/smtp=127.0.0.1:1', 'luis@um.es/127.0.0.1:2', 'ana/smtps=127.0.0.1:3'],
    [smtp],
    [
      ['ana', { smtp: local(1), smtps: local(3) }],
      ['luis@um.es', { smtp: local(2) }],
    ],
  ],
  [['[::1]:5353'], [dns], [[undefined, { dns: { host: '::1', port: 5353 } }]]],
  [
    ['127.0.0.1', 'dns=127.0.0.1:5353'],
    [smtp, dns],
    [[undefined, { smtp: local(25), smtps: local(465), dns: local(5353) }]],
  ],
]

for (const [texts, suites, servers] of table) {
  test(`--target ${texts.join(' --target ')}`, async () => {
    const read = await readTargets(texts, suites)
    assert.deepEqual(
      read.map(({ student, endpoints }) => [student, endpoints]),
      servers,
    )
  })
}

for (const text of [
  '',
  ':',
  '127.0.0.1:',
  '127.0.0.1:0',
  '127.0.0.1:65536',
  '::1',
  'a=b=c',
  '0.0.0.0',
  '[::]',
  '[ff02::1]:53',
  '239.1.2.3:53',
  '127.0.0.0:53',
  '127.0.0.1:53',
]) {
  test(`--target "${text}" of several suites is refused`, async () => {
    await assert.rejects(readTargets([text], [smtp, dns]), /--target/)
  })
}
