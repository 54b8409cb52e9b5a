import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smtpDissector } from '../../../services/mail/dissect/smtp.ts'
import { service } from '../../../services/mail/index.ts'
import {
  checkChunking,
  checkFloods,
  checkLanguages,
  checkOctets,
  checkPasswords,
  dialogue,
  ladder,
  partOf,
  partsOf,
  stepsOf,
  type Said,
} from '../dissection.ts'

/** As in the document: Thunderbird and Exim. */
const session = dialogue(
  'S: 220 server ESMTP Exim 4.86_2 Ubuntu Mon, 13 May 2019 10:14:54 +0200',
  'C: EHLO [192.168.56.101]',
  'S: 250-server Hello [192.168.56.101] [192.168.56.101]\r\n250-SIZE 52428800\r\n250-PIPELINING\r\n250 HELP',
  'C: MAIL FROM:<nombre1_9721@sstt9721.org> BODY=8BITMIME SIZE=410',
  'S: 250 OK',
  'C: RCPT TO:<nombre2_9721@sstt9721.org>',
  'S: 250 Accepted',
  'C: DATA',
  'S: 354 Enter message, ending with "." on a line by itself',
  'C: To: nombre2_9721@sstt9721.org\r\nFrom: nombre1_9721\r\n <nombre1_9721@sstt9721.org>\r\nSubject: Mensaje 1\r\nX-Mailer: x\r\n\r\n..hola\r\n.',
  'S: 250 OK id=1hQ66p-0003DQ-BX',
  'C: QUIT',
  'S: 221 server closing connection',
)

test('a message from the greeting to the farewell', () => {
  const steps = stepsOf(smtpDissector, session)
  assert.deepEqual(ladder(steps), [
    '← 220 server ESMTP Exim 4.86_2 Ubuntu Mon, 13 May 2019 10:14:54 +0200',
    '→ EHLO [192.168.56.101]',
    '← 250 server Hello [192.168.56.101] [192.168.56.101] (4 lines)',
    '→ MAIL FROM:<nombre1_9721@sstt9721.org> BODY=8BITMIME SIZE=410',
    '← 250 OK',
    '→ RCPT TO:<nombre2_9721@sstt9721.org>',
    '← 250 Accepted',
    '→ DATA',
    '← 354 Enter message, ending with "." on a line by itself',
    '→# message of 123 octets: Mensaje 1',
    '← 250 OK id=1hQ66p-0003DQ-BX',
    '→ QUIT',
    '← 221 server closing connection',
  ])
  assert.deepEqual(partOf(steps[2], 'Reply')?.slice(1), ['SIZE 52428800', 'PIPELINING', 'HELP'])
  assert.deepEqual(partsOf(steps[9]), [
    {
      name: 'Header',
      lines: [
        'To: nombre2_9721@sstt9721.org',
        'From: nombre1_9721 <nombre1_9721@sstt9721.org>',
        'Subject: Mensaje 1',
      ],
    },
    { name: 'Size', lines: ['header: 116 octets', 'body: 7 octets'] },
  ])
  assert.deepEqual(
    [0, 2, 3, 4, 8, 10].map((at) => steps[at]?.about?.text.en),
    [
      'The greeting: the server is ready, and the client may speak.',
      'The server says its name and its extensions, one a line.',
      'Begins a message: the sender of the envelope, to whom failures are reported. It need not be the one of the From field.',
      'The sender is taken.',
      'The client shall send the message, and end it with a line that has a dot alone.',
      'The server has the message and is responsible for it from now on: to deliver it, or to report that it could not.',
    ],
  )
})

