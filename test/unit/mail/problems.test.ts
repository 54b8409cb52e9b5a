import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readScenario, temporaryFolder, writeFiles } from '../../lab.ts'

test('what no schema can judge is told at the place where it was written', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': `title: Test
accounts: [{ name: ana }]
services:
  mail:
    aliases:
      all: [ann, bob@example.org]
      round.robin: [circle]
      circle: [round.robin]
    postmaster: eva
    catchAll: ana
`,
  })
  const { problems } = await readScenario(join(folder.path, 'scenario.yaml'))
  assert.deepEqual(problems.map(({ line, path, message }) => `${line} ${path}: ${message.en}`).toSorted(), [
    '6 services.mail.aliases.all: "ann" is neither an account, nor an alias, nor an address of another server (did you mean "ana"?)',
    '7 services.mail.aliases.round.robin: this alias leads back to itself: round.robin → circle → round.robin',
    '8 services.mail.aliases.circle: this alias leads back to itself: circle → round.robin → circle',
    '9 services.mail.postmaster: there is no account "eva"',
  ])
})
