/** The explanations of certificates, and of octets that are none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { pem } from '../../../certs/der.ts'
import {
  explainCertificate,
  explainCrl,
  ExplainError,
  explainRequest,
  type Explanation,
  type Level,
} from '../../../certs/explain.ts'
import {
  certSign,
  DAY,
  der,
  extension,
  isCa,
  listOf,
  make,
  NOW,
  request,
  revoked,
  server,
  type Given,
} from './explain-files.ts'
import { EXTENSIONS } from './lint.ts'

async function find(given: Given, title: string): Promise<Explanation | undefined> {
  const rows = await explainCertificate(await make(given), NOW)
  return rows.find((row) => row.title.en === title)
}

const validity: Readonly<Record<string, readonly [number, number, Level, RegExp, RegExp]>> = {
  'in its time': [-10 * DAY, 80 * DAY, 'good', /for 80 days more/, /durante 80 días más/],
  'with a tenth left': [-90 * DAY, 5 * DAY, 'warning', /soon: in 5 days/, /dentro de 5 días/],
  'in its last minute': [-90 * DAY, 60_000, 'warning', /in 1 minute\./, /de 1 minuto\./],
  'in its last second': [-90 * DAY, 0, 'warning', /less than a minute/, /menos de un minuto/],
  'a second after': [-90 * DAY, -1000, 'bad', /expired/, /Caducó/],
  'years after': [-9000 * DAY, -1461 * DAY, 'bad', /expired 4 years ago/, /Caducó hace 4 años/],
  'hours before': [5 * 3_600_000, 80 * DAY, 'bad', /not valid yet.* 5 hours/, /Todavía no.*5 horas/],
  'turned round': [DAY, -DAY, 'bad', /ends before it begins/, /antes de empezar/],
}

for (const [name, [from, to, level, en, es]] of Object.entries(validity))
  test(`a certificate ${name} is told to be ${level}`, async () => {
    const row = await find({ from: NOW + from, to: NOW + to }, 'Validity')
    assert.equal(row?.level, level)
    assert.match(row?.text.en ?? '', en)
    assert.match(row?.text.es ?? '', es)
  })

const findings: readonly (readonly [string, Given, string, Level])[] = [
  ['keyCertSign without CA', { extensions: [certSign] }, 'Contradiction', 'bad'],
  [
    'CA without keyCertSign',
    {
      extensions: [
        extension(EXTENSIONS.basicConstraints, isCa, true),
        extension(EXTENSIONS.keyUsage, der.bits(Buffer.of(2), 1)),
      ],
    },
    'Contradiction',
    'bad',
  ],
  ['a server without a name', { extensions: [server] }, 'Subject alternative name', 'bad'],
  [
    'an authority that does not say so critically',
    { extensions: [extension(EXTENSIONS.basicConstraints, isCa)] },
    'Basic constraints',
    'warning',
  ],
  [
    'no usage',
    { extensions: [extension(EXTENSIONS.keyUsage, der.bits(Buffer.of(0), 7))] },
    'Key usage',
    'bad',
  ],
  ['an extension twice', { extensions: [server, server] }, 'Extension given twice', 'bad'],
  ['an unknown extension', { extensions: [extension('1.2.3', Buffer.of(1))] }, 'Unknown extension', 'plain'],
  [
    'an unknown critical one',
    { extensions: [extension('1.2.3', Buffer.of(1), true)] },
    'Unknown extension, critical',
    'warning',
  ],
  [
    'a broken extension',
    { extensions: [extension(EXTENSIONS.names, Buffer.of(1, 2, 3))] },
    'Subject alternative name',
    'warning',
  ],
  ['a serial number of zero', { serial: Buffer.of(0) }, 'Serial number', 'warning'],
  ['a serial number of 21 octets', { serial: Buffer.alloc(21, 1) }, 'Serial number', 'warning'],
]

for (const [name, given, title, level] of findings)
  test(`${name} is told to be ${level}`, async () => assert.equal((await find(given, title))?.level, level))

test('a name in each type of string is read, and what steers a terminal is not let through', async () => {
  const attribute = (value: Buffer) =>
    der.sequence(der.set(der.sequence(der.identifier('2.5.4.3'), der.copy(value))))
  const typed = (type: number, octets: Buffer) => Buffer.concat([Buffer.of(type, octets.length), octets])
  for (const [value, expected] of [
    [typed(12, Buffer.from('ñandú')), 'CN=ñandú'],
    [typed(19, Buffer.from('plain')), 'CN=plain'],
    [typed(20, Buffer.from('ñ', 'latin1')), 'CN=ñ'],
    [typed(30, Buffer.from('ñ☃', 'utf16le').swap16()), 'CN=ñ☃'],
    [typed(28, Buffer.from('0001f600', 'hex')), 'CN=😀'],
    [typed(28, Buffer.from('ffffffff', 'hex')), 'CN=\ufffd'],
    [typed(2, Buffer.of(5)), 'CN=#020105'],
    [typed(12, Buffer.from('a,b')), 'CN=a\\,b'],
    [typed(12, Buffer.from('\u001b[2J\u202e\u0085\n')), String.raw`CN=\u{1b}[2J\u{202e}\u{85}\u{a}`],
  ] as const)
    assert.equal((await find({ subject: attribute(value) }, 'Subject'))?.value, expected)
  assert.equal((await find({ subject: der.sequence() }, 'Subject'))?.value, '-')
})

test('long lists and long values are cut, and say so', async () => {
  const many = Array.from({ length: 500 }, (_, place) =>
    der.implicit(2, Buffer.from(`h${place}.example.org`)),
  )
  const rows = await explainCertificate(
    await make({ extensions: [extension(EXTENSIONS.names, der.sequence(...many))] }),
    NOW,
  )
  const names = rows.filter(({ title }) => title.en === 'Subject alternative name')
  assert.equal(names.length, 201)
  assert.match(names.at(-1)?.text.en ?? '', /300 more/)
  const long = await find({ extensions: [extension('1.2.3', Buffer.alloc(10_000))] }, 'Unknown extension')
  assert.equal(long?.value.length, 401)
})

test('subtrees of addresses are written as networks', async () => {
  const network = (hex: string) => der.sequence(der.implicit(7, Buffer.from(hex, 'hex')))
  for (const [hex, expected] of [
    ['7f000000ff000000', 'permitted: 127.0.0.0/8'],
    ['c0a83866ffffffff', 'permitted: 192.168.56.102/32'],
    ['0a000001ff0000ff', 'permitted: 10.0.0.1/255.0.0.255'],
    [`${'0'.repeat(31)}1${'f'.repeat(32)}`, 'permitted: ::1/128'],
    ['0102', 'permitted: 01:02'],
  ] as const) {
    const value = der.sequence(der.tagged(0, network(hex)))
    assert.equal(
      (await find({ extensions: [extension(EXTENSIONS.nameConstraints, value)] }, 'Name constraints'))?.value,
      expected,
    )
  }
})

const [certificate, other] = [
  await make({
    extensions: [
      extension(EXTENSIONS.basicConstraints, isCa, true),
      certSign,
      server,
      extension(EXTENSIONS.authorityKeyId, der.sequence(der.implicit(0, Buffer.alloc(20, 1)))),
      extension(
        EXTENSIONS.names,
        der.sequence(der.implicit(2, Buffer.from('a')), der.implicit(7, Buffer.alloc(16))),
      ),
    ],
  }),
  await make({}),
]
const octets = Buffer.from(certificate.replace(/-----[^-]*-----/g, ''), 'base64')

test('what is no certificate is refused with an error of its own', async () => {
  for (const text of [
    '',
    'hello',
    pem('CERTIFICATE', Buffer.alloc(0)),
    pem('CERTIFICATE', Buffer.of(0x30, 0)),
    pem('CERTIFICATE', octets.subarray(0, -1)),
    pem('CERTIFICATE', Buffer.concat([octets, octets])),
    pem('CERTIFICATE REQUEST', octets),
    pem('CERTIFICATE', der.encode(der.sequence(der.sequence(), der.sequence(), der.bits(Buffer.alloc(0))))),
  ])
    await assert.rejects(explainCertificate(text, NOW), ExplainError)
  await assert.rejects(explainCertificate(certificate, NOW, { issuer: 'hello' }), ExplainError)
  await assert.rejects(explainRequest(pem('CERTIFICATE REQUEST', octets)), ExplainError)
  await assert.rejects(explainCrl(pem('X509 CRL', octets)), ExplainError)
})

test('random and mutilated octets are explained or refused, in both languages', async () => {
  const noise = fc.uint8Array({ maxLength: 200 }).map((random) => Buffer.from(random))
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
  const mutilated = fc
    .tuple(fc.constantFrom(octets, request, listOf(revoked(1))), changes)
    .map(([whole, places]) => {
      const copy = Buffer.from(whole)
      for (const [place, value] of places) copy.writeUInt8(value, place % copy.length)
      return copy
    })
  const explain = [
    (text: Buffer) => explainCertificate(pem('CERTIFICATE', text), NOW),
    (text: Buffer) => explainCertificate(pem('CERTIFICATE', text), NOW, { issuer: other }),
    (text: Buffer) => explainCertificate(other, NOW, { issuer: pem('CERTIFICATE', text) }),
    (text: Buffer) => explainRequest(pem('CERTIFICATE REQUEST', text)),
    (text: Buffer) => explainCrl(pem('X509 CRL', text), { now: NOW }),
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 4, arbitrary: mutilated }, { weight: 1, arbitrary: noise }),
      async (text) => {
        for (const one of explain) {
          try {
            for (const row of await one(text)) {
              assert.ok(row.title.en !== '' && row.title.es !== '' && row.text.en !== row.text.es)
              assert.doesNotMatch(row.value, /\p{Cc}/u)
            }
          } catch (error) {
            assert.ok(error instanceof ExplainError, String(error))
            assert.notEqual(error.text.en, error.text.es)
          }
        }
      },
    ),
    { numRuns: 400 },
  )
})
