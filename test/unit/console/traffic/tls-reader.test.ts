/** The reader of TLS handshakes, on what anybody may send. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { stepIn } from '../../../../lab/console/traffic/ladder.ts'
import type { Rung } from '../../../../lab/console/traffic/rung.ts'
import { meaningOf, reasonOf } from '../../../../lab/console/traffic/tls-failure.ts'
import { TlsReader } from '../../../../lab/console/traffic/tls-reader.ts'
import type { LadderStep } from '../../../../lab/console/traffic/schema.ts'
import { checkLanguages } from '../../dissection.ts'

const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 255)
const vector = (octets: 1 | 2 | 3, content: Buffer): Buffer => {
  const length = Buffer.alloc(octets)
  length.writeUIntBE(content.length, 0, octets)
  return Buffer.concat([length, content])
}
const record = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type, 3, 3), vector(2, content)])
const message = (type: number, body: Buffer): Buffer => Buffer.concat([Buffer.of(type), vector(3, body)])
const extension = (type: number, content: Buffer): Buffer => Buffer.concat([u16(type), vector(2, content)])

/** A ClientHello with these extensions. */
function clientHello(...extensions: readonly Buffer[]): Buffer {
  const suites = Buffer.concat([0x1301, 0x2a2a, 0xc02f, 0x9999].map(u16))
  const body = [u16(0x0303), Buffer.alloc(32), vector(1, Buffer.alloc(4)), vector(2, suites), Buffer.of(1, 0)]
  return message(1, Buffer.concat([...body, vector(2, Buffer.concat(extensions))]))
}

function serverHello(random: Buffer, ...extensions: readonly Buffer[]): Buffer {
  const body = [u16(0x0303), random, vector(1, Buffer.alloc(0)), u16(0x1301), Buffer.of(0)]
  return message(2, Buffer.concat([...body, vector(2, Buffer.concat(extensions))]))
}

const RETRY = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex')

const hello = clientHello(
  extension(0, vector(2, Buffer.concat([Buffer.of(0), vector(2, Buffer.from('www.example.org'))]))),
  extension(16, vector(2, Buffer.concat([vector(1, Buffer.from('h2')), vector(1, Buffer.from('http/1.1'))]))),
  extension(43, vector(1, Buffer.concat([0x1a1a, 0x0304, 0x0303].map(u16)))),
  extension(10, vector(2, Buffer.concat([29, 4588].map(u16)))),
  extension(51, vector(2, Buffer.concat([u16(29), vector(2, Buffer.alloc(32))]))),
  extension(13, vector(2, u16(0x0804))),
  extension(35, Buffer.alloc(0)),
)

/** A handshake as far as it crosses in clear, piece by piece. */
const talk: readonly (readonly ['client' | 'server', Buffer])[] = [
  ['client', record(22, hello)],
  ['server', record(22, serverHello(RETRY, extension(43, u16(0x0304)), extension(51, u16(23))))],
  ['client', record(20, Buffer.of(1))],
  ['client', record(22, hello)],
  ['server', record(22, serverHello(Buffer.alloc(32, 1), extension(43, u16(0x0304))))],
  ['server', record(23, Buffer.alloc(100))],
  ['server', record(23, Buffer.alloc(50))],
  ['client', record(21, Buffer.of(2, 48))],
]

function rungs(pieces: typeof talk): readonly Rung[] {
  const reader = new TlsReader()
  return [...pieces.flatMap(([from, octets]) => reader.read(from, octets, 1)), ...reader.end()]
}

/** The steps in English. */
function read(pieces: typeof talk): readonly LadderStep[] {
  return rungs(pieces).map((rung) => stepIn({ at: 0, ...rung }, 'en'))
}

