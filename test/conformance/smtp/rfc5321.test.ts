import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exim, openForAllTests } from './subject.ts'

const open = openForAllTests()

describe('RFC 5321 §3: procedures', () => {
  test('§3.1: the server speaks first, with 220 and its name', async () => {
    const banner = await open.subject.connect().reply()
    assert.match(banner, /^220[ -][A-Za-z0-9.-]+ /)
  })

  test('§3.1: EHLO is answered with the server’s name first', async () => {
    const client = open.subject.connect()
    await client.reply()
    assert.match(await client.ask('EHLO client.test'), /^250[ -][A-Za-z0-9.-]+/)
  })

  test('§3.2: HELO is still taken, and answered by one line', async () => {
    const client = open.subject.connect()
    await client.reply()
    assert.match(await client.ask('HELO client.test'), /^250 [^\n]*$/)
  })

  test('§3.3: a message goes from MAIL by RCPT to DATA', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<a@client.test>'), 250)
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 250)
    assert.equal(await client.code('RCPT TO:<ben@lab.test>'), 250)
    assert.equal(await client.code('DATA'), 354)
    assert.equal(await client.code('Subject: x\r\n\r\ntext\r\n.'), 250)
  })

  test('§3.3: a refused recipient leaves the others', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    assert.equal(await client.code('RCPT TO:<nobody@lab.test>'), 550)
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 250)
    assert.equal(await client.code('DATA'), 354)
    assert.equal(await client.code('.'), 250)
  })

  test('§3.3: RCPT before MAIL, and DATA before RCPT, are out of order', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 503)
    assert.equal(await client.code('DATA'), 503)
    await client.ask('MAIL FROM:<a@client.test>')
    assert.equal(await client.code('DATA'), 503)
  })

  test('§3.3: DATA is refused where every recipient was', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    await client.ask('RCPT TO:<nobody@lab.test>')
    assert.match(await client.ask('DATA'), /^(?:503|554)[ -]/)
  })

  test('§3.6.1: mail is not relayed for everybody', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    assert.match(await client.ask('RCPT TO:<ana@elsewhere.test>'), /^5\d\d /)
  })

  test('§3.8: QUIT is answered, and the connection then closed', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('QUIT'), 221)
    assert.equal(await client.rest(), '')
  })
})

describe('RFC 5321 §4.1: commands', () => {
  test('§4.1.1: letter case does not matter in verbs and keywords', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('mail from:<a@client.test> size=10'), 250)
    assert.equal(await client.code('rCpT tO:<ana@LAB.test>'), 250)
    assert.equal(await client.code('rset'), 250)
  })

  test('§4.1.1.1: a greeting needs a name', async () => {
    const client = open.subject.connect()
    await client.reply()
    assert.equal(await client.code('EHLO'), 501)
    assert.equal(await client.code('HELO'), 501)
  })

  test('§4.1.1.2: the null reverse path is taken', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<>'), 250)
  })

  test('§4.1.1.3: source routes are ignored', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<@x.test,@y.test:a@client.test>'), 250)
    assert.equal(await client.code('RCPT TO:<@x.test:ana@lab.test>'), 250)
  })

  test('§4.1.1.3: postmaster needs no domain', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    assert.equal(await client.code('RCPT TO:<Postmaster>'), 250)
  })

  test('§4.1.1.4: RSET and QUIT need no DATA, DATA no argument', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    await client.ask('RCPT TO:<ana@lab.test>')
    assert.equal(await client.code('RSET'), 250)
    assert.equal(await client.code('DATA'), 503)
  })

  for (const line of ['DATA x', 'RSET x', 'QUIT x']) {
    test(`§4.1.1: ${line} has an argument too many`, async () => {
      const client = await open.subject.greeted()
      await client.ask('MAIL FROM:<a@client.test>')
      await client.ask('RCPT TO:<ana@lab.test>')
      assert.equal(await client.code(line), 501)
    })
  }

  test('§4.1.1.9: NOOP may have an argument', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('NOOP'), 250)
    assert.equal(await client.code('NOOP x y'), 250)
  })

  const dots = exim('it takes dots anywhere in a local part')
  for (const [path, options] of [
    ['<a@client.test', {}],
    ['<a b@client.test>', {}],
    ['<a@client..test>', {}],
    ['<.a@client.test>', dots],
    ['<a..b@client.test>', dots],
    ['<@client.test>', {}],
    ['<a@>', {}],
    ['<"a@client.test>', {}],
  ] as const) {
    test(`§4.1.2: ${path} is no path`, options, async () => {
      const client = await open.subject.greeted()
      assert.equal(await client.code(`MAIL FROM:${path}`), 501)
    })
  }

  test('§4.1.2: a path stands in brackets', exim('it takes addresses without them'), async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:a@client.test'), 501)
  })

  test('§4.1.2: a local part may be quoted, and is the same without quotes', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<"a b"@client.test>'), 250)
    assert.equal(await client.code('RCPT TO:<"ana"@lab.test>'), 250)
  })

  test('§4.1.4: EHLO ends a transaction as RSET does', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    assert.equal(await client.code('EHLO client.test'), 250)
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 503)
  })

  test('§4.1.4: a second MAIL is out of order', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    assert.equal(await client.code('MAIL FROM:<b@client.test>'), 503)
  })

  test('§4.1.4: a mail transaction needs a greeting', async () => {
    const client = open.subject.connect()
    await client.reply()
    assert.equal(await client.code('MAIL FROM:<a@client.test>'), 503)
  })
})

