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

test('a message of the scenario is a file', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': `title: Test
accounts: [{ name: ana.b }]
services:
  mail:
    inbox:
      ana.b:
        - one.eml
        - letters
`,
    'one.eml': 'Subject: one\n',
    'letters/two.eml': 'Subject: two\n',
  })
  const { problems } = await readScenario(join(folder.path, 'scenario.yaml'))
  assert.deepEqual(
    problems.map(({ line, path, message }) => [`${line} ${path}`, message]),
    [
      [
        '6 services.mail.inbox.ana.b',
        {
          en: '"letters" is not a file; name each message (.eml) by itself',
          es: '"letters" no es un fichero; nombra cada mensaje (.eml) por separado',
        },
      ],
    ],
  )
})

test('the options say what they want', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': `title: Test
accounts: [{ name: ana }]
services:
  mail:
    domains: [Example.org]
    tag: "*"
    resolver: localhost:65536
    routes: { example.org: "a b" }
    relay: { from: [here] }
    smtp: { banner: "ñ" }
`,
  })
  const { problems } = await readScenario(join(folder.path, 'scenario.yaml'))
  assert.deepEqual(
    problems
      .toSorted((one, other) => one.line - other.line)
      .map(({ line, message }) => `${line}: ${message.en}`),
    [
      '5: write a domain name in lower case, as in example.org',
      '6: write one of + - _ = . or false',
      '7: ports end at 65535',
      '8: write host or host:port, as in mail.example.org:2525 or [::1]:2525',
      '9: write an address or a network, as in 192.168.56.0/24',
      '10: write 1 to 400 ASCII characters',
    ],
  )
})
