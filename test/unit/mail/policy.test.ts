import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { FileError } from '../../../lab/service.ts'
import type { Client, Entrance, Refusal } from '../../../services/mail/envelope.ts'
import { mailOptions } from '../../../services/mail/options.ts'
import { Greylist } from '../../../services/mail/policy/greylist.ts'
import { mailProblems } from '../../../services/mail/policy/problems.ts'
import { stillClock } from '../world/fakes.ts'
import {
  clientAt,
  openTestOffice,
  recipientOf,
  senderOf,
  type OfficeSetting,
  type TestOffice,
} from './office.ts'

function told(refusal: Refusal | undefined): string {
  return refusal === undefined ? 'taken' : `${refusal.code} ${refusal.status}`
}

function login(post: TestOffice, name: string, entrance: Entrance, host?: string): Client {
  const account = post.world.accounts.find(name)
  return clientAt(host, entrance, { account })
}

/** What each recipient is answered. */
async function judge(
  setting: OfficeSetting,
  client: Client | ((post: TestOffice) => Client),
  from: string,
  recipients: readonly string[],
): Promise<string[]> {
  await using post = await openTestOffice(setting)
  const who = typeof client === 'function' ? client(post) : client
  const answers: string[] = []
  for (const each of recipients)
    answers.push(told(await post.office.judgeRecipient(who, senderOf(from), recipientOf(each))))
  return answers
}

const stranger = clientAt('203.0.113.5')
const unknown = '550 5.1.1'
const relay = '550 5.7.1'

test('mail is taken for accounts, in any case and with a tag, for aliases, postmaster and abuse, and for nobody else', async () => {
  const expected: Readonly<Record<string, string>> = {
    'ana@lab.test': 'taken',
    'ANA@LAB.TEST': 'taken',
    'ana@lab.test.': 'taken',
    '"ana"@lab.test': 'taken',
    'ana+any.word@lab.test': 'taken',
    'ana+@lab.test': 'taken',
    '+ana@lab.test': unknown,
    'ana@[127.0.0.1]': 'taken',
    'ana@[127.0.0.2]': relay,
    'ana@other.lab': 'taken',
    'info@lab.test': 'taken',
    'INFO+x@other.lab': 'taken',
    'special@other.lab': 'taken',
    'special@lab.test': unknown,
    'postmaster@lab.test': 'taken',
    'PostMaster@other.lab': 'taken',
    'abuse@lab.test': 'taken',
    postmaster: 'taken',
    Postmaster: 'taken',
    ana: '501 5.1.3',
    'nobody@lab.test': unknown,
    'ana%other.test@lab.test': unknown,
    '"ana@other.test"@lab.test': unknown,
    'ana@elsewhere.test': relay,
    'ana@sub.lab.test': relay,
    '__proto__@lab.test': unknown,
    'constructor@lab.test': unknown,
    '../ana@lab.test': unknown,
  }
  const config = {
    domains: ['other.lab'],
    aliases: { Info: 'ana', 'special@other.lab': ['ben', 'far@away.test'] },
  }
  const answers = await judge({ config }, stranger, 'x@away.test', Object.keys(expected))
  assert.deepEqual(answers, Object.values(expected))
})

test('an unknown name is refused in the words of Exim', async () => {
  await using post = await openTestOffice()
  const refusal = await post.office.judgeRecipient(stranger, senderOf(''), recipientOf('x@lab.test'))
  assert.deepEqual(refusal, { code: 550, status: '5.1.1', text: 'Unrouteable address' })
})

test('without a tag and with an account that gets everything, names are taken as the options say', async () => {
  const names = ['ana+x@lab.test', 'nobody@lab.test', 'nobody@elsewhere.test']
  assert.deepEqual(await judge({ config: { tag: false } }, stranger, '', names), [unknown, unknown, relay])
  const dash = { config: { tag: '-', catchAll: 'ben' } }
  assert.deepEqual(await judge(dash, stranger, '', ['ana-x@lab.test', ...names]), [
    'taken',
    'taken',
    'taken',
    relay,
  ])
})

