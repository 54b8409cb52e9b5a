import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { launcher, run } from '../program.ts'
import { dropService } from '../services.ts'

const root = resolve(import.meta.dirname, '..', '..')
const commands = [
  'start',
  'stop',
  'status',
  'service',
  'reload',
  'check',
  'log',
  'trace',
  'console',
  'list',
  'validate',
  'test',
  'schema',
  'cert',
  'grade',
  'course',
  'submit',
  'doctor',
  'zone',
]

for (const command of commands) {
  test(`lab ${command} --help tells usage, options and examples in both languages`, async () => {
    using folder = temporaryFolder()
    const english = await run([command, '--help'], { folder: folder.path })
    const spanish = await run([command, '--help', '--lang', 'es'], { folder: folder.path })
    assert.deepEqual([english.code, english.err, spanish.code, spanish.err], [0, '', 0, ''])
    assert.match(
      english.out,
      new RegExp(`^lab ${command}[\\s\\S]*Options[\\s\\S]*--help[\\s\\S]*Examples[\\s\\S]*lab ${command}`),
    )
    assert.match(
      spanish.out,
      new RegExp(`^lab ${command}[\\s\\S]*Opciones[\\s\\S]*--help[\\s\\S]*Ejemplos[\\s\\S]*lab ${command}`),
    )
  })
}

for (const command of commands.filter((name) => name !== 'zone')) {
  test(`lab ${command} takes its options before its name too`, async () => {
    using folder = temporaryFolder()
    const { out } = await run([command, '--help'], { folder: folder.path })
    const words = [...out.matchAll(/^ +(?:(-\w), )?--([\w-]+) (\S+)(?: |$)/gm)].flatMap(
      ([, short, long, value = '']) => {
        const given = value.split('|')[0] ?? ''
        return [...(short === undefined ? [] : [short, given]), `--${long}`, given]
      },
    )
    assert.ok(words.includes('--lang'))
    const finished = await run([...words, command, '--help'], { folder: folder.path })
    assert.deepEqual(finished, { code: 0, out, err: '' })
  })
}

const table: readonly (readonly [words: readonly string[], code: number, out: RegExp, err: RegExp])[] = [
  [[], 0, /Commands[\s\S]*lab doctor[\s\S]*Exit codes/, /^$/],
  [['--help', '--lang', 'es'], 0, /Órdenes[\s\S]*Códigos de salida/, /^$/],
  [['help', 'stop'], 0, /^lab stop/, /^$/],
  [['--version'], 0, /^telelab \d+\.\d+\.\d+ \(Node 26/, /^$/],
  [['strat'], 2, /^$/, /there is no command "strat" \(did you mean "start"\?\)/],
  [['start', '--studnet', '1'], 2, /^$/, /there is no option --studnet \(did you mean --student\?\)/],
  [['start', '--student'], 2, /^$/, /--student/],
  [['start', '--student', '../x'], 2, /^$/, /no student id/],
  [['start', '--ports', 'some'], 2, /^$/, /--ports: "some" is not one of: standard, fallback, any/],
  [['start', '--bind', 'here'], 2, /^$/, /--bind takes an IP address/],
  [['start', '-s', 'ssttt'], 2, /^$/, /there is no scenario "ssttt" \(did you mean "sstt"\?\); shipped: /],
  [['start', '-s', 'x'.repeat(5000)], 2, /^$/, /^lab start: there is no scenario "x+"; shipped: /],
  [['start', 'dsn', '--ports', 'any'], 2, /^$/, /the scenario has no service "dsn" \(did you mean "dns"\?\)/],
  [['status'], 1, /^$/, /no lab is running here/],
  [['stop'], 1, /^$/, /no lab is running here/],
  [['stop', 'now'], 2, /^$/, /"now" is one word too many/],
  [['reload'], 1, /^$/, /no lab is running here/],
  [['log'], 1, /^$/, /no lab is running here/],
  [['service', 'restart', 'dns'], 2, /^$/, /lab service start\|stop NAME/],
  [['zone'], 2, /^$/, /say lab zone check or lab zone show/],
  [['zone', 'check'], 0, /^zone\.db: zone sstt9721\.org\., serial \d+, 7 records: valid\n$/, /^$/],
  [['zone', 'show', '--student', '1234'], 0, /\nwww\.sstt1234\.org\.\t+3600\tIN\tA\t127\.0\.0\.1\n/, /^$/],
  [['zone', 'check', 'none.db'], 2, /^$/, /^none\.db:1:1: there is no file "none\.db"/],
  [['zne'], 2, /^$/, /did you mean "zone"\?/],
  [['list'], 0, /sstt[\s\S]*dns[\s\S]*http/, /^$/],
  [['validate'], 0, /scenario\.yaml: valid\n$/, /^$/],
  [['validate', 'sstt', 'dns-only', 'web-only'], 0, /(?:valid\n){1}/, /^$/],
  [['validate', 'nothing', 'sstt'], 2, /sstt\/scenario\.yaml: valid\n$/, /there is no scenario "nothing"/],
  [['schema'], 0, /"\$schema"[\s\S]*"forwarders"/, /^$/],
]

for (const [words, code, out, err] of table) {
  test(`lab ${words.join(' ').slice(0, 80)}: exit code ${code}`, async () => {
    using folder = temporaryFolder()
    const finished = await run(words, { folder: folder.path })
    assert.equal(finished.code, code, finished.err)
    assert.match(finished.out, out)
    assert.match(finished.err, err)
  })
}

test('validate tells every mistake of several files, as compilers do', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'a.yaml': 'title: A\nservices:\n  dns: { zone: a.db }\n',
    'a.db': '$TTL 1h\n@ SOA dns hostmaster 1 1h 1h 1w 1h\n@ NS dns\ndns A 127.0.0.300\nwww A ${addres}\n',
    'b.yaml': 'title: B\nservces: {}\n',
  })
  const { code, err } = await run(['validate', 'a.yaml', 'b.yaml'], { folder: folder.path })
  assert.equal(code, 2)
  assert.match(err, /^a\.db:5:7: nothing stands for \$\{addres\} \(did you mean "address"\?\)/m)
  assert.match(err, /^b\.yaml:2:1 servces: unknown key "servces" \(did you mean "services"\?\)/m)
  writeFiles(folder.path, {
    'a.db': '$TTL 1h\n@ SOA dns hostmaster 1 1h 1h 1w 1h\n@ NS dns\ndns A 127.0.0.300\n',
  })
  assert.match((await run(['validate', 'a.yaml'], { folder: folder.path })).err, /^a\.db:4:7: /m)
})

