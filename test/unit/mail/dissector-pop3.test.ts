import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pop3Dissector } from '../../../services/mail/dissect/pop3.ts'
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
  stepsOf,
  type Said,
} from '../dissection.ts'

/** As in the document: Thunderbird and Dovecot. */
const session = dialogue(
  'S: +OK Dovecot ready.',
  'C: CAPA',
  'S: +OK\r\nCAPA\r\nTOP\r\nSASL PLAIN\r\n.',
  'C: AUTH PLAIN',
  'S: + ',
  'C: AG5vbWJyZTJfOTcyMQBub21icmUyXzk3MjE=',
  'S: +OK Logged in.',
  'C: STAT',
  'S: +OK 1 752',
  'C: LIST',
  'S: +OK 1 messages:\r\n1 752\r\n.',
  'C: UIDL',
  'S: +OK\r\n1 00000001\r\n.',
  'C: RETR 1',
  'S: +OK 752 octets\r\nFrom: nombre1\r\nSubject: Hola\r\n\r\n..\r\n+OK\r\n.',
  'C: DELE 1',
  'S: +OK Marked to be deleted.',
  'C: QUIT',
  'S: +OK Logging out, messages deleted.',
)

test('a mailbox is emptied', () => {
  const steps = stepsOf(pop3Dissector, session)
  assert.deepEqual(ladder(steps), [
    '← +OK Dovecot ready.',
    '→ CAPA',
    '← +OK (3 lines)',
    '→ AUTH PLAIN',
    '← +',
    '→ ••••',
    '← +OK Logged in.',
    '→ STAT',
    '← +OK 1 752',
    '→ LIST',
    '← +OK 1 messages: (1 line)',
    '→ UIDL',
    '← +OK (1 line)',
    '→ RETR 1',
    '← +OK 752 octets',
    '←# message of 40 octets: Hola',
    '→ DELE 1',
    '← +OK Marked to be deleted.',
    '→ QUIT',
    '← +OK Logging out, messages deleted.',
  ])
  assert.deepEqual(partOf(steps[2], 'List'), ['CAPA', 'TOP', 'SASL PLAIN'])
  assert.deepEqual(partOf(steps[15], 'Header'), ['From: nombre1', 'Subject: Hola'])
  assert.deepEqual(
    [0, 6, 8].map((at) => steps[at]?.about?.rfc),
    ['RFC 1939 §4', 'RFC 1939 §4', 'RFC 1939 §5'],
  )
})

test('other ways to log in, commands in a row, refusals, TLS, and whatever is cut', () => {
  const cases: readonly (readonly [said: readonly Said[], steps: readonly string[]])[] = [
    [
      dialogue(
        'C: USER ana\r\nPASS one two\r\nAPOP ana 0123456789abcdef0123456789abcdef',
        'S: +OK\r\n-ERR [AUTH] no\r\n+OK',
      ),
      ['→ USER ana', '→ PASS ••••', '→ APOP ana ••••', '← +OK', '←! -ERR [AUTH] no', '← +OK'],
    ],
    [
      dialogue(
        'C: LIST 1\r\nLIST\r\nAUTH\r\nTOP 1 0\r\nNOOP',
        'S: +OK 1 2\r\n-ERR no\r\n+OK\r\nPLAIN\r\n.\r\n+OK\r\nA: b\r\n\r\n.\r\n+OK',
      ),
      [
        '→ LIST 1',
        '→ LIST',
        '→ AUTH',
        '→ TOP 1 0',
        '→ NOOP',
        '← +OK 1 2',
        '←! -ERR no',
        '← +OK (1 line)',
        '← +OK',
        '←# message of 8 octets',
        '← +OK',
      ],
    ],
    [dialogue('C: STLS', 'S: +OK go', 'C: \u0016\u0003', 'S: \u0016\u0003'), ['→ STLS', '← +OK go']],
    [dialogue('C: HELP', 'C: hunter2', 'C: '), ['→ HELP', '→ ••••', '→ ••••']],
    [
      dialogue('C: RETR 1', 'S: +OK\r\nSubject: a'),
      ['→ RETR 1', '← +OK', '←# message of 12 octets, cut short: a'],
    ],
    [dialogue('C: UIDL', 'S: +OK\r\n1 a'), ['→ UIDL', '← +OK (1 line)']],
    // In the middle of a message.
    [dialogue('S: text\r\nmore\r\n.\r\n+OK bye'), ['←# 2 lines of what began before', '← +OK bye']],
    [dialogue('S: text\r\n-ERR no'), ['←# 1 line of what began before', '←! -ERR no']],
    [dialogue('S: + ', 'C: c2VjcmV0', 'S: +OK'), ['← +', '→ ••••', '← +OK']],
    [
      dialogue(`C: ${'a'.repeat(20_000)}`, 'S: -ERR long'),
      ['→# a line of more than 16384 octets', '←! -ERR long'],
    ],
  ]
  for (const begin of ['upgraded', 'middle'] as const)
    for (const [said, steps] of cases) assert.deepEqual(ladder(stepsOf(pop3Dissector, said, begin)), steps)
})

