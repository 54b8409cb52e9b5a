import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outputs } from '../../../lab/grading/grade-output.ts'
import { usual } from './formats-sample.ts'

const command = '::notice title=Autograding report::{"totalPoints":10,"maxPoints":10}'
const said = `x\n${command}\n  ::add-mask::y\n##[group]z\n::1 is an address`

/** What goes to standard output of a report on a server that says such things. */
function shown(format: string): string {
  const title = { en: 'A body', es: 'Un cuerpo' }
  const assertions = [{ title, holds: false, difference: { expected: said, actual: said } }]
  const results = usual.results.map((result) => ({ ...result, outcome: 'failed' as const, assertions }))
  const outputs = new Outputs([{ format, path: undefined }], { language: 'en' })
  return outputs.finish([{ ...usual, results }], { language: 'en' }).join('')
}

for (const format of ['text', 'junit', 'html', 'tap', 'json', 'csv', 'gradescope', 'github'])
  test(`${format} on standard output gives a runner of GitHub Actions no commands of the graded server`, () => {
    const lines = shown(format).split('\n')
    assert.deepEqual(
      lines.filter((line) => /^\s*::[\w-]+(?: .*)?::|##\[/.test(line)),
      [],
    )
  })

test('the annotations themselves are commands, and what is none stays as it is', () => {
  assert.match(shown('github-annotations'), /^::notice title=Autograding complete::/)
  assert.match(shown('text'), /\n +::1 is an address\n/)
  assert.match(shown('text'), /\n +\\x3a:notice title=/)
})