test('a service command tells how many mistakes the scenario has, as start does, and warnings are none', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'a.yaml': 'title: A\nservices:\n  dns: { zone: a.db }\n',
    'a.db': '@ 1h SOA dns hostmaster 1 1h 1h 1w 1h\n@ NS dns\ndns A 127.0.0.1\nwww A 127.0.0.300\n',
  })
  for (const words of [['zone', 'check'], ['start']]) {
    const { code, err } = await run([...words, '-s', 'a.yaml'], { folder: folder.path })
    assert.equal(code, 2)
    assert.match(err, /warning: /)
    assert.match(err, new RegExp(`^lab ${words[0]}: the scenario has 1 mistake$`, 'm'))
  }
})

test('what a person is told to type works as it was called', async () => {
  using folder = temporaryFolder()
  for (const [environment, command] of [
    [{}, 'lab start'],
    [{ npm_execpath: '/usr/lib/npm-cli.js' }, 'npx lab start'],
    [{ LAB_CALLED: launcher }, `node ${launcher} start`],
  ] as const) {
    const { err } = await run(['stop'], { folder: folder.path, environment })
    assert.equal(err, `lab stop: no lab is running here. Start one with: ${command}\n`)
    const { out } = await run(['help', 'start', '--lang', 'es'], { folder: folder.path, environment })
    assert.match(out, new RegExp(`^ {2}${command} dns  `, 'm'))
  }
})

test('doctor goes on after what it cannot look into', async () => {
  using folder = temporaryFolder()
  // No file at all can be opened as the lock of this one.
  writeFiles(folder.path, {
    '.lab/broken/lock.db/x': '',
    'a.yaml': 'title: A\nservices: { dsn: {} }\ndomian: x.org\n',
  })
  const { code, out, err } = await run(['doctor'], { folder: folder.path })
  assert.deepEqual([code, err], [1, ''])
  assert.match(out, /FAIL {2}the lab cannot keep its state in .*broken/)
  assert.match(out, /dns can(?:not)? listen on 127\.0\.0\.1:5353/)
  assert.match(out, /standard/)
  const wrong = await run(['doctor', '-s', 'a.yaml', '--lang', 'es'], { folder: folder.path })
  assert.match(wrong.out, /a\.yaml tiene 2 errores: lab validate .*a\.yaml/)
})

test('list and schema are JSON for a program', async () => {
  const list = JSON.parse((await run(['list', '--json'], { folder: root })).out) as {
    services: { name: string }[]
    scenarios: { name: string }[]
  }
  assert.ok(
    list.services.some(({ name }) => name === 'dns') && list.scenarios.some(({ name }) => name === 'sstt'),
  )
  const schema = JSON.parse((await run(['schema'], { folder: join(root, 'test') })).out) as {
    properties: { services: { properties: object } }
  }
  assert.ok('http' in schema.properties.services.properties)
})

test('a service brings commands of its own by files in its folder', async () => {
  using folder = temporaryFolder()
  const contract = pathToFileURL(join(root, 'lab', 'service.ts')).href
  dropService(join(folder.path, 'services'), 'echo')
  writeFiles(folder.path, {
    'scenario.yaml': 'title: Echo\nservices:\n  one: { kind: echo, greeting: hi }\n',
    'services/echo/commands/shout.ts': `
import type { ServiceCommand } from '${contract}'
export const command: ServiceCommand = {
  summary: { en: 'shout', es: 'gritar' },
  usage: 'WORD',
  options: { loud: { type: 'boolean', text: { en: 'louder', es: 'más alto' } } },
  examples: [{ line: 'lab shout hello', text: { en: 'HELLO', es: 'HELLO' } }],
  most: 1,
  async run(call) {
    const { instances } = await call.scenario()
    call.say(JSON.stringify({ words: call.words, loud: call.is('loud'), instances: instances.map(({ name, config }) => ({ name, config })) }))
    return 'failed'
  },
}
`,
  })
  const words = ['shout', 'hello', '--loud', '--services', 'services', '-s', 'scenario.yaml']
  const { code, out, err } = await run(words, { folder: folder.path })
  assert.deepEqual([code, err], [1, ''])
  assert.deepEqual(JSON.parse(out), {
    words: ['hello'],
    loud: true,
    instances: [{ name: 'one', config: { greeting: 'hi' } }],
  })
})
