import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TestSmtp } from './smtp-server.ts'

describe('BDAT (RFC 3030)', () => {
  test('takes a message in chunks, dots and all, in any segments', async () => {
    for (const size of [1, 5, 1000]) {
      await using smtp = new TestSmtp()
      const client = await (await smtp.greeted()).begin()
      const octets = 'BDAT 6\r\na\r\n.\r\nBDAT 2\r\n\r\nBDAT 4 LAST\r\n..\r\nNOOP\r\n'
      for (let place = 0; place < octets.length; place += size) client.send(octets.slice(place, place + size))
      assert.deepEqual(await client.codes(4), [250, 250, 250, 250])
      assert.equal(smtp.office.taken[0]?.content, 'a\r\n.\r\n\r\n..\r\n')
    }
  })

  test('ends with an empty last chunk', async () => {
    await using smtp = new TestSmtp()
    const client = await (await smtp.greeted()).begin()
    assert.equal(await client.ask('BDAT 3\r\na'), '250 2.0.0 3 octets received')
    assert.equal(await client.ask('BDAT 0 LAST'), '250 2.0.0 OK id=id-1')
    assert.equal(smtp.office.taken[0]?.content, 'a\r\n')
  })

  test('gives a last line its end', async () => {
    await using smtp = new TestSmtp()
    const client = await (await smtp.greeted()).begin()
    assert.equal(await client.send('BDAT 1 LAST\r\na').reply(), '250 2.0.0 OK id=id-1')
    assert.equal(smtp.office.taken[0]?.content, 'a\r\n')
  })

  test('reads the octets of chunks that it refuses, lest they be taken for commands', async () => {
    await using smtp = new TestSmtp()
    const client = await smtp.greeted()
    client.send('BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n')
    assert.deepEqual(await client.codes(3), [503, 503, 250])
    smtp.office.refusals.set('no@lab.test', { code: 550, status: '5.1.1', text: 'no' })
    client.send('MAIL FROM:<>\r\nRCPT TO:<no@lab.test>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n')
    assert.deepEqual(await client.codes(4), [250, 550, 554, 250])
  })

  test('is not mixed with DATA, nor begun anew', async () => {
    await using smtp = new TestSmtp()
    const client = await (await smtp.greeted()).begin()
    client.send('BDAT 3\r\na\r\n')
    assert.deepEqual(await client.codes(1), [250])
    for (const line of ['DATA', 'RCPT TO:<ben@lab.test>', 'MAIL FROM:<a@b.test>'])
      assert.equal(await client.code(line), 503)
    assert.equal(await client.code('RSET'), 250)
    assert.equal(smtp.office.aborted, 1)
    client.send('BDAT 3 LAST\r\na\r\n')
    assert.deepEqual(await client.codes(1), [503])
  })

  test('is too large as DATA is', async () => {
    await using smtp = new TestSmtp({ smtp: { maxSize: 10 } })
    const client = await (await smtp.greeted()).begin()
    client.send(`BDAT 8\r\naaaaaa\r\nBDAT 8\r\naaaaaa\r\nBDAT 8 LAST\r\naaaaaa\r\n`)
    assert.deepEqual(await client.codes(3), [250, 552, 503])
    assert.equal(smtp.office.aborted, 1)
    await client.begin()
    client.send('BDAT 9999999999 LAST\r\n').send('x'.repeat(1_200_000))
    assert.deepEqual(await client.codes(1), [552])
    assert.equal(await client.rest(), '')
  })

  for (const octets of ['a\nb', 'a\rb', '\n', 'a\r'])
    test(`takes no ${JSON.stringify(octets)}`, async () => {
      await using smtp = new TestSmtp()
      const client = await (await smtp.greeted()).begin()
      client.send(`BDAT ${octets.length} LAST\r\n${octets}QUIT\r\n`)
      assert.deepEqual(await client.codes(1), [521])
      assert.equal(await client.rest(), '')
      assert.equal(smtp.office.taken.length, 0)
    })

  test('whose count cannot be read ends the connection', async () => {
    await using smtp = new TestSmtp()
    const client = await (await smtp.greeted()).begin()
    client.send('BDAT 1e3\r\nMAIL FROM:<x@y.test>\r\n')
    assert.deepEqual(await client.codes(1), [501])
    assert.equal(await client.rest(), '')
  })
})
