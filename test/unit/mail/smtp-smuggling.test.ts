import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestSmtp } from './smtp-server.ts'

/** What some servers have taken for the end of a message, and others have not. */
const spellings = [
  '\n.\n',
  '\n.\r\n',
  '\r\n.\n',
  '\r.\r',
  '\r\n.\r',
  '\r.\r\n',
  '\r.\n',
  '\n.\r',
  '\r\r\n.\r\n',
  '\r\n.\r\r\n',
  '\n\n.\r\n',
  '\r\n.\n\r\n',
  '\n\r.\n\r',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
  '\r\0\n.\r\n',
  '\r\n.\r\0\n',
  '\r\n. \r\n',
  '\r\n .\r\n',
  '\r\n.\t\r\n',
  '\r\n..\r\n',
  '\r\n.\x0b\r\n',
  '\x85.\x85',
  '\r\n.\x85\r\n',
] as const

const hidden = 'MAIL FROM:<hidden@client.test>\r\nRCPT TO:<ana@lab.test>\r\nDATA\r\nhidden\r\n.\r\n'

for (const spelling of spellings) {
  test(`nothing hides behind ${JSON.stringify(spelling)}, in any segments`, async () => {
    for (const size of [1, 2, 3, 100_000]) {
      await using smtp = new TestSmtp()
      const client = await (await smtp.greeted()).begin('true@client.test')
      const text = `DATA\r\nshown${spelling}${hidden}QUIT\r\n`
      for (let place = 0; place < text.length; place += size) client.send(text.slice(place, place + size))
      const replies = await client.rest()
      const senders = smtp.office.taken.map(({ envelope }) => envelope.sender.address)
      assert.ok(!senders.includes('hidden@client.test'), replies)
      // A bare CR or LF refuses the message and ends the connection; what is neither is text.
      const isBare = /\r(?!\n)|(?<!\r)\n/.test(spelling)
      assert.equal(senders.length, isBare ? 0 : 1)
      assert.match(replies, isBare ? /^354 [^\n]*\n521 5\.5\.2 Bare [CL][RF] [^\n]*nc[^\n]*\n$/ : /\n221 /)
    }
  })
}

test('a command line may end with LF alone before the first message, not after', async () => {
  await using smtp = new TestSmtp()
  const client = smtp.connect()
  client.send('EHLO x\nMAIL FROM:<a@b.test>\nRCPT TO:<ana@lab.test>\nDATA\n')
  assert.deepEqual(await client.codes(5), [220, 250, 250, 250, 354])
  assert.match(await client.ask('a\r\n.'), /^250 /)
  client.send('NOOP\n')
  assert.deepEqual(await client.codes(1), [521])
  assert.equal(await client.rest(), '')
})

test('a CR within a command line ends nothing', async () => {
  await using smtp = new TestSmtp()
  const client = await smtp.greeted()
  client.send('NOOP\rQUIT\r\nNOOP\r\n')
  assert.deepEqual(await client.codes(2), [500, 250])
})

test('what is refused so is told to the journal, with whom it was for', async () => {
  await using smtp = new TestSmtp()
  const client = await (await smtp.greeted()).begin()
  client.send('DATA\r\na\n')
  await client.rest()
  const [fact] = smtp.factsOf('smtp.refused')
  assert.equal(fact?.['code'], 521)
  assert.deepEqual(fact['to'], ['ana@lab.test'])
  assert.equal(smtp.office.aborted, 1)
})
