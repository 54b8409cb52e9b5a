import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { distinguishedName, signCertificate } from '../../../certs/certificate.ts'
import { loadDer, pem, type DerValue } from '../../../certs/der.ts'
import {
  explainCertificate,
  explainCrl,
  ExplainError,
  explainRequest,
  type Explanation,
  type Level,
} from '../../../certs/explain.ts'

const der = await loadDer()
const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 21, 12)
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = publicKey.export({ type: 'spki', format: 'der' })

const ids = {
  keyUsage: '2.5.29.15',
  names: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  constraints: '2.5.29.30',
  authorityKey: '2.5.29.35',
  purposes: '2.5.29.37',
} as const

function extension(identifier: string, value: DerValue | Buffer, isCritical = false): DerValue {
  const critical = isCritical ? [der.boolean(true)] : []
  const octets = Buffer.isBuffer(value) ? value : der.encode(value)
  return der.sequence(der.identifier(identifier), ...critical, der.octets(octets))
}

interface Given {
  readonly serial?: Buffer
  readonly subject?: DerValue
  readonly from?: number
  readonly to?: number
  readonly extensions?: readonly DerValue[]
}

function make({ serial, subject, from, to, extensions = [] }: Given): Promise<string> {
  return signCertificate(
    der,
    {
      serial: serial ?? Buffer.of(0x42),
      issuer: distinguishedName(der, 'root'),
      subject: subject ?? distinguishedName(der, 'www'),
      notBefore: from ?? NOW - 10 * DAY,
      notAfter: to ?? NOW + 80 * DAY,
      publicKey: spki,
      extensions,
    },
    privateKey,
  )
}

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

const isCa = der.sequence(der.boolean(true))
const certSign = extension(ids.keyUsage, der.bits(Buffer.of(0b0000_0100), 2))
const server = extension(ids.purposes, der.sequence(der.identifier('1.3.6.1.5.5.7.3.1')))

const findings: readonly (readonly [string, Given, string, Level])[] = [
  ['keyCertSign without CA', { extensions: [certSign] }, 'Contradiction', 'bad'],
  [
    'CA without keyCertSign',
    {
      extensions: [
        extension(ids.basicConstraints, isCa, true),
        extension(ids.keyUsage, der.bits(Buffer.of(2), 1)),
      ],
    },
    'Contradiction',
    'bad',
  ],
  ['a server without a name', { extensions: [server] }, 'Subject alternative name', 'bad'],
  [
    'an authority that does not say so critically',
    { extensions: [extension(ids.basicConstraints, isCa)] },
    'Basic constraints',
    'warning',
  ],
  ['no usage', { extensions: [extension(ids.keyUsage, der.bits(Buffer.of(0), 7))] }, 'Key usage', 'bad'],
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
    { extensions: [extension(ids.names, Buffer.of(1, 2, 3))] },
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
    await make({ extensions: [extension(ids.names, der.sequence(...many))] }),
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
      (await find({ extensions: [extension(ids.constraints, value)] }, 'Name constraints'))?.value,
      expected,
    )
  }
})

const [certificate, other] = [
  await make({
    extensions: [
      extension(ids.basicConstraints, isCa, true),
      certSign,
      server,
      extension(ids.authorityKey, der.sequence(der.implicit(0, Buffer.alloc(20, 1)))),
      extension(
        ids.names,
        der.sequence(der.implicit(2, Buffer.from('a')), der.implicit(7, Buffer.alloc(16))),
      ),
    ],
  }),
  await make({}),
]
const octets = Buffer.from(certificate.replace(/-----[^-]*-----/g, ''), 'base64')

function seal(...content: readonly DerValue[]): Buffer {
  const algorithm = der.sequence(der.identifier('1.2.840.10045.4.3.2'))
  const signature = sign('sha256', der.encode(der.sequence(...content)), privateKey)
  return der.encode(der.sequence(der.sequence(...content), algorithm, der.bits(signature)))
}

const request = seal(
  der.integer(Buffer.of(0)),
  distinguishedName(der, 'www'),
  der.copy(spki),
  der.tagged(
    0,
    der.sequence(der.identifier('1.2.840.113549.1.9.7'), der.set(der.text('secret'))),
    der.sequence(der.identifier('1.2.840.113549.1.9.14'), der.set(der.sequence(server))),
  ),
)

function listOf(...entries: readonly DerValue[]): Buffer {
  return seal(
    der.integer(Buffer.of(1)),
    der.sequence(der.identifier('1.2.840.10045.4.3.2')),
    distinguishedName(der, 'root'),
    der.time(NOW - DAY),
    der.time(NOW + DAY),
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.tagged(0, der.sequence(extension('2.5.29.20', der.integer(Buffer.of(7))))),
  )
}

function revoked(reason: number): DerValue {
  const why = extension('2.5.29.21', der.copy(Buffer.of(10, 1, reason)))
  return der.sequence(der.integer(Buffer.of(5)), der.time(NOW - DAY), der.sequence(why))
}

test('a request is explained without its password', async () => {
  const rows = await explainRequest(pem('NEW CERTIFICATE REQUEST', request))
  assert.ok(!JSON.stringify(rows).includes('secret'))
  assert.deepEqual(
    rows.map(({ title, value }) => `${title.en}: ${value}`).filter((line) => !line.startsWith('Signature:')),
    [
      'Version: v1',
      'Subject: O=telelab, CN=www',
      'Public key: EC P-256',
      'Challenge password: ***',
      'Requested extensions: ',
      'Extended key usage: serverAuth',
      'Signature algorithm: ecdsa-with-SHA256',
    ],
  )
  assert.equal(rows.at(-1)?.level, 'good')
})

test('a list tells how many it holds, why each, and whether it is current', async () => {
  const rows = async (list: Buffer, now?: number) => {
    const found = await explainCrl(pem('X509 CRL', list), { now })
    return found.map(({ title, value, level }) => `${title.en}: ${value} ${level}`)
  }
  const empty = await rows(listOf(), NOW)
  assert.ok(empty.includes('Revoked: 0 plain') && empty.includes('CRL number: 7 plain'))
  assert.ok(empty.includes('Next update: 2026-11-22 12:00:00 UTC good'))
  assert.ok((await rows(listOf(), NOW + 2 * DAY)).includes('Next update: 2026-11-22 12:00:00 UTC bad'))
  assert.ok((await rows(listOf(), NOW - 2 * DAY)).includes('This update: 2026-11-20 12:00:00 UTC bad'))
  assert.ok((await rows(listOf())).includes('Next update: 2026-11-22 12:00:00 UTC plain'))
  for (const [reason, name] of [
    [1, 'keyCompromise'],
    [6, 'certificateHold'],
    [7, '7'],
    [9, 'privilegeWithdrawn'],
  ] as const)
    assert.ok(
      (await rows(listOf(revoked(reason)))).includes(
        `Revoked certificate: 05, 2026-11-20 12:00:00 UTC, ${name} plain`,
      ),
    )
  const many = await rows(listOf(...Array.from({ length: 250 }, () => revoked(1))))
  assert.ok(many.includes('Revoked: 250 plain') && many.includes('Revoked: … plain'))
})

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
