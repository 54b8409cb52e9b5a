import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { describe, test } from 'node:test'
import { settle, TestSmtp } from './smtp-server.ts'

describe('bounds', () => {
  test('SIZE says too much', async () => {
    await using smtp = new TestSmtp({ smtp: { maxSize: 1000 } })
    const client = await smtp.greeted()
    assert.match(await client.ask('MAIL FROM:<a@b.test> SIZE=1001'), /^552 5\.3\.4 /)
    assert.equal(await client.code('MAIL FROM:<a@b.test> SIZE=1000'), 250)
  })

  test('a message that turns out too large is read to its end and refused', async () => {
    await using smtp = new TestSmtp({ smtp: { maxSize: 1000 } })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    assert.match(await client.ask(`${'x\r\n'.repeat(5000)}.`), /^552 5\.3\.4 /)
    assert.equal(await client.code('NOOP'), 250)
    await client.begin()
    await client.ask('DATA')
    // Dots that were added do not count (RFC 1870 §5).
    assert.match(await client.ask(`${'..\r\n'.repeat(333)}.`), /^250 /)
    assert.deepEqual([smtp.office.aborted, smtp.office.taken.length], [1, 1])
  })

  test('a message without end is not read for ever', async () => {
    await using smtp = new TestSmtp({ smtp: { maxSize: 1000 } })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    client.send('x\r\n'.repeat(400_000))
    assert.deepEqual(await client.codes(1), [552])
    assert.equal(await client.rest(), '')
  })

  test('a line too long refuses the message', async () => {
    await using smtp = new TestSmtp({ smtp: { maxLine: 1000 } })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    assert.match(await client.ask(`${'x'.repeat(1001)}\r\n.`), /^554 5\.6\.0 /)
    await client.begin()
    await client.ask('DATA')
    assert.match(await client.ask(`${'x'.repeat(1000)}\r\n.`), /^250 /)
  })

  test('a command too long is answered once, and its rest dropped', async () => {
    await using smtp = new TestSmtp()
    const client = await smtp.greeted()
    assert.match(await client.ask('x'.repeat(3000)), /^500 5\.5\.2 /)
    client.send('x'.repeat(20_000))
    assert.deepEqual(await client.codes(1), [500])
    client.send('x'.repeat(20_000)).send('\r\nNOOP\r\n')
    assert.deepEqual(await client.codes(1), [250])
    client.send('x'.repeat(1_200_000))
    await settle()
    assert.equal(smtp.lastStream?.destroyed, true)
  })

  test('recipients', async () => {
    await using smtp = new TestSmtp({ smtp: { maxRecipients: 2 } })
    const client = await (await smtp.greeted()).begin()
    assert.equal(await client.code('RCPT TO:<b@lab.test>'), 250)
    assert.match(await client.ask('RCPT TO:<c@lab.test>'), /^452 4\.5\.3 /)
    assert.equal(await client.code('DATA'), 354)
    await client.ask('.')
    assert.equal(smtp.office.taken[0]?.envelope.recipients.length, 2)
  })

  test('messages', async () => {
    await using smtp = new TestSmtp({ smtp: { maxMessages: 1 } })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    await client.ask('.')
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^421 4\.7\.0 /)
    assert.equal(await client.rest(), '')
  })

  test('errors', async () => {
    await using smtp = new TestSmtp({ smtp: { maxErrors: 3 } })
    const client = await smtp.greeted()
    client.send('FOO\r\nBAR\r\nNOOP\r\nBAZ\r\nNOOP\r\n')
    assert.deepEqual(await client.codes(5), [500, 500, 250, 500, 421])
    assert.equal(await client.rest(), '')
  })

  test('connections, of one client and in all', async () => {
    await using smtp = new TestSmtp({ smtp: { maxConnections: 3, maxConnectionsPerClient: 2 } })
    const one = await smtp.greeted()
    await smtp.greeted()
    assert.match(await smtp.connect().reply(), /^421 mail/)
    await settle()
    await smtp.greeted('smtp', '10.0.0.1')
    assert.match(await smtp.connect('smtp', '10.0.0.2').reply(), /^421 mail/)
    assert.equal(smtp.factsOf('smtp.refused').length, 2)
    one.send('QUIT\r\n').stream.end()
    await one.rest()
    await settle()
    await smtp.greeted()
  })

  test('messages a minute', async () => {
    await using smtp = new TestSmtp({ smtp: { rate: 2 } })
    const client = await smtp.greeted()
    for (const code of [250, 250, 450]) {
      assert.equal(await client.code('MAIL FROM:<a@b.test>'), code)
      await client.ask('RSET')
    }
    assert.equal(await (await smtp.greeted('smtp', '10.0.0.1')).code('MAIL FROM:<a@b.test>'), 250)
    smtp.clock.advance(60_000)
    assert.equal(await client.code('MAIL FROM:<a@b.test>'), 250)
  })
})