describe('RFC 5321 §4.2: replies', () => {
  test('§4.2.4: an unknown command is 500', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('FOO'), 500)
    assert.equal(await client.code('FOO bar'), 500)
  })

  test('§4.1.1.11: an unknown parameter is 555', exim('it calls it 501'), async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code('MAIL FROM:<a@client.test> FOO=1'), 555)
  })

  test('§3.5.3: VRFY is answered 250 or 252, or not offered', async () => {
    const client = await open.subject.greeted()
    assert.match(await client.ask('VRFY ana@lab.test'), /^(?:250|252|502) /)
  })
})

describe('RFC 5321 §4.5: further details', () => {
  test('§4.5.1: what every server must know is known', async () => {
    const client = await open.subject.greeted()
    for (const line of ['HELO x.test', 'EHLO x.test', 'RSET', 'NOOP', 'VRFY ana', 'QUIT'])
      assert.doesNotMatch(await client.ask(line), /^50[02]/, line)
  })

  test('§4.5.2: dots are undone, other octets kept', async () => {
    const client = await (await open.subject.greeted()).begin()
    await client.ask('DATA')
    assert.equal(await client.code('..\r\n...x\r\n.y\r\n\xe9\0\x7f\r\n.'), 250)
    const { contents } = open.subject
    if (contents !== undefined) assert.equal(contents().at(-1), '.\r\n..x\r\ny\r\n\xe9\0\x7f\r\n')
  })

  test('§4.5.3.1: sizes that every server must take', async () => {
    const client = await open.subject.greeted()
    const local = 'a'.repeat(64)
    assert.equal(await client.code(`MAIL FROM:<${local}@client.test>`), 250)
    await client.ask('RCPT TO:<ana@lab.test>')
    await client.ask('DATA')
    assert.equal(await client.code(`${'x'.repeat(998)}\r\n.`), 250)
  })

  test(
    '§4.5.3.1.1: a local part of 65 octets is too long',
    exim('it sets no bound but that of 255'),
    async () => {
      const client = await open.subject.greeted()
      assert.equal(await client.code(`MAIL FROM:<${'a'.repeat(65)}@client.test>`), 501)
    },
  )

  test('§4.5.3.1.4: a command line of 512 octets is taken', async () => {
    const client = await open.subject.greeted()
    assert.equal(await client.code(`NOOP ${'x'.repeat(505)}`), 250)
  })

  test('§4.5.3.1.10: too many recipients are 452, and the others stay', async () => {
    const client = await open.subject.greeted()
    await client.ask('MAIL FROM:<a@client.test>')
    for (let count = 0; count < 10; count += 1) assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 250)
    assert.match(await client.ask('RCPT TO:<ben@lab.test>'), /^[45]52 /)
    assert.equal(await client.code('DATA'), 354)
    assert.match(await client.ask('.'), /^250 /)
  })

  const smuggled = exim('before 4.97.1 it could be smuggled to (CVE-2023-51766)')
  for (const [spelling, options] of [
    ['\n.\n', smuggled],
    ['\n.\r\n', smuggled],
    ['\r\n.\n', {}],
    ['\r.\r', {}],
    ['\r\n.\r', {}],
    ['\r.\r\n', {}],
    ['\r\r\n.\r\n', smuggled],
    ['\r\n\0.\r\n', {}],
  ] as const) {
    test(`§2.3.8: ${JSON.stringify(spelling)} does not end a message`, options, async () => {
      const client = await (await open.subject.greeted()).begin()
      await client.ask('DATA')
      client.send(`shown${spelling}NOOP\r\nQUIT\r\n`)
      // Were it the end, three replies would come; as it is, none or the refusal.
      await new Promise((resolve) => setTimeout(resolve, 100))
      assert.doesNotMatch(client.received, /^2/m)
    })
  }
})
