import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service } from '../../../services/dns/index.ts'
import { dnsDissector } from '../../../services/dns/dissect/dissector.ts'
import { findType } from '../../../services/dns/records/types.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame } from '../../../services/dns/wire/framing.ts'
import { FLAG, type Edns, type Message, type RecordSet } from '../../../services/dns/wire/message.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import {
  checkChunking,
  checkFloods,
  checkLanguages,
  checkOctets,
  ladder,
  partOf,
  partsOf,
  stepsOf,
  type Said,
} from '../dissection.ts'

const QUERY = FLAG.recursionDesired
const ANSWER = FLAG.response | FLAG.authoritative | FLAG.recursionDesired

function typeOf(text: string): number {
  return findType(text)?.code ?? 0
}

function set(owner: string, type: string, ...data: readonly string[]): RecordSet {
  return {
    owner: parseName(owner, ROOT),
    type: typeOf(type),
    class: 1,
    ttl: 300,
    data: data.map((hex) => Buffer.from(hex, 'hex')),
  }
}

function message(name: string, type: string, more: Partial<Message> = {}): Buffer {
  return encodeMessage({
    id: 0xfcb5,
    flags: QUERY,
    opcode: 0,
    rcode: 0,
    questions: [{ name: parseName(name, ROOT), type: typeOf(type), class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    ...more,
  })
}

const soa = set(
  'sstt9721.org',
  'SOA',
  `${parseName('dns.sstt9721.org.', ROOT).wire.toString('hex')}00${'00000001'.repeat(5)}`,
)
const query = message('www.sstt9721.org.', 'A')
// As in the document: the address, the name server and its address.
const answer = message('www.sstt9721.org.', 'A', {
  flags: ANSWER,
  answer: [set('www.sstt9721.org.', 'A', 'c0a83866')],
  authority: [set('sstt9721.org.', 'NS', parseName('dns.sstt9721.org.', ROOT).wire.toString('hex'))],
  additional: [set('dns.sstt9721.org.', 'A', 'c0a83866')],
})
const edns: Edns = {
  size: 1232,
  version: 0,
  dnssec: true,
  options: Buffer.from(
    '000a0008010203040506070800030003616263000f0008001268656c6c6f0a000c000200000bad0001ff',
    'hex',
  ),
}

test('a question and its answer, section by section', () => {
  const exchange = [['client', query] as const, ['server', answer] as const]
  const steps = stepsOf(dnsDissector('udp'), exchange)
  assert.deepEqual(ladder(steps), [
    '→ www.sstt9721.org A? [rd]',
    '← NOERROR, 1 answer: 192.168.56.102 [aa rd]',
  ])
  assert.deepEqual(partsOf(steps[1]), [
    {
      name: 'Header',
      lines: [
        'id 0xfcb5',
        'opcode QUERY',
        'rcode NOERROR',
        'qr: response',
        'aa: authoritative answer',
        'rd: recursion desired',
      ],
    },
    { name: 'Question', lines: ['www.sstt9721.org. IN A'] },
    { name: 'Answer', lines: ['www.sstt9721.org. 300 IN A 192.168.56.102'] },
    { name: 'Authority', lines: ['sstt9721.org. 300 IN NS dns.sstt9721.org.'] },
    { name: 'Additional', lines: ['dns.sstt9721.org. 300 IN A 192.168.56.102'] },
  ])
  assert.deepEqual(
    steps.map(({ about }) => about?.rfc),
    ['RFC 1035 §3.4.1', 'RFC 1034 §4.3.1'],
  )
  checkOctets(steps, exchange)
})

test('each kind of message in one line', () => {
  const wwwclu = parseName('wwwclu.um.es.', ROOT).wire.toString('hex')
  const cases: readonly (readonly [from: 'client' | 'server', octets: Buffer, text: string, rfc: string])[] =
    [
      ['client', message('.', 'NS', { flags: 0 }), '→ . NS?', 'RFC 1035 §3.3.11'],
      [
        'client',
        message('x.', 'TXT', { questions: [{ name: parseName('version.bind.', ROOT), type: 16, class: 3 }] }),
        '→ version.bind CH TXT? [rd]',
        'RFC 1035 §3.3.14',
      ],
      [
        'client',
        message('sstt.org.', 'SOA', { opcode: 4, flags: FLAG.authoritative, answer: [soa] }),
        '→ NOTIFY sstt.org SOA [aa]',
        'RFC 1996 §3',
      ],
      ['client', message('a\\.b\\000.org.', 'A'), '→ a\\.b\\000.org A? [rd]', 'RFC 1035 §3.4.1'],
      [
        'server',
        message('x.', 'A', { flags: ANSWER, rcode: 3, authority: [soa] }),
        '←! NXDOMAIN [aa rd]',
        'RFC 2308 §2.1',
      ],
      ['server', message('x.', 'A', { flags: FLAG.response, rcode: 2 }), '←! SERVFAIL', 'RFC 1035 §4.1.1'],
      ['server', message('x.', 'A', { flags: FLAG.response, rcode: 5 }), '←! REFUSED', 'RFC 1035 §4.1.1'],
      ['server', message('x.', 'A', { flags: FLAG.response, rcode: 1 }), '←! FORMERR', 'RFC 1035 §4.1.1'],
      ['server', message('x.', 'A', { flags: FLAG.response, rcode: 16, edns }), '←! BADVERS', 'RFC 6891 §9'],
      [
        'server',
        message('x.', 'AAAA', { flags: ANSWER, authority: [soa] }),
        '← NOERROR, no answer [aa rd]',
        'RFC 2308 §2.2',
      ],
      [
        'server',
        message('x.', 'A', { flags: FLAG.response, authority: [set('x.', 'NS', '00')] }),
        '← NOERROR, no answer',
        'RFC 1034 §4.3.1',
      ],
      [
        'server',
        message('x.', 'A', { flags: ANSWER | FLAG.truncated }),
        '← NOERROR, no answer, truncated [aa tc rd]',
        'RFC 2181 §9',
      ],
      [
        'server',
        message('sstt.org.', 'SOA', { opcode: 4, flags: ANSWER }),
        '← NOTIFY NOERROR [aa rd]',
        'RFC 1035 §4.1.1',
      ],
      [
        'server',
        message('www.um.es.', 'A', {
          flags: FLAG.response,
          answer: [
            set('www.um.es.', 'CNAME', wwwclu),
            set('wwwclu.um.es.', 'A', '9b36d467', '9b36d468', '9b36d469'),
          ],
        }),
        '← NOERROR, 4 answers: CNAME wwwclu.um.es., 155.54.212.103, 155.54.212.104, …',
        'RFC 1034 §3.6.2',
      ],
    ]
  for (const [from, octets, text, rfc] of cases) {
    const steps = stepsOf(dnsDissector('udp'), [[from, octets]])
    assert.deepEqual([...ladder(steps), steps[0]?.about?.rfc], [text, rfc])
  }
})

test('EDNS is a part of its own', () => {
  const [step] = stepsOf(dnsDissector('udp'), [['client', message('x.', 'A', { edns })]])
  assert.deepEqual(partOf(step, 'EDNS'), [
    'version 0',
    'UDP payload size 1232',
    'DO: DNSSEC records are welcome',
    'COOKIE: client 0102030405060708',
    'NSID: abc',
    'padding: 2 octets',
    'option 2989: ff',
    'extended error 18 (prohibited): hello\\x0a',
  ])
  assert.equal(partOf(step, 'Additional'), undefined)
})

test('what is malformed is told with its place', () => {
  const cases: readonly (readonly [Buffer, string])[] = [
    [query.subarray(0, 5), '→# malformed: the message is shorter than its header, at octet 5 of 5'],
    [query.subarray(0, 20), '→# malformed: a name runs past the end of the message, at octet 12 of 20'],
    [
      Buffer.concat([query, Buffer.alloc(2)]),
      '→# malformed: octets follow the end of the message, at octet 34 of 36',
    ],
  ]
  for (const [octets, text] of cases)
    assert.deepEqual(ladder(stepsOf(dnsDissector('udp'), [['client', octets]])), [text])
})

test('over TCP each message stands after its length', () => {
  const steps = stepsOf(dnsDissector('tcp'), [
    ['client', Buffer.concat([frame(query), frame(query), frame(query).subarray(0, 10)])],
    ['server', frame(answer)],
  ])
  assert.deepEqual(ladder(steps), [
    '→ www.sstt9721.org A? [rd]',
    '→ www.sstt9721.org A? [rd]',
    '← NOERROR, 1 answer: 192.168.56.102 [aa rd]',
    '→# 10 octets of a message that did not come whole',
  ])
})

const many = set(
  'www.sstt9721.org.',
  'A',
  ...Array.from({ length: 60 }, (_, at) => `0a0000${at.toString(16).padStart(2, '0')}`),
)

function transfer(type: string, ...answers: readonly (readonly RecordSet[])[]): readonly Said[] {
  return [
    ['client', frame(message('sstt9721.org.', type, { flags: 0 }))],
    ...answers.map((each): Said => [
      'server',
      frame(message('sstt9721.org.', type, { flags: ANSWER, answer: each })),
    ]),
  ]
}

test('of a transfer the first message is shown and the others are counted', () => {
  const old = set('sstt9721.org.', 'SOA', `0000${'00000000'.repeat(5)}`)
  const first = '← NOERROR, 61 answers: SOA dns.sstt9721.org. . 1 1 1 1 1, A 10.0.0.0, A 10.0.0.1, … [aa rd]'
  const cases: readonly (readonly [said: readonly Said[], steps: readonly string[]])[] = [
    [
      transfer('AXFR', [soa, many], [many], [many, soa]),
      [first, '←# sstt9721.org. AXFR complete: 182 records in 3 messages, 3060 octets'],
    ],
    [
      transfer('AXFR', [soa, many], [many]),
      [first, '←# sstt9721.org. AXFR cut short: 121 records in 2 messages, 2027 octets'],
    ],
    [transfer('AXFR', [soa, many, soa], [many]), [first.replace('61', '62'), '← NOERROR']],
    [transfer('IXFR', [soa], [many]), ['← NOERROR, 1 answer', '← NOERROR']],
    [
      transfer('IXFR', [soa, old], [many, soa], [soa]),
      ['← NOERROR, 2 answers', '←# sstt9721.org. IXFR complete: 64 records in 3 messages, '],
    ],
  ]
  for (const [said, [one = '', two = '']] of cases) {
    const [, ...steps] = ladder(stepsOf(dnsDissector('tcp'), said))
    assert.equal(steps.length, 2)
    assert.equal(steps[0]?.slice(0, one.length), one)
    assert.equal(steps[1]?.slice(0, two.length), two)
  }
  const refused = stepsOf(dnsDissector('tcp'), [
    ...transfer('AXFR'),
    ['server', frame(message('sstt9721.org.', 'AXFR', { flags: FLAG.response, rcode: 5 }))],
  ])
  assert.deepEqual(ladder(refused), ['→ sstt9721.org AXFR?', '←! REFUSED'])
  const [, whole] = stepsOf(dnsDissector('tcp'), transfer('AXFR', [soa, many, soa]))
  assert.deepEqual([partOf(whole, 'Answer')?.length, partOf(whole, 'Answer')?.at(-1)], [41, '… 22 more'])
})

/** Names of records and their data, flags, and names of options. */
const protocol =
  /^(?:\S+ (?:[A-Z]+ )?[A-Z]+\?|[A-Z]+$|[A-Z]+ \S+ SOA|\S+\.? (?:\d+ )?IN [A-Z]+|id 0x|opcode |rcode |COOKIE: |NSID: |NOERROR|FORMERR)/

test('our own words are in both languages', () => {
  const said: readonly Said[] = [
    ['client', frame(message('x.', 'A', { edns, questions: [] }))],
    ...([0, 1] as const).map((rcode): Said => [
      'server',
      frame(message('x.', 'A', { flags: ANSWER | FLAG.truncated, rcode })),
    ]),
    ['client', frame(query.subarray(0, 20))],
    ['server', frame(answer)],
    ...transfer('AXFR', [soa, many, many], [soa]),
    ['client', frame(query).subarray(0, 10)],
  ]
  const steps = stepsOf(dnsDissector('tcp'), said)
  checkLanguages(steps, protocol)
  assert.deepEqual(ladder(steps, 'es'), [
    '→ sin pregunta [rd]',
    '← NOERROR, sin respuesta, truncada [aa tc rd]',
    '←! FORMERR, truncada [aa tc rd]',
    '→# mal formado: un nombre va más allá del final del mensaje, en el octeto 12 de 20',
    '← NOERROR, 1 respuesta: 192.168.56.102 [aa rd]',
    '→ sstt9721.org AXFR?',
    '← NOERROR, 121 respuestas: SOA dns.sstt9721.org. . 1 1 1 1 1, A 10.0.0.0, A 10.0.0.1, … [aa rd]',
    '←# sstt9721.org. AXFR completa: 122 registros en 2 mensajes, 2062 octetos',
    '→# 10 octetos de un mensaje que no llegó completo',
  ])
  checkOctets(steps, said)
})

test('the steps are the same however the octets come', () => {
  const said: readonly Said[] = [
    ['client', frame(query)],
    ['server', frame(answer)],
    ...transfer('AXFR', [soa, many], [soa]),
  ]
  checkChunking(dnsDissector('tcp'), said)
})

test('floods leave little behind', () => checkFloods(dnsDissector('tcp')))

test('the service has it for datagrams and for streams', async () => {
  const make = await service.dissector?.('dns', 'udp')
  assert.ok(make)
  assert.equal(make('start').read('client', query).length, 1)
})