test('commands in a row, pieces of BDAT, refusals and TLS', () => {
  const cases: readonly (readonly [said: readonly Said[], steps: readonly string[]])[] = [
    [
      dialogue(
        'C: MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA',
        'S: 250 a\r\n550 5.1.1 no\r\n554 5.5.1 no valid recipients',
        'C: RSET',
      ),
      [
        '→ MAIL FROM:<>',
        '→ RCPT TO:<a@b>',
        '→ DATA',
        '← 250 a',
        '←! 550 5.1.1 no',
        '←! 554 5.5.1 no valid recipients',
        '→ RSET',
      ],
    ],
    [
      dialogue('S: 220 x', 'C: BDAT 12\r\nSubject: a\r\nBDAT 3 LAST\r\n\r\n', 'S: 250 a\r\n250 b'),
      [
        '← 220 x',
        '→ BDAT 12',
        '→ BDAT 3 LAST',
        '→# message of 15 octets: a',
        '→ (empty line)',
        '← 250 a',
        '← 250 b',
      ],
    ],
    [
      dialogue('C: DATA', 'S: 354 go', 'C: From: a\r\nSUBJECT : \u0007\u202ea\r\n.'),
      ['→ DATA', '← 354 go', '→# message of 26 octets: \\x07\\u{202e}a'],
    ],
    [
      dialogue('C: BDAT 5\r\nhelloRSET\r\nBDAT 0 LAST'),
      ['→ BDAT 5', '→# message of 5 octets, cut short', '→ RSET', '→ BDAT 0 LAST', '→# message of 0 octets'],
    ],
    [
      dialogue(
        'S: 220 x',
        'C: STARTTLS\r\nMAIL FROM:<a@b>',
        'S: 220 go',
        'C: \u0016\u0003',
        'S: \u0016\u0003',
      ),
      ['← 220 x', '→ STARTTLS', '→ MAIL FROM:<a@b>', '← 220 go'],
    ],
    [dialogue('S: 421 4.3.2 bye', 'S: 451'), ['←! 421 4.3.2 bye', '←! 451']],
    [dialogue('S: 220 x', 'C: HELLO <there>', 'C: '), ['← 220 x', '→ HELLO <there>', '→ (empty line)']],
    [
      dialogue('S: 220 x', 'C: DATA', 'S: 354 go', 'C: a: b\r\n\r\nx\n.\nx'),
      ['← 220 x', '→ DATA', '← 354 go', '→# message of 14 octets, cut short'],
    ],
    [
      dialogue(`C: EHLO ${'a'.repeat(20_000)}`, 'S: 500 too long'),
      ['→# a line of more than 16384 octets', '←! 500 too long'],
    ],
    [[['client', Buffer.from('QUI')]], ['→# 3 octets of a line that did not end']],
  ]
  for (const [said, steps] of cases) {
    const isGreeted = said[0]?.[1].toString().startsWith('220') === true
    assert.deepEqual(ladder(stepsOf(smtpDissector, said, isGreeted ? 'start' : 'upgraded')), steps)
  }
})

test('a greeting answers nothing, and behind STARTTLS there is none', () => {
  const said = dialogue('C: EHLO a\r\nNOOP', 'S: 220 x\r\n250 a\r\n250 b')
  const abouts = stepsOf(smtpDissector, said).map(({ about }) => about?.text.en ?? '')
  assert.match(abouts[2] ?? '', /greeting/)
  assert.match(abouts[3] ?? '', /extensions/)
  const secured = dialogue('C: EHLO a', 'S: 554 no')
  const [, refused] = stepsOf(smtpDissector, secured, 'upgraded')
  assert.deepEqual(refused?.about, stepsOf(smtpDissector, secured.slice(1), 'upgraded')[0]?.about)
  const login = stepsOf(smtpDissector, dialogue('C: AUTH PLAIN c2VjcmV0', 'S: 554 c2VjcmV0 is too early'))
  assert.equal(ladder(login)[1], '←! 554 •••• is too early')
})

test('our own words are in both languages, and each step stands for its octets', () => {
  const steps = stepsOf(smtpDissector, session)
  checkLanguages(steps, /^(?:\d{3} |[A-Z]{4}|server Hello|[\w-]+: \S)/)
  assert.deepEqual(
    [2, 9].map((at) => ladder(steps, 'es')[at]),
    [
      '← 250 server Hello [192.168.56.101] [192.168.56.101] (4 líneas)',
      '→# mensaje de 123 octetos: Mensaje 1',
    ],
  )
  checkOctets(steps, session)
  const odd: readonly Said[] = [
    ...dialogue('C: text', 'S: SIZE 1', `C: EHLO ${'a'.repeat(20_000)}`, 'S: 500 too long', 'C: '),
    ...dialogue('C: BDAT 5\r\nhelloRSET', 'S: 250 a', `S: ${'250-a\r\n'.repeat(200)}250 a`),
    ...dialogue('C: AUTH LOGIN', 'S: 334 VXNlcm5hbWU6', 'C: YQ==', 'S: 235 ok', 'C: DATA', 'S: 354 go'),
    ['client', Buffer.from('Subject: a')],
    ['server', Buffer.from('25')],
  ]
  checkLanguages(stepsOf(smtpDissector, odd, 'middle'), /^(?:\d{3} |[A-Z]{4}|a$|•|Username:|Subject: a)/)
})

test('it begins in the middle of anything', () => {
  const cases: readonly (readonly [said: readonly Said[], steps: readonly string[]])[] = [
    [dialogue('C: EHLO a', 'S: 250 b', 'C: foo'), ['→ EHLO a', '← 250 b', '→ foo']],
    [
      dialogue('C: text\r\nHelp me\r\n.', 'S: 250 ok', 'C: QUIT'),
      ['→# 3 lines of what began before', '← 250 ok', '→ QUIT'],
    ],
    [dialogue('C: text\r\n.\r\nQUIT'), ['→# 2 lines of what began before', '→ QUIT']],
    [dialogue('S: SIZE 1\r\n250 HELP'), ['←# SIZE 1', '← 250 HELP']],
    [dialogue('C: NOOP', 'S: 220 x\r\n250 a'), ['→ NOOP', '← 220 x', '← 250 a']],
    [
      dialogue('S: 354 go', 'C: Subject: a\r\n\r\n.\r\nQUIT'),
      ['← 354 go', '→# message of 14 octets: a', '→ QUIT'],
    ],
    [dialogue('C: c2VjcmV0'), ['→# 1 line of what began before']],
    [
      dialogue('S: 334 UGFzc3dvcmQ6', 'C: c2VjcmV0', 'S: 235 ok'),
      ['← 334 UGFzc3dvcmQ6', '→ ••••', '← 235 ok'],
    ],
  ]
  for (const [said, steps] of cases) assert.deepEqual(ladder(stepsOf(smtpDissector, said, 'middle')), steps)
})

