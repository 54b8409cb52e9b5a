import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { isClientName, parsePath } from '../../../services/mail/smtp/path.ts'
import { parseBdat, parseCommand, parseMail, parseRcpt } from '../../../services/mail/smtp/command.ts'
import { decodeXtext } from '../../../services/mail/smtp/xtext.ts'
import { EXTENSIONS, type Extension } from '../../../services/mail/options.ts'

const all = new Set(EXTENSIONS)
const none = new Set<Extension>()

/** The address, or the code of the refusal. */
const mail = (text: string, extensions: ReadonlySet<Extension> = all): string | number => {
  const sender = parseMail(text, extensions)
  return 'code' in sender ? sender.code : sender.address
}
const rcpt = (text: string, isUtf8 = false): string | number => {
  const recipient = parseRcpt(text, all, isUtf8)
  return 'code' in recipient ? recipient.code : recipient.address
}

describe('paths (RFC 5321 §4.1.2)', () => {
  const local64 = 'a'.repeat(64)
  const domain63 = 'd'.repeat(63)
  for (const [path, address] of [
    ['<a@b.test>', 'a@b.test'],
    ['<a.b+c_d@b.test>', 'a.b+c_d@b.test'],
    ["<!#$%&'*+-/=?^_`{|}~@b>", "!#$%&'*+-/=?^_`{|}~@b"],
    ['<@x.test,@y.test:a@b.test>', 'a@b.test'],
    ['<"a b"@b.test>', '"a b"@b.test'],
    ['<"a"@b.test>', 'a@b.test'],
    [String.raw`<"a\b"@b.test>`, 'ab@b.test'],
    [String.raw`<"a\"\\"@b.test>`, String.raw`"a\"\\"@b.test`],
    ['<"@"@b.test>', '"@"@b.test'],
    ['<""@b.test>', '""@b.test'],
    ['<a@[127.0.0.1]>', 'a@[127.0.0.1]'],
    ['<a@[IPv6:::1]>', 'a@[IPv6:::1]'],
    ['<ñ@b.test>', 'ñ@b.test'],
    ['<a@español.test>', 'a@español.test'],
    [`<${local64}@b.test>`, `${local64}@b.test`],
    [`<a@${domain63}.test>`, `a@${domain63}.test`],
    ['<Postmaster>', 'Postmaster'],
    ['<>', undefined],
    ['a@b.test', undefined],
    ['<a@b.test', undefined],
    ['<a>', undefined],
    ['<@b.test>', undefined],
    ['<a@>', undefined],
    ['<.a@b.test>', undefined],
    ['<a.@b.test>', undefined],
    ['<a..b@b.test>', undefined],
    ['<a b@b.test>', undefined],
    ['<a@b@c.test>', undefined],
    ['<a@b..test>', undefined],
    ['<a@b.test.>', undefined],
    ['<a@-b.test>', undefined],
    ['<a@b_c.test>', undefined],
    ['<a@[127.0.0.256]>', undefined],
    ['<a@[::1]>', undefined],
    ['<a@[IPv6:1]>', undefined],
    ['<"a@b.test>', undefined],
    ['<"a"b@b.test>', undefined],
    ['<@x.test:>', undefined],
    ['<@x.test,a@b.test>', undefined],
    ['<../etc/passwd>', undefined],
    [`<${local64}a@b.test>`, undefined],
    [`<${'ñ'.repeat(33)}@b.test>`, undefined],
    [`<a@${domain63}d.test>`, undefined],
    [`<a@${`${domain63}.`.repeat(4)}test>`, undefined],
    [`<${local64}@${`${domain63}.`.repeat(3)}test>`, undefined],
    ['<<a@b.test>>', undefined],
    ['', undefined],
  ] as const) {
    test(`${path} is ${address ?? 'none'}`, () => {
      const parsed = parsePath(path, 'forward')
      assert.equal(parsed?.address, address)
      if (parsed !== undefined) assert.equal(parsed.length, path.length)
    })
  }

  test('the null path is for senders alone, a bare postmaster for recipients alone', () => {
    assert.deepEqual(parsePath('<>', 'reverse'), { address: '', length: 2 })
    assert.equal(parsePath('<postmaster>', 'reverse'), undefined)
  })

  test('a long run of any character takes no time', () => {
    for (const part of ['a', '"', '\\', '.', '-', '@x,', '@a:', 'a-', '<'])
      for (const lead of ['<', '<"', '<a@', '<@a'])
        assert.equal(parsePath(lead + part.repeat(2000), 'forward'), undefined)
  })
})