test('a hello says what it offers, by name', () => {
  const [step] = read(talk.slice(0, 1))
  assert.equal(
    step?.text,
    'ClientHello www.example.org (GREASE, TLS 1.3, TLS 1.2; 4 cipher suites; ALPN h2, http/1.1)',
  )
  const parts = Object.fromEntries(step.parts.map(({ name, lines }) => [name, lines.join(' ')]))
  assert.equal(
    parts['Cipher suites'],
    'TLS_AES_128_GCM_SHA256 GREASE TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 0x9999',
  )
  assert.equal(parts['Groups'], 'x25519 X25519MLKEM768')
  assert.equal(parts['Key shares'], 'x25519, 32 octets')
  assert.equal(parts['Signature schemes'], 'rsa_pss_rsae_sha256')
  assert.equal(parts['Session'], 'it takes tickets session id of 4 octets')
  assert.match(
    parts['Extensions'] ?? '',
    /^server_name application_layer_protocol_negotiation supported_vers/,
  )
})

test('a handshake with a second hello, what is encrypted, and an alert', () => {
  const offered = 'ClientHello www.example.org (GREASE, TLS 1.3, TLS 1.2; 4 cipher suites; ALPN h2, http/1.1)'
  assert.deepEqual(
    read(talk).map(({ from, kind, text }) => `${from} ${kind} ${text}`),
    [
      `client tls ${offered}`,
      'server tls HelloRetryRequest (TLS 1.3, secp256r1)',
      'client tls ChangeCipherSpec',
      `client tls ${offered}`,
      'server tls ServerHello (TLS 1.3, TLS_AES_128_GCM_SHA256)',
      'server tls 2 encrypted records',
      'client refusal Alert: unknown_ca (fatal)',
    ],
  )
})

test('it is all the same in which pieces the octets come', () => {
  const whole = JSON.stringify(read(talk))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      let turn = 0
      const pieces = talk.flatMap(([from, octets]) => {
        const cut: [typeof from, Buffer][] = []
        for (let at = 0; at < octets.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          cut.push([from, octets.subarray(at, at + size)])
          at += size
        }
        return cut
      })
      assert.equal(JSON.stringify(read(pieces)), whole)
    }),
    { numRuns: 50 },
  )
})

test('one message over several records, several messages in one', () => {
  const [first, second] = [hello.subarray(0, 50), hello.subarray(50)]
  const pieces = [['client', Buffer.concat([record(22, first), record(22, second)])]] as const
  assert.equal(read(pieces).length, 1)
  const many = [
    ['server', record(22, Buffer.concat([message(0, Buffer.alloc(0)), message(14, Buffer.alloc(0))]))],
  ] as const
  assert.deepEqual(
    read(many).map(({ text }) => text),
    ['HelloRequest', 'ServerHelloDone'],
  )
})

