import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { Packet } from 'dns2'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { converters, encodeQuestion, readAnswer } from '../../../lab/kit/resolver/answer.ts'
import { mailOptions } from '../../../services/mail/options.ts'
import { Greylist } from '../../../services/mail/policy/greylist.ts'
import { mailProblems } from '../../../services/mail/policy/problems.ts'
import { temporaryFolder } from '../../lab.ts'

const root = resolve(import.meta.dirname, '../../..')

test('an answer of thousands of records is not read', () => {
  const question = { id: 7, name: 'far.test', type: 'A' } as const
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 2]
  const answerOf = (count: number): Buffer => {
    const head = encodeQuestion(Packet, question)
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(count, 6)
    return Buffer.concat([head, Buffer.from(Array.from({ length: count }, () => record).flat())])
  }
  const read = (count: number) => readAnswer(Packet, answerOf(count), question, converters.A)
  const few = read(200)
  assert.ok(typeof few === 'object' && few.kind === 'found' && few.records.length === 200)
  assert.equal(read(4000), undefined)
})

test('the greylist forgets a portion at a time', () => {
  const database = new DatabaseSync(':memory:')
  let now = 1_000_000
  const options = { delay: 60, lifetime: 100, exempt: [] }
  const greylist = new Greylist(options, { now: () => now }, database)
  const count = (): number =>
    Number(database.prepare('SELECT count(*) AS count FROM greylist').get()?.['count'])
  for (let place = 0; place < 250; place += 1)
    greylist.judge('192.0.2.1', `${place}@far.test`, 'ana@lab.test')
  assert.equal(count(), 250)
  now += 101_000
  const left = Array.from({ length: 4 }, (_, place) => {
    greylist.judge('192.0.2.1', `new${place}@far.test`, 'ana@lab.test')
    return count()
  })
  assert.deepEqual(left, [151, 52, 3, 4])
})

test('a secret of APOP for nobody is a mistake in the scenario', () => {
  const config = mailOptions.parse({ pop3: { apop: { anna: 'x', ANA: 'y' } } })
  const world = { domain: 'lab.test', address: '127.0.0.1', accounts: ['ana'] }
  const problems = mailProblems(config, { path: (name) => name }, world)
  assert.deepEqual(
    problems.map(({ path, message }) => [path, message.es]),
    [['pop3.apop.anna', 'no hay ninguna cuenta "anna" (¿querías decir "ana"?)']],
  )
})

test(
  'a pipe that has taken the place of a message holds nobody',
  { skip: process.platform === 'win32' },
  () => {
    using folder = temporaryFolder()
    const maildir = join(folder.path, 'Maildir')
    mkdirSync(join(maildir, 'new'), { recursive: true })
    const script = `
    import { execFileSync } from 'node:child_process'
    import { rmSync, writeFileSync } from 'node:fs'
    import { createMaildir } from ${JSON.stringify(join(root, 'lab/world/maildir.ts'))}
    const path = ${JSON.stringify(join(maildir, 'new', '1.x'))}
    writeFileSync(path, 'x')
    const mailbox = createMaildir(${JSON.stringify(maildir)}, () => 'u')
    const [message] = await mailbox.list()
    rmSync(path)
    execFileSync('mkfifo', [path])
    await mailbox.read(message.id).catch(() => undefined)
    process.stdout.write('read')`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 10_000,
      killSignal: 'SIGKILL',
    })
    assert.equal(stdout, 'read')
  },
)
