import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settle, TestSmtp } from './smtp-server.ts'

describe('faults', () => {
  for (const [at, refused] of [
    ['smtp.mail', 0],
    ['smtp.rcpt', 1],
    ['smtp.data', 2],
    ['smtp.message', 3],
  ] as const) {
    test(`${at} is answered as the scenario says, and the rest rightly`, async () => {
      await using smtp = new TestSmtp({ faults: [{ at, reply: '451 4.7.1 Greylisted', times: 1 }] })
      const client = await smtp.greeted()
      const replies: string[] = []
      for (const line of ['MAIL FROM:<a@b.test>', 'RCPT TO:<ana@lab.test>', 'DATA', 'x\r\n.'])
        if (replies.length <= refused) replies.push(await client.ask(line))
      assert.equal(replies.at(-1), '451 4.7.1 Greylisted')
      assert.ok(replies.slice(0, -1).every((reply) => /^[23]/.test(reply)))
      assert.equal(smtp.office.taken.length, 0)
      assert.deepEqual(smtp.factsOf('smtp.refused').at(0)?.['why'], '4.7.1 Greylisted')
      assert.equal(await client.code('NOOP'), 250)
      const subject = smtp.subjects.get(at)
      assert.deepEqual(subject, {
        client: '127.0.0.1',
        from: 'a@b.test',
        to: refused === 0 ? '' : 'ana@lab.test',
      })
    })

    test(`${at} drops the connection`, async () => {
      await using smtp = new TestSmtp({ faults: [{ at, drop: true }] })
      const client = await smtp.greeted()
      client.send('MAIL FROM:<a@b.test>\r\nRCPT TO:<ana@lab.test>\r\nDATA\r\nx\r\n.\r\n')
      await settle(20)
      assert.equal(smtp.lastStream?.destroyed, true)
      assert.equal(smtp.office.taken.length, 0)
      assert.equal(smtp.office.aborted, at === 'smtp.message' ? 1 : 0)
    })
  }

  test('a message can be lost while the client thinks that it was taken', async () => {
    await using smtp = new TestSmtp({ faults: [{ at: 'smtp.message', lose: true }] })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    assert.match(await client.ask('x\r\n.'), /^250 2\.0\.0 OK id=lost$/)
    assert.deepEqual([smtp.office.taken.length, smtp.office.aborted], [0, 0])
  })

  test('a delayed reply comes later, with its effect', async () => {
    await using smtp = new TestSmtp({ faults: [{ at: 'smtp.rcpt', delay: 5000 }] })
    const client = await smtp.greeted()
    await client.ask('MAIL FROM:<a@b.test>')
    client.send('RCPT TO:<ana@lab.test>\r\n')
    await settle()
    assert.equal(client.received, '')
    smtp.clock.advance(5000)
    assert.deepEqual(await client.codes(1), [250])
    assert.equal(await client.code('DATA'), 354)
  })

  test('other words for yes keep its effect', async () => {
    await using smtp = new TestSmtp({ faults: [{ at: 'smtp.mail', reply: '250 fine' }] })
    const client = await smtp.greeted()
    assert.equal(await client.ask('MAIL FROM:<a@b.test>'), '250 fine')
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 250)
  })

  test('a refused BDAT still has its octets read', async () => {
    await using smtp = new TestSmtp({ faults: [{ at: 'smtp.data', reply: '451 no' }] })
    const client = await (await smtp.greeted()).begin()
    client.send('BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n')
    assert.equal(await client.reply(), '451 no')
    assert.equal(await client.reply(), '250 2.0.0 OK')
  })

  test('a wrong banner, a refusal instead of one, a late one', async () => {
    for (const [reply, isEnded] of [
      ['220 another', false],
      ['421 busy', true],
      ['554 go away', true],
    ] as const) {
      await using smtp = new TestSmtp({ faults: [{ at: 'smtp.connect', reply }] })
      const client = smtp.connect()
      assert.equal(await client.reply(), reply)
      if (isEnded) assert.equal(await client.rest(), '')
      else assert.equal(await client.code('EHLO x'), 250)
    }
    await using smtp = new TestSmtp({ faults: [{ at: 'smtp.connect', delay: 1000 }] })
    const client = smtp.connect().send('NOOP\r\n')
    await settle()
    assert.equal(client.received, '')
    smtp.clock.advance(1000)
    assert.deepEqual(await client.codes(2), [220, 250])
  })
})
