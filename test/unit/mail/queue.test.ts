import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LabClock } from '../../../lab/host/clock.ts'
import { parseReply } from '../../../services/mail/queue/reply.ts'
import { Schedule, type Job } from '../../../services/mail/queue/schedule.ts'
import { temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { openTestOffice, type TestOffice } from './office.ts'

/** The one recipient of the one message that waits; a report on its way is none of them. */
function only({ office }: TestOffice): { attempts: number; state: string; reply?: string; next?: string } {
  const [entry, ...others] = office.queue().filter(({ from }) => from !== '')
  assert.deepEqual(others, [])
  const [recipient] = entry?.recipients ?? []
  return recipient ?? assert.fail('nothing waits')
}

function attempts(post: TestOffice): number {
  return only(post).attempts
}

/** Nobody listens there. */
const closed = { routes: { '*': '127.0.0.1:1' } }
const far = 'x@far.test'

test('what cannot be delivered is tried at the times of the option, the last one again and again', async () => {
  await using post = await openTestOffice({ config: { ...closed, queue: { retry: [60, 300] } } })
  await post.send({ to: far })
  await until(() => attempts(post) === 1)
  assert.match(only(post).reply ?? '', /^451 4\.4\.1 no connection to 127\.0\.0\.1:1: .*ECONNREFUSED/)
  const waits: number[] = []
  for (let attempt = 2; attempt <= 4; attempt += 1) {
    const wait = Date.parse(only(post).next ?? '') - post.clock.now()
    waits.push(Math.round(wait / 1000))
    post.clock.advance(wait - 100)
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(attempts(post), attempt - 1)
    post.clock.advance(200)
    await until(() => attempts(post) === attempt)
  }
  const [first = 0, second = 0, third = 0] = waits
  assert.ok(first >= 53 && first <= 67, `${first}`)
  for (const wait of [second, third]) assert.ok(wait >= 269 && wait <= 331, `${wait}`)
})

test('the sender is told once that it takes long, and at the end that it failed', async () => {
  await using post = await openTestOffice({
    config: { ...closed, queue: { retry: [86_400], warn: 3600, lifetime: 7200 } },
  })
  await post.send({ to: far })
  await until(() => attempts(post) === 1)
  post.clock.advance(3_601_000)
  await until(async () => (await post.mail('ana')).length === 1)
  const [late = ''] = await post.mail('ana')
  assert.match(late, /Subject: Mail delivery delayed \/ Correo retrasado\n/)
  assert.match(late, /Action: delayed\nStatus: 4\.4\.1\n(?:.*\n)*Will-Retry-Until: /)
  assert.doesNotMatch(late, /Hola/)
  await until(() => attempts(post) === 2)
  post.office.flush().catch(assert.fail)
  await until(() => attempts(post) === 3)
  assert.equal((await post.mail('ana')).length, 1)
  post.clock.advance(3_600_000)
  await until(async () => (await post.mail('ana')).length === 2)
  const bounce = (await post.mail('ana')).find((text) => text.includes('Mail delivery failed')) ?? ''
  assert.match(bounce, /Action: failed\nStatus: 4\.4\.7\n/)
  assert.match(bounce, /Hola/)
  await until(() => post.spool().length === 0)
})

test('who wants no reports gets none, and a bounce that cannot be delivered goes to nobody', async () => {
  await using post = await openTestOffice({ config: { ...closed, queue: { lifetime: 60, warn: 30 } } })
  await post.send({ to: far, recipient: { notify: ['NEVER'] } })
  await post.send({ to: far, from: '' })
  await post.send({ to: far, from: 'nobody@lab.test' })
  await until(() => post.office.queue().every(({ recipients }) => recipients[0]?.attempts === 1))
  post.clock.advance(61_000)
  await until(() => post.spool().length === 0)
  const bounced = post.facts.filter(({ kind }) => kind === 'smtp.bounced')
  assert.deepEqual(bounced.map(({ from, report }) => [from, report]).toSorted(), [
    ['', null],
    ['ana@lab.test', null],
    ['nobody@lab.test', null],
  ])
  assert.deepEqual(await post.mail('ana'), [])
})

test('after a restart what waits is there again, and what a kill left half written is gone', async () => {
  using folder = temporaryFolder()
  let id = ''
  {
    await using post = await openTestOffice({ folder: folder.path, config: closed })
    id = await post.send({ to: [far, 'ben@lab.test'] })
    await until(() => post.office.queue()[0]?.recipients.every((each) => each.attempts === 1) ?? false)
    await until(() => post.spool().join(' ') === `${id}.eml ${id}.json`)
  }
  const queue = join(folder.path, 'store', 'queue')
  writeFileSync(join(queue, '1xUpCo-001001-0q.eml'), 'half a mess')
  writeFileSync(join(queue, `${id}.json.3f.tmp`), '{')
  writeFileSync(join(queue, '1xUpCo-001001-0z.json'), '{"version":1}')
  writeFileSync(join(queue, '1xUpCo-001001-0z.eml'), 'x')
  const errors: object[] = []
  await using post = await openTestOffice({
    folder: folder.path,
    config: closed,
    log: { error: (fields) => void errors.push(fields) },
  })
  assert.deepEqual(post.spool(), ['1xUpCo-001001-0z.eml', '1xUpCo-001001-0z.json', `${id}.eml`, `${id}.json`])
  assert.equal(errors.length, 1)
  assert.deepEqual(
    post.office
      .queue()[0]
      ?.recipients.map(({ state }) => state)
      .toSorted(),
    ['delivered', 'waiting'],
  )
  assert.equal((await post.mail('ben')).length, 1)
  assert.equal(await post.office.remove(id), true)
  assert.equal(await post.office.remove(id), false)
  assert.deepEqual(post.office.queue(), [])
  assert.equal(post.spool().length, 2)
})

test('a message whose delivery was not noted before a kill comes to the mailbox once', async () => {
  using folder = temporaryFolder()
  const files = new Map<string, Buffer>()
  let id = ''
  {
    // What waits for another server keeps the entry in the queue.
    await using post = await openTestOffice({ folder: folder.path, config: closed })
    id = await post.send({ to: [far, 'ben@lab.test'] })
    await until(() => post.office.queue()[0]?.recipients.every((each) => each.attempts === 1) ?? false)
    for (const name of post.spool()) files.set(name, readFileSync(join(folder.path, 'store', 'queue', name)))
  }
  const entry = JSON.parse(String(files.get(`${id}.json`))) as {
    recipients: { state: string; next: number }[]
  }
  for (const recipient of entry.recipients) Object.assign(recipient, { state: 'waiting', next: 0 })
  writeFileSync(join(folder.path, 'store', 'queue', `${id}.json`), JSON.stringify(entry))
  await using post = await openTestOffice({ folder: folder.path, config: closed })
  await until(() => post.office.queue()[0]?.recipients.some(({ state }) => state === 'delivered') ?? false)
  assert.equal((await post.mail('ben')).length, 1)
})

test('a full mailbox puts off the queue’s delivery, and gets it when there is room', async () => {
  await using post = await openTestOffice({ config: { quota: 1100, queue: { retry: [60] } } })
  await post.send({ to: 'ben@lab.test', text: `Subject: x\r\n\r\n${'x'.repeat(700)}\r\n` })
  await post.send({ to: ['ana@lab.test', 'ben@lab.test'] })
  await until(() => post.office.queue()[0]?.recipients.every(({ attempts: count }) => count === 1) ?? false)
  const ben = post.office.queue()[0]?.recipients.find(({ address }) => address === 'ben@lab.test')
  assert.deepEqual([ben?.state, ben?.reply], ['waiting', '452 4.2.2 mailbox is full'])
  const mailbox = post.world.mail.mailbox('ben')
  for (const { id } of (await mailbox?.list()) ?? []) await mailbox?.remove(id)
  post.clock.advance(70_000)
  await until(() => post.spool().length === 0)
  assert.equal((await post.mail('ben')).length, 1)
})

test('no domain keeps another waiting', async () => {
  const clock = new LabClock()
  const running: string[] = []
  const ends: (() => void)[] = []
  const schedule = new Schedule({
    clock,
    concurrency: 3,
    run: ({ key, id }: Job) =>
      new Promise((resolve) => {
        running.push(`${key} ${id}`)
        ends.push(resolve)
      }),
  })
  const add = (key: string, id: string): void => schedule.add({ key, id, isLocal: false, next: 0 })
  for (const id of ['1', '2', '3', '4']) add('slow', id)
  assert.deepEqual(running, ['slow 1', 'slow 2'])
  add('a', '1')
  add('a', '2')
  add('b', '1')
  assert.deepEqual(running.slice(2), ['a 1'])
  const next = async (place: number): Promise<void> => {
    ends[place]?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  add('a', '3')
  await next(2)
  assert.deepEqual(running.slice(3), ['a 2'])
  await next(3)
  assert.deepEqual(running.slice(4), ['b 1'])
  await next(4)
  assert.deepEqual(running.slice(5), ['a 3'])
  await next(5)
  await next(0)
  assert.deepEqual(running.slice(6), ['slow 3'])
  const stopped = schedule.stop()
  for (const end of ends) end()
  await stopped
  assert.equal(running.length, 7)
  clock.close()
})

test('replies are read in one line or several, with and without a status', () => {
  const cases = {
    '550 5.1.1 nobody': [550, '5.1.1', 'nobody'],
    '550-5.1.1 nobody\n550 5.1.1 of that name': [550, '5.1.1', 'nobody of that name'],
    '451 later': [451, '4.0.0', 'later'],
    '250 2.0.0': [250, '2.0.0', ''],
    '421': [421, '4.0.0', ''],
    'what?': [451, '4.0.0', 'what?'],
    '554 5.7.1.2 x': [554, '5.0.0', '5.7.1.2 x'],
    '550 a\u0007b': [550, '5.0.0', 'a?b'],
  }
  for (const [text, expected] of Object.entries(cases)) {
    const { code, status, text: words } = parseReply(text)
    assert.deepEqual([code, status, words], expected, text)
  }
})