test('the first reply of a connection is the greeting, whatever its words, and after STLS there is none', () => {
  // As `printf … | nc` does it, which waits for nothing.
  const said = dialogue('C: USER a\r\nPASS b\r\nLIST', 'S: +OK hi\r\n+OK\r\n+OK\r\n+OK\r\n1 2\r\n.')
  const steps = stepsOf(pop3Dissector, said)
  assert.deepEqual(ladder(steps).slice(3), ['← +OK hi', '← +OK', '← +OK', '← +OK (1 line)'])
  assert.match(steps[3]?.about?.text.en ?? '', /greeting/)
  const secured = stepsOf(pop3Dissector, dialogue('C: CAPA', 'S: +OK server ready\r\nTOP\r\n.'), 'upgraded')
  assert.deepEqual(ladder(secured), ['→ CAPA', '← +OK server ready (1 line)'])
  const refused = dialogue('C: USER ana hunter2', 'S: -ERR no, hunter2')
  assert.deepEqual(ladder(stepsOf(pop3Dissector, refused)), ['→ USER ana ••••', '←! -ERR no, ••••'])
})

test('our own words are in both languages, and each step stands for its octets', () => {
  const steps = stepsOf(pop3Dissector, session)
  const protocol = /^(?:\+OK|-ERR|\+(?: |$)|•|(?:[A-Z]{3,4}\b)|\d+ |[A-Z][a-z]+: )/
  checkLanguages(steps, protocol, /1 messages:/)
  assert.deepEqual(ladder(steps, 'es').slice(9, 16), [
    '→ LIST',
    '← +OK 1 messages: (1 línea)',
    '→ UIDL',
    '← +OK (1 línea)',
    '→ RETR 1',
    '← +OK 752 octets',
    '←# mensaje de 40 octetos: Hola',
  ])
  checkOctets(steps, session)
  const odd: readonly Said[] = [
    ...dialogue(`C: ${'a'.repeat(20_000)}`, 'S: text\r\nmore\r\n.\r\n+OK bye', 'S: + YWJj', 'C: x', 'S: +OK'),
    ...dialogue(`C: CAPA`, `S: +OK\r\n${'TOP\r\n'.repeat(200)}.`, 'C: RETR 1', 'S: +OK\r\nSubject: a'),
    ['client', Buffer.from('QUI')],
  ]
  checkLanguages(stepsOf(pop3Dissector, odd, 'middle'), /^(?:\+|•|abc$|TOP$|CAPA$|RETR|Subject: a)/)
})

test('no password is shown, however somebody tries to log in', () => {
  checkPasswords(
    pop3Dissector,
    (password, word, plain) => [
      dialogue(
        `C: PASS ${password}\r\npass\t${password}\r\nPASS:${password}\r\n PASS ${password}\r\nPAS ${password}`,
      ),
      dialogue(`C: USER ana ${password}\r\n${password}`, `S: -ERR ${password}?\r\n-ERR ${password}`),
      dialogue(`C: AUTH PLAIN ${plain}`, `S: -ERR ${plain}`, `C: ${plain}`),
      dialogue(`C: AUTH LOGIN\r\n${word}\r\n${password}`, 'S: + a\r\n+ b\r\n+OK'),
      dialogue(`C: AUTH ${password}`, `S: -ERR ${password}: unknown`),
      dialogue('C: AUTH PLAIN', 'S: -ERR no', `C: ${plain}`, 'S: -ERR what'),
      dialogue(`C: STAT ${' '.repeat(9)}`, 'S: + ', `C: ${word}`, 'S: + ', `C: QUIT${word}`),
    ],
    dialogue('S: +OK ready'),
  )
})

test('the steps are the same however the octets come', () => {
  const more = dialogue(
    'C: TOP 1 1',
    'C: LIST',
    'C: PASS a',
    'C: a'.repeat(9000),
    'S: -ERR',
    'S: .',
    'S: 1 2',
  )
  checkChunking(pop3Dissector, [...session, ...more])
})

test('floods leave little behind', () => checkFloods(pop3Dissector))

test('the service has it for its endpoints', async () => {
  for (const endpoint of ['pop3', 'pop3s'])
    assert.equal(await service.dissector?.(endpoint, 'tcp'), pop3Dissector)
})

test('a server that repeats a long password shows nothing of it', () => {
  const password = `${'a b c '.repeat(50)}treasure`
  const steps = stepsOf(pop3Dissector, dialogue(`C: PASS ${password}`, `S: -ERR no ${password}`))
  assert.doesNotMatch(JSON.stringify(steps), /treasure/)
})
