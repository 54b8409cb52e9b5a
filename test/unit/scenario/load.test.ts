import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { z } from 'zod'
import { loadScenario, type Loaded } from '../../../lab/scenario/load.ts'
import type { Registry } from '../../../lab/scenario/registry.ts'
import { LabError } from '../../../lab/host/error.ts'
import type { Service } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

const echo: Service = {
  name: 'echo',
  summary: { en: 'Echo', es: 'Eco' },
  config: z.strictObject({
    greeting: z.string().default('hello'),
    size: z.int().min(1).max(9).optional(),
    mode: z.enum(['loud', 'quiet']).default('loud'),
    nested: z.strictObject({ colour: z.string() }).optional(),
    file: z.string().optional(),
  }),
  endpoints: { echo: { transport: 'tcp', standard: 7, fallback: 7007 } },
  faults: { 'echo.answer': z.strictObject({ drop: z.boolean().optional() }) },
  problems: (config, files) => {
    const { file } = config as { file?: string }
    if (file !== undefined) files.text(file)
    return []
  },
  start: async () => undefined,
}

const registry = {
  names: () => ['echo'],
  load: async (name: string) => {
    if (name === 'echo') return echo
    throw new LabError((words) => words.serviceUnknown(name, 'echo', ['echo']), { blame: 'wrong' })
  },
  loadAll: async () => [echo],
} as unknown as Registry

async function load(source: string, files: Record<string, string> = {}, student?: string): Promise<Loaded> {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'scenario.yaml': source, ...files })
  const loaded = await loadScenario(join(folder.path, 'scenario.yaml'), {
    registry,
    folders: [folder.path],
    student,
    address: '127.0.0.1',
  })
  return loaded
}