test('mail for others is sent on only for the listed domains from the listed networks, or for who has logged in', async () => {
  const to = ['x@friend.test', 'x@mx.friend.test', 'x@unfriend.test', 'x@friend.test.evil.test']
  const both = { config: { relay: { to: ['friend.test'], from: ['192.168.56.0/24', 'fd00::/8'] } } }
  const here = clientAt('192.168.56.7')
  assert.deepEqual(await judge(both, here, '', to), ['taken', 'taken', relay, relay])
  assert.deepEqual(await judge(both, clientAt('::ffff:192.168.56.7'), '', to.slice(0, 1)), ['taken'])
  assert.deepEqual(await judge(both, clientAt('fd00::1'), '', to.slice(0, 1)), ['taken'])
  assert.deepEqual(await judge(both, clientAt('192.168.57.7'), '', to), [relay, relay, relay, relay])
  const nowhere = { config: { relay: { from: ['0.0.0.0/0', '::/0'] } } }
  assert.deepEqual(await judge(nowhere, here, '', to), [relay, relay, relay, relay])
  const any = { config: { relay: { to: 'any' } } }
  assert.deepEqual(await judge(any, clientAt(), '', to.slice(2)), ['taken', 'taken'])
  assert.deepEqual(await judge(any, stranger, '', to.slice(2)), [relay, relay])
  const answers = await judge(
    {},
    (post) => login(post, 'ana', 'submission', '203.0.113.5'),
    'ana@lab.test',
    to,
  )
  assert.deepEqual(answers, ['taken', 'taken', 'taken', 'taken'])
})

test('senders are judged by the option, and a bounce always gets in', async () => {
  const senders = ['', 'ana@lab.test', 'ana+x@lab.test', 'info@lab.test', 'nobody@lab.test', 'x@other.test']
  const expected = {
    any: ['taken', 'taken', 'taken', 'taken', 'taken', 'taken'],
    existing: ['taken', 'taken', 'taken', 'taken', '550 5.1.0', 'taken'],
    accounts: ['taken', 'taken', 'taken', 'taken', '550 5.1.0', '550 5.7.1'],
  }
  for (const [option, answers] of Object.entries(expected)) {
    await using post = await openTestOffice({
      config: { senders: option, aliases: { info: 'ana' }, catchAll: 'ben' },
    })
    const found: string[] = []
    for (const each of senders) found.push(told(await post.office.judgeSender(stranger, senderOf(each))))
    assert.deepEqual(found, answers, option)
  }
})

test('who has logged in sends in the name of the account, with a tag, or of an alias that leads to it', async () => {
  await using post = await openTestOffice({
    config: { aliases: { info: ['ana', 'far@away.test'], list: 'info' } },
  })
  const expected: Readonly<Record<string, string>> = {
    'ana@lab.test': 'taken',
    'Ana+word@LAB.test': 'taken',
    'info@lab.test': 'taken',
    'list@lab.test': 'taken',
    'ben@lab.test': '553 5.7.1',
    'ana@elsewhere.test': '553 5.7.1',
    'far@away.test': '553 5.7.1',
    ana: '553 5.7.1',
    '': '553 5.7.1',
  }
  for (const entrance of ['submission', 'smtps'] as const)
    for (const [address, answer] of Object.entries(expected)) {
      const found = await post.office.judgeSender(login(post, 'ana', entrance), senderOf(address))
      assert.equal(told(found), answer, address)
    }
  assert.equal(
    told(await post.office.judgeSender(clientAt(undefined, 'submission'), senderOf('ana@lab.test'))),
    '530 5.7.0',
  )
})