const greeting = dialogue('S: 220 x', 'C: EHLO a', 'S: 250 x')

test('a login is shown without what a password could be found from', () => {
  const said = dialogue(
    'C: AUTH LOGIN',
    'S: 334 VXNlcm5hbWU6',
    'C: bm9tYnJl',
    'S: 334 UGFzc3dvcmQ6',
    'C: c2VjcmV0',
    'S: 535 5.7.8 Wrong name or password',
    'C: auth SCRAM-SHA-256 biwsbj1hLHI9eA==',
    'S: 334 cj14LHM9c2FsdCxpPTQwOTY=',
    'C: Yz1iaXdzLHI9eCxwPXk=',
    'S: 334 dj1zaWduYXR1cmU=',
    'C: ',
    'S: 235 2.7.0 ok',
    'C: AUTH PLAIN',
    'S: 334 ',
    'C: *',
    'S: 501 5.7.0 cancelled',
  )
  const steps = stepsOf(smtpDissector, [...greeting, ...said]).slice(3)
  assert.deepEqual(ladder(steps), [
    '→ AUTH LOGIN',
    '← 334 VXNlcm5hbWU6',
    '→ ••••',
    '← 334 UGFzc3dvcmQ6',
    '→ ••••',
    '←! 535 5.7.8 Wrong name or password',
    '→ auth SCRAM-SHA-256 ••••',
    '← 334 cj14LHM9c2FsdCxpPTQwOTY=',
    '→ ••••',
    '← 334 ••••',
    '→ ••••',
    '← 235 2.7.0 ok',
    '→ AUTH PLAIN',
    '← 334',
    '→ *',
    '←! 501 5.7.0 cancelled',
  ])
  assert.deepEqual(partOf(steps[1], 'Challenge'), ['Username:'])
})

test('no password is shown, however somebody tries to log in', () => {
  checkPasswords(
    smtpDissector,
    (password, word, plain) => [
      dialogue(
        `C: AUTH PLAIN ${plain}`,
        `S: 535 ${plain} is wrong`,
        `C: AUTH PLAIN  ${plain} x`,
        'S: 235 ok',
      ),
      dialogue(
        `C: AUTH LOGIN ${word}\r\n${word}\r\n${word}\r\nMAIL FROM:<${password}@a>`,
        'S: 334 a\r\n235 b',
      ),
      dialogue(
        `C: AUTH ${password}`,
        `S: 504 ${password}: unknown mechanism`,
        `C: ${word}`,
        `S: 500 ${word.toUpperCase()}?`,
      ),
      dialogue(
        'C: AUTH LOGIN',
        'S: 504 no',
        `C: ${word}`,
        'S: 500 what',
        `C: ${password} x`,
        `S: 500 5.5.1 ${password.toUpperCase()}: unrecognized`,
      ),
      dialogue(
        `C: AUTHPLAIN ${plain}`,
        `C:  AUTH PLAIN ${plain}`,
        `C: auth=${password}`,
        `C: pass\t${password}`,
        `C: LOGIN ana ${password}`,
      ),
      dialogue(`C: NOOP\r\nAUTH LOGIN\r\n${word}\r\n${password}`, 'S: 250 a\r\n334 b', `C: ${password}`),
      dialogue(
        'C: AUTH CRAM-MD5',
        'S: 334 PDE+',
        `C: ${word}`,
        'S: 334 ',
        `C: ${word}`,
        'S: 454 busy',
        `C: ${word}`,
      ),
    ],
    greeting,
  )
})

test('the steps are the same however the octets come', () => {
  const more = dialogue(
    'C: AUTH LOGIN',
    'S: 334 a',
    'C: BDAT 9 LAST\r\nabc',
    'C: a'.repeat(9000),
    'S: 354 go',
    'S: 220 x',
    'C: .',
  )
  checkChunking(smtpDissector, [...session, ...more])
})

test('floods leave little behind', () => checkFloods(smtpDissector))

test('the service has it for its endpoints and for its queue', async () => {
  for (const endpoint of ['smtp', 'submission', 'smtps', ''])
    assert.equal(await service.dissector?.(endpoint, 'tcp'), smtpDissector)
})