describe('MAIL', () => {
  test('says all that it can', () => {
    const text = 'FROM:<a@b.test> SIZE=1000 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+2By+3D AUTH=<>'
    assert.deepEqual(parseMail(text, all), {
      address: 'a@b.test',
      size: 1000,
      body: '8BITMIME',
      isUtf8: true,
      returned: 'HDRS',
      envelopeId: 'x+y=',
    })
  })

  test('says nothing more than an address', () => {
    const said = { size: undefined, body: '7BIT', isUtf8: false, returned: undefined, envelopeId: undefined }
    assert.deepEqual(parseMail('FROM:<>', none), { address: '', ...said })
  })

  for (const [text, outcome] of [
    ['from:<a@b.test> body=7bit size=00000000000000000000 ret=full', 'a@b.test'],
    ['FROM: <a@b.test> BODY=8BITMIME SIZE=410', 'a@b.test'],
    ['FROM:<a@b.test>  SIZE=1  ', 'a@b.test'],
    ['FROM:<a@b.test> AUTH=a+2Bb@c.test', 'a@b.test'],
    ['<a@b.test>', 501],
    ['FROM <a@b.test>', 501],
    ['FROM:a@b.test', 501],
    ['FROM:<a@b.test>SIZE=1', 501],
    ['FROM:<a@b.test> SIZE', 501],
    ['FROM:<a@b.test> SIZE=', 501],
    ['FROM:<a@b.test> SIZE=-1', 501],
    ['FROM:<a@b.test> SIZE=1x', 501],
    ['FROM:<a@b.test> SIZE=000000000000000000000', 501],
    ['FROM:<a@b.test> SIZE=1 SIZE=1', 555],
    ['FROM:<a@b.test> BODY=BINARYMIME', 501],
    ['FROM:<a@b.test> BODY', 501],
    ['FROM:<a@b.test> SMTPUTF8=yes', 501],
    ['FROM:<a@b.test> RET=ALL', 501],
    ['FROM:<a@b.test> ENVID=', 501],
    ['FROM:<a@b.test> ENVID=a+0D+0Ab', 501],
    ['FROM:<a@b.test> ENVID=a+zz', 501],
    [`FROM:<a@b.test> ENVID=${'x'.repeat(101)}`, 501],
    ['FROM:<a@b.test> AUTH=nobody', 501],
    ['FROM:<a@b.test> NOTIFY=NEVER', 555],
    ['FROM:<a@b.test> XFOO', 555],
    ['FROM:<a@b.test> __proto__', 501],
    ['FROM:<a@b.test> constructor', 555],
    ['FROM:<a@b.test> =1', 501],
    ['FROM:<a@b.test> A=1=2', 501],
    ['FROM:<ñ@b.test> SMTPUTF8', 'ñ@b.test'],
    ['FROM:<ñ@b.test>', 553],
  ] as const)
    test(`${text} is ${outcome}`, () => assert.equal(mail(text), outcome))

  test('has only the parameters of the extensions that are offered', () => {
    for (const word of ['SIZE=1', 'BODY=8BITMIME', 'SMTPUTF8', 'RET=FULL', 'ENVID=x', 'AUTH=<>']) {
      assert.equal(mail(`FROM:<a@b.test> ${word}`, none), 555)
      assert.equal(mail(`FROM:<a@b.test> ${word}`), 'a@b.test')
    }
  })
})

