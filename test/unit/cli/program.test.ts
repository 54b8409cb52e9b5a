import assert from 'node:assert/strict'
import { sep } from 'node:path'
import { test } from 'node:test'
import { programOf, quoted, typable } from '../../../lab/cli/program.ts'

const table: readonly (readonly [
  environment: Readonly<Record<string, string>>,
  script: string,
  program: string,
])[] = [
  [{ npm_execpath: '/usr/lib/npm-cli.js' }, '/home/me/telelab/lab/lab.js', 'npx lab'],
  [{}, '/home/me/telelab/node_modules/.bin/lab', 'npx lab'],
  [{}, 'C:\\me\\node_modules\\telelab\\lab\\lab.js', 'npx lab'],
  [{}, '/usr/local/bin/lab', 'lab'],
  [{}, '/home/me/telelab/lab/lab.js', 'node lab/lab.js'.replaceAll('/', sep)],
  [{}, '/opt/telelab/lab/lab.js', 'node /opt/telelab/lab/lab.js'],
  [{}, '/opt/my labs/lab.js', 'node "/opt/my labs/lab.js"'],
  [{ LAB_CALLED: '/usr/local/bin/lab' }, '/home/me/telelab/lab/lab.js', 'lab'],
  [{ LAB_CALLED: '/x/node_modules/.bin/lab' }, '/home/me/telelab/lab/lab.js', 'npx lab'],
]

for (const [environment, script, program] of table) {
  test(`${script} with ${JSON.stringify(environment)} is called as ${program}`, () => {
    assert.equal(programOf(environment, script, '/home/me/telelab'), program)
  })
}

test('commands in backquotes are written as they can be typed, and nothing else is', () => {
  assert.equal(
    typable('Stop it: `lab stop -s x`. The lab, `labs` and `dig`; `lab`', 'npx lab'),
    'Stop it: npx lab stop -s x. The lab, `labs` and `dig`; npx lab',
  )
  assert.deepEqual(['a/b.yaml', 'my lab', ''].map(quoted), ['a/b.yaml', '"my lab"', '""'])
})
