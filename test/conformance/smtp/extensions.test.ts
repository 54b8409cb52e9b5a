import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exim, openForAllTests } from './subject.ts'

const open = openForAllTests()
const noDsnCheck = exim('it does not look at the values of these parameters')

describe('RFC 1870: SIZE', () => {
  test('§3: EHLO tells the limit', async () => {
    const client = open.subject.connect()
    await client.reply()
    assert.match(await client.ask('EHLO client.test'), /^250[ -]SIZE 1000000$/m)
  })

  test('§6.1: a size declared too large is 552', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<a@client.test> SIZE=1000001'), 552)
    assert.equal(await client.code('MAIL FROM:<a@client.test> SIZE=1000000'), 250)
  })

  test('§6.3: a message that turns out too large is 552, and the session goes on', async () => {
    const client = await (await open.subject.greeted()).begin()
    await client.ask('DATA')
    assert.equal(await client.code(`${'x'.repeat(98)}\r\n`.repeat(12_000).concat('.')), 552)
    assert.equal(await client.code('NOOP'), 250)
  })

  test(
    '§4: a size is digits',
    exim('it ignores what follows the digits, or that none are there'),
    async () => {
      const client = await open.subject.greeted()
      assert.equal(await client.code('MAIL FROM:<a@client.test> SIZE=x'), 501)
    },
  )
})

describe('RFC 2034: ENHANCEDSTATUSCODES', () => {
  test('§4: replies carry codes of their class', exim('it does not offer them'), async () => {
    const client = open.subject.connect()
    await client.reply()
    assert.match(await client.ask('EHLO client.test'), /^250[ -]ENHANCEDSTATUSCODES$/m)
    for (const line of ['MAIL FROM:<a@client.test>', 'RCPT TO:<nobody@lab.test>', 'RSET', 'FOO', 'QUIT'])
      assert.match(await client.ask(line), /^([245])\d\d \1\.\d{1,3}\.\d{1,3} /, line)
  })
})

describe('RFC 2920: PIPELINING', () => {
  test('§3.1: commands in one segment are obeyed in order', async () => {
    const client = await open.subject.greeted()
    client.send(
      'RSET\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<nobody@lab.test>\r\nRCPT TO:<ana@lab.test>\r\nDATA\r\n',
    )
    assert.deepEqual(await client.codes(5), [250, 250, 550, 250, 354])
    client.send('x\r\n.\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<ana@lab.test>\r\nQUIT\r\n')
    assert.deepEqual(await client.codes(4), [250, 250, 250, 221])
  })

  test('§3.1: where all recipients are refused DATA is, or the message', async () => {
    const client = await open.subject.greeted()
    client.send('MAIL FROM:<a@client.test>\r\nRCPT TO:<nobody@lab.test>\r\nDATA\r\n')
    const codes = await client.codes(3)
    assert.ok([503, 554].includes(codes[2] ?? 0), String(codes))
    assert.equal(await client.code('RSET'), 250)
  })
})

describe('RFC 3030: CHUNKING', () => {
  test('§2: chunks make a message', async () => {
    const client = await (await open.subject.greeted()).begin()
    client.send('BDAT 5\r\na: b\r')
    client.send('BDAT 6\r\n\n\r\n.\r\nBDAT 0 LAST\r\n')
    assert.deepEqual(await client.codes(3), [250, 250, 250])
    const { contents } = open.subject
    if (contents !== undefined) assert.equal(contents().at(-1), 'a: b\r\n\r\n.\r\n')
  })

  test('§2: a refused BDAT still has its octets read', async () => {
    const client = await open.subject.greeted()
    client.send('BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n')
    assert.deepEqual(await client.codes(2), [503, 250])
  })

  test('§2: BDAT and DATA are not mixed', async () => {
    const client = await (await open.subject.greeted()).begin()
    client.send('BDAT 6\r\na: b\r\n')
    assert.deepEqual(await client.codes(1), [250])
    assert.equal(await client.code('DATA'), 503)
  })
})