test('our own words are in both languages', () => {
  const certificates = vector(3, vector(3, Buffer.from('no certificate')))
  const odd: typeof talk = [
    [
      'client',
      record(
        22,
        clientHello(extension(35, Buffer.alloc(9)), extension(41, Buffer.of()), extension(42, Buffer.of())),
      ),
    ],
    ['server', record(22, serverHello(Buffer.alloc(32, 1), extension(41, Buffer.of())))],
    ['server', record(22, Buffer.concat([message(11, certificates), message(11, vector(3, Buffer.of()))]))],
    [
      'server',
      record(
        22,
        message(13, Buffer.concat([vector(1, Buffer.of(1)), vector(2, u16(0x0804)), vector(2, Buffer.of())])),
      ),
    ],
    ['server', record(22, Buffer.concat([message(99, Buffer.of()), message(2, Buffer.of(1))]))],
    ['client', record(20, Buffer.of(1))],
    ['client', record(22, Buffer.alloc(40))],
    ['client', record(21, Buffer.of(1, 0))],
    ['client', Buffer.from('GET / HTTP/1.1\r\n')],
    ['server', record(22, Buffer.of(11, 255, 255, 255))],
  ]
  const names =
    /^(?:[A-Z][a-zA-Z]+ ?(?:\(|$)|Alert: [a-z_]+|TLS|GREASE|0x|ALPN|h2$|http\/1|x25519|X25519|secp|rsa_|[a-z_]+$|[\w.]+\.org$)/
  checkLanguages([...rungs(talk), ...rungs(odd)], names)
  const spanish = [...rungs(talk), ...rungs(odd)].map((rung) => stepIn({ at: 0, ...rung }, 'es').text)
  for (const text of [
    'ClientHello www.example.org (GREASE, TLS 1.3, TLS 1.2; 4 suites de cifrado; ALPN h2, http/1.1)',
    '2 registros cifrados',
    'Certificate (ninguno)',
    'Finished (cifrado)',
    'Alert (cifrada)',
    'mensaje de negociación de tipo 99',
    'mal formado: mensaje de negociación de tipo 2',
    '16 octetos que no son TLS: GET / HTTP/1.1',
    'un mensaje de negociación de 16777215 octetos, sin leer',
  ])
    assert.ok(spanish.includes(text), `${text} is not in\n${spanish.join('\n')}`)
})

test('whatever octets come, nothing is thrown and the steps are bounded', () => {
  const side = fc.constantFrom('client', 'server')
  const wild = fc.uint8Array({ maxLength: 400 }).map((octets) => Buffer.from(octets))
  const framed = fc
    .tuple(fc.constantFrom(20, 21, 22, 23), wild)
    .map(([type, content]) => record(type, content))
  const shaped = fc
    .tuple(fc.integer({ min: 0, max: 24 }), wild)
    .map(([type, body]) => record(22, message(type, body)))
  fc.assert(
    fc.property(fc.array(fc.tuple(side, fc.oneof(wild, framed, shaped)), { maxLength: 30 }), (pieces) => {
      for (const { text, parts } of read(pieces)) {
        assert.ok(text.length <= 500, text)
        assert.ok(parts.every(({ lines }) => lines.length <= 101))
      }
    }),
    { numRuns: 500 },
  )
})

test('each octet of a handshake spoilt, and each beginning of it', () => {
  const [, octets] = talk[0] ?? assert.fail()
  for (let at = 0; at < octets.length; at += 1) {
    for (const value of [0, 1, 127, 255]) {
      const spoilt = Buffer.from(octets)
      spoilt[at] = value
      read([['client', spoilt]])
    }
    read([['client', octets.subarray(0, at)]])
  }
})

test('a flood of messages, and lengths that lie, cost little and show little', () => {
  const empty = record(22, Buffer.concat(Array.from({ length: 4000 }, () => message(14, Buffer.alloc(0)))))
  assert.ok(read(Array.from({ length: 15 }, () => ['server', empty] as const)).length <= 201)
  const large = record(22, Buffer.concat([Buffer.of(11, 255, 255, 255), Buffer.alloc(1000)]))
  assert.deepEqual(
    read([['server', large]]).map(({ text }) => text),
    ['a handshake message of 16777215 octets, not read'],
  )
  const long = Buffer.of(22, 3, 1, 255, 255)
  assert.deepEqual(
    read([['client', long]]).map(({ text }) => text),
    [String.raw`5 octets that are no TLS: \x16\x03\x01ÿÿ`],
  )
})

test('failures are told in plain words, in both languages', () => {
  const real =
    'C0B1:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../deps/openssl/rec.c:861:SSL alert number 48\n'
  assert.equal(reasonOf(real), 'tlsv1 alert unknown ca')
  assert.equal(reasonOf('the client left'), 'the client left')
  assert.deepEqual(reasonOf('the client left during the handshake'), {
    en: 'the client left during the handshake',
    es: 'el cliente se fue durante la negociación',
  })
  assert.match(meaningOf(real).en, /not signed by an authority/)
  assert.match(meaningOf(real).es, /autoridad/)
  assert.match(meaningOf('the client left during the handshake').en, /left in the middle/)
  assert.equal(meaningOf('something else').en, 'The handshake failed.')
})
