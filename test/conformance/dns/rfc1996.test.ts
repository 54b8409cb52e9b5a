import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { ROOT } from '../../../services/dns/wire/name.ts'
import { until } from '../../talk.ts'
import { openBindWith } from './transfer.ts'
import { ask, bindDeviates, FLAGS, isBind, lines, openSubject, type Subject } from './subject.ts'

const NOTIFY = 4

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

test(
  '§3.11: a primary has nobody to be told by, and says so',
  bindDeviates('it says NOERROR, and does nothing'),
  async () => {
    const { rcode, opcode, flags, answer } = await ask(subject, '@', { type: 'SOA', opcode: NOTIFY })
    assert.deepEqual([rcode, opcode, flags & FLAGS.response, answer.length], [5, NOTIFY, FLAGS.response, 0])
  },
)

for (const name of ['www', 'example.net.', '.']) {
  test(`§3.10: ${name} is not the name of a zone here`, async () => {
    const { rcode, questions } = await ask(subject, name, { type: 'SOA', opcode: NOTIFY })
    assert.deepEqual([rcode, questions.length], [9, 1])
  })
}

test('§3.7: a NOTIFY of anything but a SOA is a format error', async () => {
  assert.equal((await ask(subject, '@', { type: 'A', opcode: NOTIFY })).rcode, 1)
})

/** A socket that hears NOTIFY as a secondary does. */
class Secondary implements Disposable {
  readonly heard: Message[] = []
  /** What it sends back. */
  answers: (message: Message) => readonly Buffer[] = () => []
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('message', (octets, from) => {
      const message = decodeMessage(octets)
      this.heard.push(message)
      for (const answer of this.answers(message)) socket.send(answer, from.port, from.address)
    })
  }

  get port(): number {
    return this.socket.address().port
  }

  /** The names of the zones it has heard of. */
  zones(): readonly (string | undefined)[] {
    return this.heard.map(({ questions }) => questions[0]?.name.key)
  }

  [Symbol.dispose](): void {
    this.socket.close()
  }
}

/** With a code it answers so; without one not at all. */
async function openSecondary(rcode?: number): Promise<Secondary> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const secondary = new Secondary(socket)
  if (rcode !== undefined)
    secondary.answers = (message) => [
      encodeMessage({ ...message, flags: message.flags | FLAGS.response, rcode, answer: [] }),
    ]
  return secondary
}

const ZONES = { 'conformance.test': 'zone.db', 'other.test': 'other.db' }

async function openTelling(...secondaries: readonly Secondary[]): Promise<Subject> {
  if (isBind) {
    const servers = secondaries.map(({ port }) => `127.0.0.1 port ${port};`)
    return openBindWith(`notify explicit; also-notify { ${servers.join(' ')} };`, ZONES)
  }
  const servers = secondaries.map(({ port }) => `"127.0.0.1:${port}"`)
  return openSubject({ zones: ZONES, options: `notify: [${servers.join(', ')}]` })
}

const CONFORMANCE = '\u000bconformance\u0004test\0'
const OTHER = '\u0005other\u0004test\0'

test('§3.6, §3.7, §4.5: each server is told of each zone, with its new SOA', async () => {
  using one = await openSecondary(0)
  using two = await openSecondary(0)
  await using told = await openTelling(one, two)
  assert.notEqual(told.address.port, 0)
  for (const secondary of [one, two]) {
    await until(() => new Set(secondary.zones()).size === 2)
    assert.deepEqual(new Set(secondary.zones()), new Set([CONFORMANCE, OTHER]))
    const message = secondary.heard.find(({ questions }) => questions[0]?.name.key === CONFORMANCE)
    assert.equal(message?.opcode, NOTIFY)
    assert.equal(message.flags & (FLAGS.response | FLAGS.authoritative), FLAGS.authoritative)
    assert.equal(message.questions[0]?.type, 6)
    assert.match(lines(message.answer).join(), /^conformance\.test\. \d+ SOA .* 7 3600 900 604800 300$/)
  }
})

test('§3.6: who does not answer is told again, later and later, and not for ever', async (t) => {
  if (isBind) return t.skip('the clock of another server cannot be moved')
  using secondary = await openSecondary()
  await using told = await openTelling(secondary)
  const lab = told.lab ?? assert.fail()
  const times = (): number => secondary.zones().filter((zone) => zone === CONFORMANCE).length
  await until(() => times() === 1)
  for (const [index, pause] of [1, 2, 4, 8, 16].entries()) {
    // The clock runs on by itself too; half the pause is safely too early.
    lab.clock.advance(pause * 500)
    await settle()
    assert.equal(times(), index + 1)
    lab.clock.advance(pause * 500)
    await until(() => times() === index + 2)
  }
  lab.clock.advance(32_000)
  await settle()
  lab.clock.advance(3_600_000)
  await settle()
  assert.equal(times(), 6)
  assert.deepEqual(lab.journal.since(0, ['dns.notified']), [])
})

test('§4.8: who answers, whatever it says, is not told again', async (t) => {
  if (isBind) return t.skip('the clock of another server cannot be moved')
  for (const rcode of [0, 5, 9]) {
    using secondary = await openSecondary(rcode)
    await using told = await openTelling(secondary)
    const lab = told.lab ?? assert.fail()
    await until(() => lab.journal.since(0, ['dns.notified']).length === 2)
    lab.clock.advance(60_000)
    await settle()
    assert.equal(secondary.heard.length, 2)
    const { data } =
      lab.journal.since(0, ['dns.notified']).find(({ data: each }) => each?.['zone'] === 'other.test') ?? {}
    const { server, zone, tries } = data ?? {}
    assert.deepEqual([server, zone, tries], [`127.0.0.1:${secondary.port}`, 'other.test', 1])
  }
})

test('an answer with another id, opcode or zone is none', async (t) => {
  if (isBind) return t.skip('the clock of another server cannot be moved')
  using secondary = await openSecondary()
  secondary.answers = ({ id, questions, ...message }) => {
    const answer = { ...message, id, questions, flags: FLAGS.response, answer: [] }
    const others = questions.map((question) => ({ ...question, name: ROOT }))
    const wrong = [
      { ...answer, id: id ^ 1 },
      { ...answer, opcode: 0 },
      { ...answer, flags: 0 },
      { ...answer, questions: others },
    ]
    return [...wrong.map((each) => encodeMessage(each)), Buffer.from('no message at all')]
  }
  await using told = await openTelling(secondary)
  const lab = told.lab ?? assert.fail()
  await until(() => secondary.heard.length === 2)
  await settle()
  assert.deepEqual(lab.journal.since(0, ['dns.notified']), [])
  lab.clock.advance(1000)
  await until(() => secondary.heard.length === 4)
})

/** Lets what is under way on the loopback arrive. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}