describe('RFC 3461: DSN', () => {
  test('§4: parameters are taken', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<a@client.test> RET=HDRS ENVID=x+2By'), 250)
    assert.equal(
      await client.code('RCPT TO:<ana@lab.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ana@lab.test'),
      250,
    )
    assert.equal(await client.code('RCPT TO:<ben@lab.test> NOTIFY=NEVER'), 250)
  })

  for (const parameter of ['RET=ALL', 'RET=FULL RET=FULL']) {
    test(`§4.3: ${parameter} is refused`, async () => {
      const client = await open.subject.greeted()
      assert.match(await client.ask(`MAIL FROM:<a@client.test> ${parameter}`), /^5(?:01|55) /)
    })
  }

  for (const parameter of ['ENVID=a+0D+0Ab', 'ENVID=+zz']) {
    test(`§4.4: ${parameter} is refused`, noDsnCheck, async () => {
      const client = await open.subject.greeted()
      assert.match(await client.ask(`MAIL FROM:<a@client.test> ${parameter}`), /^5(?:01|55) /)
    })
  }

  for (const [parameter, options] of [
    ['NOTIFY=NEVER,SUCCESS', {}],
    ['NOTIFY=OFTEN', {}],
    ['ORCPT=ana', noDsnCheck],
  ] as const) {
    test(`§4.1: ${parameter} is refused`, options, async () => {
      const client = await open.subject.greeted()
      await client.ask('MAIL FROM:<a@client.test>')
      assert.match(await client.ask(`RCPT TO:<ana@lab.test> ${parameter}`), /^5(?:01|55) /)
    })
  }
})

describe('RFC 4954: AUTH', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')

  test('§4: PLAIN with and without an initial response', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code(`AUTH PLAIN ${base64('\0ana\0secret')}`), 235)
    const other = await open.subject.greeted()
    assert.equal(await other.ask('AUTH PLAIN'), '334 ')
    assert.equal(await other.code(base64('\0ana\0secret')), 235)
  })

  test('§4: a second AUTH, and one within a transaction, are out of order', async () => {
    const client = await open.subject.greeted()
    await client.ask(`AUTH PLAIN ${base64('\0ana\0secret')}`)
    assert.equal(await client.code(`AUTH PLAIN ${base64('\0ana\0secret')}`), 503)
    const other = await open.subject.greeted()
    await other.begin()
    assert.equal(await other.code('AUTH PLAIN'), 503)
  })

  test('§4: a client can cancel', async () => {
    const client = await open.subject.greeted()
    await client.ask('AUTH PLAIN')
    assert.equal(await client.code('*'), 501)
    assert.equal(await client.code('NOOP'), 250)
  })

  test('§4: what is no base64 is 501, an unknown mechanism 504', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('AUTH FOO'), 504)
    await client.ask('AUTH PLAIN')
    assert.equal(await client.code('!!'), 501)
  })

  test('§6: a wrong password is 535', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code(`AUTH PLAIN ${base64('\0ana\0wrong')}`), 535)
  })
})

describe('RFC 6152: 8BITMIME', () => {
  test('§3: BODY says what comes, and is 7BIT or 8BITMIME', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<a@client.test> BODY=8BITMIME'), 250)
    await client.ask('RSET')
    assert.equal(await client.code('MAIL FROM:<a@client.test> BODY=7BIT'), 250)
    await client.ask('RSET')
    assert.equal(await client.code('MAIL FROM:<a@client.test> BODY=FOO'), 501)
  })
})

describe('RFC 6531: SMTPUTF8', () => {
  test('§3.4: with the parameter, addresses may be UTF-8', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<\xc3\xb1@client.test> SMTPUTF8'), 250)
    assert.equal(await client.code('RCPT TO:<\xc3\xb1@lab.test>'), 250)
  })

  test('§3.5: without it they may not', exim('it takes eight-bit local parts without it'), async () => {
    const client = await open.subject.greeted()
    assert.match(await client.ask('MAIL FROM:<\xc3\xb1@client.test>'), /^55[03] /)
    await client.ask('MAIL FROM:<a@client.test>')
    assert.match(await client.ask('RCPT TO:<\xc3\xb1@lab.test>'), /^55[03] /)
  })

  test('§3.4: the parameter has no value', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<a@client.test> SMTPUTF8=1'), 501)
  })
})