describe('RCPT', () => {
  test('says all that it can', () => {
    assert.deepEqual(parseRcpt('TO:<a@b.test> NOTIFY=SUCCESS,delay ORCPT=rfc822;A+2Bb@c.test', all, false), {
      address: 'a@b.test',
      notify: ['SUCCESS', 'DELAY'],
      original: 'rfc822;A+b@c.test',
    })
  })

  for (const [text, outcome] of [
    ['TO: <a@b.test> NOTIFY=NEVER', 'a@b.test'],
    ['TO:<postmaster>', 'postmaster'],
    ['TO:<>', 501],
    ['FROM:<a@b.test>', 501],
    ['TO:<a@b.test> NOTIFY=NEVER,SUCCESS', 501],
    ['TO:<a@b.test> NOTIFY=SUCCESS,SUCCESS', 501],
    ['TO:<a@b.test> NOTIFY=SOMETIMES', 501],
    ['TO:<a@b.test> NOTIFY=', 501],
    ['TO:<a@b.test> ORCPT=a@b.test', 501],
    ['TO:<a@b.test> ORCPT=rfc822;a+0Ab', 501],
    [`TO:<a@b.test> ORCPT=rfc822;${'x'.repeat(500)}`, 501],
    ['TO:<a@b.test> SIZE=1', 555],
    ['TO:<a@b.test> NOTIFY=NEVER NOTIFY=NEVER', 555],
    ['TO:<ñ@b.test>', 553],
  ] as const)
    test(`${text} is ${outcome}`, () => assert.equal(rcpt(text), outcome))

  test('takes UTF-8 in a transaction of SMTPUTF8', () =>
    assert.equal(rcpt('TO:<ñ@b.test>', true), 'ñ@b.test'))
})

test('a command line is a verb and an argument', () => {
  const parse = (text: string): unknown => parseCommand(Buffer.from(text, 'latin1'))
  assert.deepEqual(parse('quit'), { verb: 'QUIT', argument: '' })
  assert.deepEqual(parse('mail  FROM:<a>  '), { verb: 'MAIL', argument: 'FROM:<a>' })
  assert.deepEqual(parse(''), { verb: '', argument: '' })
  assert.equal(parse('NOOP \0'), undefined)
  assert.equal(parse('NOOP \r'), undefined)
  assert.equal(parse('NOOP \xff'), undefined)
  assert.deepEqual(parse('NOOP \xc3\xb1'), { verb: 'NOOP', argument: 'ñ' })
})

test('BDAT has a count', () => {
  assert.deepEqual(parseBdat('10'), { size: 10, isLast: false })
  assert.deepEqual(parseBdat('0 last'), { size: 0, isLast: true })
  for (const text of ['', 'x', '-1', '1 2', '10 LASTLY', '1.5', '99999999999'])
    assert.equal(parseBdat(text), undefined)
})

test('xtext stands for what it says', () => {
  assert.equal(decodeXtext('a+2Bb+3D%41'), 'a+b=%41')
  assert.equal(decodeXtext('+C3+B1'), 'ñ')
  for (const text of ['a+', 'a+2b', 'a=b', 'a b', '+FF', '+00', '+0A', '+C2+85'])
    assert.equal(decodeXtext(text), undefined)
})

test('a client may be called by a name or an address', () => {
  for (const name of [
    'a',
    'a.b.test',
    'a.b.test.',
    'my_pc',
    '[192.168.56.101]',
    '[IPv6:fe80::1]',
    'localhost',
  ])
    assert.ok(isClientName(name), name)
  for (const name of ['', 'a b', '[a]', '[1.2.3]', 'a..b', 'ñ', 'a@b', '<a>', 'a/b', 'x'.repeat(256)])
    assert.ok(!isClientName(name), name)
})

test('random lines are never a fault of ours', () => {
  for (let round = 0; round < 20_000; round += 1) {
    const octets = randomBytes(round % 60)
    const command = parseCommand(round % 2 === 0 ? Buffer.from(octets.toString('ascii')) : octets)
    const text = command === undefined ? octets.toString('latin1') : `${command.verb} ${command.argument}`
    mail(`FROM:<${text}`)
    rcpt(`TO:<a@b> ${text}`, true)
  }
})