test('a full mailbox is told at RCPT, with the size that the sender declares, and at the end without it', async () => {
  await using post = await openTestOffice({ config: { quota: 2000 } })
  const size = async (octets: number | undefined): Promise<string> =>
    told(
      await post.office.judgeRecipient(
        stranger,
        senderOf('x@y.test', { size: octets }),
        recipientOf('ben@lab.test'),
      ),
    )
  assert.equal(await size(undefined), 'taken')
  assert.equal(await size(2000), 'taken')
  assert.equal(await size(2001), '452 4.2.2')
  const big = `Subject: x\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(30)
  const refusal = await post.offer({ text: big })
  assert.ok(typeof refusal === 'object')
  assert.equal(told(refusal), '452 4.2.2')
  assert.deepEqual(await post.mail('ben'), [])
  await post.send({ text: big.slice(0, 1500) })
  assert.equal(await size(1000), '452 4.2.2')
})

test('an alias leads to what lies behind it, and never in circles for ever', async () => {
  await using post = await openTestOffice({
    config: { aliases: { a: 'b', b: ['a', 'ana', 'far@away.test'], c: 'd', d: 'c', root2: 'ROOT' } },
  })
  assert.deepEqual(post.office.look('ANA@lab.test'), ['ana@lab.test'])
  assert.deepEqual(post.office.look('b'), ['a@lab.test', 'ana@lab.test', 'far@away.test'])
  assert.deepEqual(post.office.look('postmaster'), ['ana@lab.test'])
  assert.deepEqual(post.office.look('root2'), ['ROOT@lab.test'])
  for (const name of ['c', 'nobody', 'ana@other.test', '']) assert.equal(post.office.look(name), undefined)
  assert.equal(
    told(await post.office.judgeRecipient(stranger, senderOf(''), recipientOf('c@lab.test'))),
    unknown,
  )
  assert.equal(
    told(await post.office.judgeRecipient(stranger, senderOf(''), recipientOf('a@lab.test'))),
    'taken',
  )
})

test('whoever sends for the first time is told to come again, also after a restart, and is then known', () => {
  const clock = stillClock()
  using database = new DatabaseSync(':memory:')
  const options = { delay: 60, lifetime: 3600, exempt: ['10.0.0.0/8'] }
  const ask = (host: string, from = 'a@x.test', to = 'ana@lab.test'): string =>
    told(new Greylist(options, clock, database).judge(host, from, to))
  assert.equal(ask('192.0.2.1'), '451 4.7.1')
  clock.time += 59_000
  assert.equal(ask('192.0.2.1'), '451 4.7.1')
  clock.time += 1000
  assert.equal(ask('192.0.2.200'), 'taken')
  assert.equal(ask('::ffff:192.0.2.9', 'A@X.test', 'ANA@lab.test'), 'taken')
  assert.equal(ask('192.0.3.1'), '451 4.7.1')
  assert.equal(ask('192.0.2.1', 'other@x.test'), '451 4.7.1')
  assert.equal(ask('10.1.2.3'), 'taken')
  assert.equal(ask('2001:db8::1'), '451 4.7.1')
  clock.time += 60_000
  assert.equal(ask('2001:db8::ffff:1'), 'taken')
  assert.equal(ask('2001:db8:0:1::1'), '451 4.7.1')
  clock.time += 3_601_000
  assert.equal(ask('192.0.2.1'), '451 4.7.1')
  assert.equal(database.prepare('SELECT count(*) AS count FROM greylist').get()?.['count'], 1)
})

test('options that lead nowhere, in a circle or to no account are told before the start', () => {
  const options = mailOptions.parse({
    aliases: {
      a: 'b',
      b: ['c', 'ana'],
      c: 'a',
      typo: 'bne',
      tagged: 'ben+x',
      far: 'x@away.test',
      other: 'ben@lab.test',
      chief: 'postmaster',
      wrong: '@away.test',
    },
    postmaster: 'rot',
    inbox: { carl: [] },
  })
  const world = { domain: 'lab.test', address: '127.0.0.1', accounts: ['ana', 'ben', 'root'] }
  const files = { path: (name: string) => name }
  const problems = mailProblems(options, files, world)
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['inbox.carl', 'postmaster', 'aliases.a', 'aliases.b', 'aliases.c', 'aliases.typo', 'aliases.wrong'],
  )
  assert.match(problems[1]?.message.en ?? '', /did you mean "root"/)
  assert.match(problems[2]?.message.es ?? '', /a → b → c → a/)
  assert.deepEqual(
    mailProblems(mailOptions.parse({ aliases: { x: 'whoever' } }), files, {
      ...world,
      accounts: undefined as never,
    }),
    [],
  )
  const missing = { path: () => assert.fail(new FileError({ en: 'gone', es: 'no está' })) }
  assert.throws(
    () => mailProblems(mailOptions.parse({ inbox: { ana: ['x.eml'] } }), missing, world),
    FileError,
  )
})