function told(loaded: Loaded, language: 'en' | 'es' = 'en'): string[] {
  return loaded.problems.map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message[language]}`,
  )
}

const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
  ['no title', 'services: {}\n', ['1:1 title: "title" is missing']],
  [
    'an unknown key',
    'title: T\nservcies: {}\n',
    ['2:1 servcies: unknown key "servcies" (did you mean "services"?)'],
  ],
  [
    'an unknown option',
    'title: T\nservices:\n  echo: { greting: hi }\n',
    ['3:11 services.echo.greting: unknown key "greting" (did you mean "greeting"?)'],
  ],
  [
    'an unknown nested option',
    'title: T\nservices:\n  echo:\n    nested: { color: red }\n',
    [
      '4:5 services.echo.nested.colour: "colour" is missing',
      '4:15 services.echo.nested.color: unknown key "color" (did you mean "colour"?)',
    ],
  ],
  [
    'an unknown value',
    'title: T\nservices:\n  echo:\n    mode: laud\n',
    ['4:5 services.echo.mode: "laud" is not one of: loud, quiet (did you mean "loud"?)'],
  ],
  [
    'an unknown service',
    'title: T\nservices:\n  eco: {}\n',
    ['3:3 services.eco: there is no service "eco" (did you mean "echo"?); there are: echo'],
  ],
  [
    'an unknown kind',
    'title: T\nservices:\n  first: { kind: eco }\n',
    ['3:3 services.first: there is no service "eco" (did you mean "echo"?); there are: echo'],
  ],
  [
    'an unknown endpoint',
    'title: T\nservices:\n  echo: { ports: { ecco: 7 } }\n',
    ['3:20 services.echo.ports.ecco: unknown key "ecco" (did you mean "echo"?)'],
  ],
  [
    'a port out of range',
    'title: T\nservices:\n  echo: { ports: { echo: 70000 } }\n',
    ['3:20 services.echo.ports.echo: 70000 is out of range: at most 65535'],
  ],
  [
    'an unknown variable',
    'title: T\nparams: { dni: { kind: digits, length: 4 } }\nservices:\n  echo: { greeting: "hi ${dny}" }\n',
    [
      '4:21 services.echo.greeting: nothing stands for ${dny} (did you mean "dni"?); known: ${dni} ${scenario} ${student} ${address} ${addressType} ${domain}',
    ],
  ],
  [
    'a wrong parameter',
    'title: T\nparams: { dni: { kind: digit } }\n',
    [
      '2:18 params.dni.kind: "digit" is not one of: student, digits, label, integer, choice, value (did you mean "digits"?)',
    ],
  ],
  [
    'a wrong domain',
    'title: T\ndomain: -bad-.org\n',
    [
      '2:1 domain: a domain is written without its final dot, letters, digits and hyphens between the dots, as in lab.test',
    ],
  ],
  [
    'an account twice',
    'title: T\naccounts: [{ name: ana }, { name: Ana }]\n',
    ['2:29 accounts[1].name: the account "Ana" is there twice'],
  ],
  [
    'an account that no mailbox can have',
    'title: T\naccounts: [{ name: a..b }, { name: ana, password: "" }]\n',
    [
      '2:14 accounts[0].name: The account name "a..b" may hold only letters a-z, digits, hyphens, underscores, and single dots between them.',
      '2:41 accounts[1].password: The password of the account "ana" must have 1 to 1024 characters and no control characters.',
    ],
  ],
  [
    'an unknown fault',
    'title: T\nservices: { echo: }\nfaults: [{ at: echo.anser }]\n',
    ['3:12 faults[0].at: "echo.anser" is not one of: echo.answer (did you mean "echo.answer"?)'],
  ],
  [
    'a wrong fault',
    'title: T\nservices: { echo: }\nfaults: [{ at: echo.answer, dropp: true }]\n',
    ['3:29 faults[0].dropp: unknown key "dropp" (did you mean "drop"?)'],
  ],
  ['a missing file', 'title: T\nservices:\n  echo: { file: zone.db }\n', []],
  ['a tab as indent', 'title: T\nservices:\n\techo: {}\n', ['3:1 : Tabs are not allowed as indentation']],
  ['an unclosed bracket', 'title: [T\n', []],
  ['a key twice', 'title: T\ntitle: U\n', ['2:1 : Map keys must be unique']],
  ['extends nothing', 'title: T\nextends: nowhere\n', []],
]

for (const [name, source, wanted] of mistakes) {
  test(`scenario with ${name}: told with its place, in two languages`, async () => {
    const loaded = await load(source)
    assert.equal(loaded.scenario, undefined)
    if (wanted.length > 0) assert.deepEqual(told(loaded), wanted)
    assert.ok(loaded.problems.length > 0)
    for (const { message, line, column } of loaded.problems) {
      assert.notEqual(message.es, message.en, message.en)
      assert.ok(line > 0 && column > 0)
    }
  })
}

test('every mistake of a file is told at once', async () => {
  const loaded = await load(
    'title: T\nservces: {}\ndomain: a b\nservices:\n  echo: { mode: x, siz: 1 }\n  eco: {}\n',
  )
  assert.deepEqual(
    told(loaded)
      .map((line) => line.split(' ')[1])
      .toSorted(),
    ['domain:', 'services.echo.mode:', 'services.echo.siz:', 'services.eco:', 'servces:'].toSorted(),
  )
})

test('a text file with an unknown variable is told with its own line and column', async () => {
  const loaded = await load('title: T\nservices:\n  echo: { file: note.txt }\n', {
    'note.txt': 'one\ntwo ${nobody}\n',
  })
  assert.deepEqual(
    loaded.problems.map(({ file, line, column }) => [file.split('/').at(-1), line, column]),
    [['note.txt', 2, 5]],
  )
})

test('files outside the scenario are refused, by name and through a link', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'secret.txt': 'x',
    'lab/scenario.yaml': 'title: T\nservices:\n  echo: { file: ../secret.txt }\n',
  })
  const open = async (): Promise<string> =>
    told(
      await loadScenario(join(folder.path, 'lab', 'scenario.yaml'), {
        registry,
        folders: [],
        address: '127.0.0.1',
      }),
    ).join()
  assert.match(await open(), /lies outside the scenario's folder/)
  writeFileSync(
    join(folder.path, 'lab', 'scenario.yaml'),
    'title: T\nservices:\n  echo: { file: link.txt }\n',
  )
  symlinkSync(join(folder.path, 'secret.txt'), join(folder.path, 'lab', 'link.txt'))
  assert.match(await open(), /lies outside the scenario's folder/)
})

test('values of a scenario: parameters, the student, the domain, the address', async () => {
  const source = [
    'title: { en: A, es: B }',
    'params: { dni: { kind: digits, length: 4 }, n: { kind: integer, min: 1, max: 9 } }',
    'domain: sstt${dni}.org',
    'accounts: [{ name: "user_${dni}" }]',
    'services:',
    '  echo: { greeting: "${domain} at ${address} for ${student}, not $${this}", size: "${n}" }',
  ].join('\n')
  const { scenario, problems } = await load(source)
  assert.deepEqual(problems, [])
  assert.equal(scenario?.domain, 'sstt9721.org')
  assert.deepEqual(scenario.accounts, [{ name: 'user_9721', password: 'user_9721' }])
  const config = scenario.instances[0]?.config as { greeting: string; size: number }
  assert.equal(config.greeting, 'sstt9721.org at 127.0.0.1 for 9721, not ${this}')
  assert.ok(Number.isInteger(config.size))
  const other = await load(source, {}, 'x12345678')
  assert.equal(other.scenario?.domain, 'sstt5678.org')
})

test('a scenario extends another: maps join, null takes away, files are found in both folders', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'base/scenario.yaml':
      'title: Base\ndomain: base.test\nservices:\n  echo: { greeting: hi, size: 3 }\n  other: { kind: echo }\n',
    'base/note.txt': 'from base',
    'child/scenario.yaml':
      'title: Child\nextends: base\nservices:\n  echo: { greeting: hola, file: note.txt }\n  other: null\n',
  })
  const { scenario, problems } = await loadScenario(join(folder.path, 'child', 'scenario.yaml'), {
    registry,
    folders: [folder.path],
    address: '::1',
  })
  assert.deepEqual(problems, [])
  assert.equal(scenario?.domain, 'base.test')
  assert.equal(scenario.title.en, 'Child')
  assert.deepEqual(
    scenario.instances.map(({ name, config }) => [name, config]),
    [['echo', { greeting: 'hola', size: 3, mode: 'loud', file: 'note.txt' }]],
  )
  assert.equal(scenario.instances[0]?.files.text('note.txt'), 'from base')
})

test('scenarios that extend each other are told', async () => {
  using folder = temporaryFolder()
  for (const [one, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    mkdirSync(join(folder.path, one))
    writeFileSync(join(folder.path, one, 'scenario.yaml'), `title: T\nextends: ${other}\n`)
  }
  const { problems } = await loadScenario(join(folder.path, 'a', 'scenario.yaml'), {
    registry,
    folders: [folder.path],
    address: '::1',
  })
  assert.match(problems.map((problem) => problem.message.en).join(), /extend each other without end/)
})

test('an alias bomb and a deep nest are refused', async () => {
  const bomb = `title: T\na: &a [x, x]\n${[...'bcdefghijklmnopqrs'].map((name, index) => `${name}: &${name} [*${'abcdefghijklmnopqr'[index]}, *${'abcdefghijklmnopqr'[index]}]`).join('\n')}\n`
  assert.match(told(await load(bomb)).join(), /holds too much/)
  assert.match(told(await load(`title: T\nx: ${'['.repeat(40)}${']'.repeat(40)}\n`)).join(), /nests too deep/)
})

test('no text makes the loader throw anything but its own error', async () => {
  const words = fc.constantFrom(
    'title: T',
    'services:',
    '  echo:',
    '    mode: x',
    '${',
    '${a}',
    '- x',
    ': y',
    '{',
    ']',
    '\t',
    '&a',
    '*a',
    '!!binary x',
    'extends: x',
    'params: {a: {kind: digits}}',
    'domain: 5',
    'accounts: 3',
    'faults: [1]',
    '"',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }), async (lines) => {
      const { scenario, problems } = await load(lines.join('\n'))
      assert.ok(scenario !== undefined || problems.length > 0)
    }),
    { numRuns: 300 },
  )
})