describe('time', () => {
  test('a client that says nothing is sent away', async () => {
    await using smtp = new TestSmtp({ smtp: { commandTimeout: 10 } })
    const client = await smtp.greeted()
    smtp.clock.advance(9000)
    assert.equal(await client.code('NOOP'), 250)
    smtp.clock.advance(9000)
    client.send('NO')
    await settle()
    smtp.clock.advance(2000)
    assert.match(await client.reply(), /^421 4\.4\.2 .*command/)
    assert.equal(await client.rest(), '')
  })

  test('a message may take its time, block by block', async () => {
    await using smtp = new TestSmtp({ smtp: { commandTimeout: 10, dataTimeout: 5 } })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    for (let block = 0; block < 5; block += 1) {
      client.send('x\r\n')
      await settle()
      smtp.clock.advance(4000)
    }
    assert.equal(await client.code('.'), 250)
    await client.begin()
    await client.ask('DATA')
    smtp.clock.advance(5001)
    assert.match(await client.reply(), /^421 4\.4\.2 .*message/)
    await settle()
    assert.equal(smtp.office.aborted, 1)
  })

  test('who does not read the last reply is not waited for', async () => {
    await using smtp = new TestSmtp()
    const [client, server] = duplexPair()
    smtp.serve(server)
    client.write('QUIT\r\n')
    await settle()
    assert.equal(server.destroyed, false)
    smtp.clock.advance(6000)
    await settle()
    assert.equal(server.destroyed, true)
  })

  test('who does not read replies is not read from, and in the end dropped', async () => {
    await using smtp = new TestSmtp({ smtp: { commandTimeout: 10 } })
    const [client, server] = duplexPair()
    smtp.serve(server)
    let isFull = false
    for (let round = 0; round < 200 && !isFull; round += 1) {
      isFull = !client.write('HELP\r\n'.repeat(1000))
      await settle(2)
    }
    assert.ok(isFull)
    assert.equal(server.destroyed, false)
    smtp.clock.advance(11_000)
    await settle()
    assert.equal(server.destroyed, true)
  })

  test('while the office is busy nothing more is read', async () => {
    await using smtp = new TestSmtp()
    let go = (): void => undefined
    smtp.office.hold = new Promise((resolve) => {
      go = resolve
    })
    const client = await (await smtp.greeted()).begin()
    await client.ask('DATA')
    let sent = 0
    while (sent < 100 && client.stream.write(`${'x'.repeat(998)}\r\n`.repeat(16))) {
      sent += 1
      await settle(2)
    }
    assert.ok(sent < 20, `${sent} blocks were read`)
    go()
    assert.equal(await client.code('.'), 250)
    assert.equal(smtp.office.taken[0]?.content.length, 16_000 * (sent + 1))
  })
})

test('a thousand idle clients hold up nobody', async () => {
  await using smtp = new TestSmtp({ smtp: { maxConnections: 2000, maxConnectionsPerClient: 2000 } })
  for (let place = 0; place < 1000; place += 1) smtp.connect()
  const client = await (await smtp.greeted()).begin()
  await client.ask('DATA')
  assert.equal(await client.code('.'), 250)
})
