/** The list of tasks as a person reads it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { checklist, taskLines, type TaskResult } from '../../../lab/cli/checklist.ts'
import type { Io } from '../../../lab/cli/command.ts'

const io: Io = {
  language: 'en',
  environment: {},
  folder: '/',
  say: () => undefined,
  complain: () => undefined,
  pick: ({ en }) => en,
  command: (line) => line,
}

const text = (en: string): { en: string; es: string } => ({ en, es: en })

function failed(assertions: TaskResult['assertions']): TaskResult {
  const [points, hintCost] = [1, 0]
  return {
    id: 'mend',
    group: 'dns',
    title: text('Mend the zone'),
    outcome: 'failed',
    points,
    score: 0,
    assertions,
    hasHint: false,
    hintCost,
    isHintTaken: false,
    milliseconds: 1,
  }
}

test('who has not tried yet is not told what is looked for; of a file that was handed in it is told', () => {
  const untried = failed([{ title: text('www has been asked for'), holds: false }])
  assert.equal(taskLines(untried, io, 4).length, 1)
  const wrong = failed([
    { title: text('www is right'), holds: false, difference: { expected: '192.0.2.1', actual: '192.0.2.9' } },
  ])
  assert.match(taskLines(wrong, io, 4).join('\n'), /✘ www is right\n.*192\.0\.2\.1\n.*192\.0\.2\.9/)
})

test('a caret stands below what is wrong, and what a client said steers no terminal', () => {
  const difference = { expected: 'ab', actual: 'a\u001b[2Jb', at: 1 }
  const lines = taskLines(failed([{ title: text('A word'), holds: false, difference }]), io, 4)
  assert.deepEqual(
    lines.slice(-3).map((line) => line.trim()),
    ['expected  ab', String.raw`actual    a\x1b[2Jb`, '^ from character 2'],
  )
})

test('titles stand below each other, commands as they can be typed, and who cannot begin yet is offered no hint', () => {
  const typing: Io = { ...io, command: (line) => `npx ${line}` }
  const half = { ...failed([]), points: 0.5, hasHint: true, reproduce: 'lab zone check zone.db' }
  const results: TaskResult[] = [
    { ...half, outcome: 'passed', score: 0.5 },
    { ...half, outcome: 'blocked' },
    { ...half, points: 2, evidence: { facts: [7] } },
  ]
  const lines = checklist(results, typing).split('\n')
  const titled = lines.filter((line) => line.includes('Mend the zone'))
  assert.deepEqual(
    titled.map((line) => stripVTControlCharacters(line)),
    ['✔ mend 0.5/0.5  Mend the zone', '– mend   0/0.5  Mend the zone', '✘ mend     0/2  Mend the zone'],
  )
  assert.equal(lines.filter((line) => line.includes('$ npx lab zone check zone.db')).length, 2)
  assert.equal(lines.filter((line) => line.includes('--hint mend')).length, 1)
  assert.ok(lines.includes('    nearest: fact 7, `lab log --fact 7`'))
})

test('words of what was wanted and found are in the reader’s language', () => {
  const difference = {
    expected: { en: 'no cookie', es: 'sin cookie' },
    actual: { en: 'connection open', es: 'conexión abierta' },
  }
  const spanish: Io = { ...io, language: 'es', pick: ({ es }) => es }
  const lines = taskLines(failed([{ title: text('A word'), holds: false, difference }]), spanish, 4)
  assert.deepEqual(
    lines.slice(-2).map((line) => line.trim()),
    ['esperado  sin cookie', 'recibido  conexión abierta'],
  )
})
