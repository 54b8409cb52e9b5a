/** What the services find in captures: the same verbs judge it that judge the journal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judged, told, type Wanted } from './captured.ts'
import {
  answer,
  conversation,
  dialogue,
  ethernet,
  exchange,
  pcap,
  question,
  tcp,
  type Talk,
} from './frames.ts'

function file(...talks: readonly (readonly Buffer[])[]): Buffer {
  return pcap(talks.flatMap((talk) => talk.map((each) => ethernet(each))))
}

const www: Talk = { server: '10.0.0.1:80' }
const visits = conversation(
  dialogue(
    [
      '> GET http://www.lab.test/a?b=c HTTP/1.1\n> Host: WWW.lab.test:8080\n> Cookie: other=9; visits=2\n> ',
      '< HTTP/1.1 100 Continue\n< \n< HTTP/1.1 200 OK\n< Set-Cookie: session=abc\n< Set-Cookie: visits=3; Path=/\n< Transfer-Encoding: chunked\n< \n< 3\n< abc\n< 0\n< ',
      '> POST /form HTTP/1.1\n> Host: www.lab.test\n> Content-Length: 27\n> \n> GET /hidden HTTP/1.1\n> x\n> ',
      '< HTTP/1.1 303 See Other\n< Content-Length: 0\n< ',
    ].join('\n'),
  ),
  www,
)

const http: readonly (readonly [string, Record<string, unknown>, string])[] = [
  [
    'a request with its answer',
    { 'http.requested': { path: '/a', host: 'www.lab.test', status: 200 } },
    'passed 7,14',
  ],
  ['another status', { 'http.requested': { path: '/a', status: 304 } }, 'failed 7,14'],
  [
    'another method',
    { 'http.requested': { path: '/form', method: 'POST', status: 303, reused: true } },
    'passed 22,28',
  ],
  ['what stands in a body', { 'http.requested': { path: '/hidden' } }, 'failed'],
  ['a visit that the cookie counts', { 'http.visited': { count: 3 } }, 'passed 7,14'],
  ['a visit that it does not count', { 'http.visited': { count: 4 } }, 'failed'],
]

for (const [name, wanted, expected] of http)
  await test(`HTTP: ${name}`, async () =>
    assert.match(await told(file(visits), wanted), new RegExp(`^${expected}`)))

await test('HTTP: a request without an answer was not answered', async () => {
  const asked = conversation(dialogue('> GET / HTTP/1.1\n> Host: lab.test\n> '), www)
  assert.equal(await told(file(asked), { 'http.requested': { path: '/' } }), 'failed')
})

const framed = (message: Buffer): Buffer => Buffer.concat([Buffer.from([0, message.length]), message])
const soa = question('lab.test', 6, 77)
const overTcp = conversation(
  [
    ['>', framed(soa).subarray(0, 9)],
    ['>', Buffer.concat([framed(soa).subarray(9), framed(question('www.lab.test', 1, 78))])],
    ['<', framed(answer(question('www.lab.test', 1, 78), { rcode: 3 }))],
    ['<', framed(answer(soa))],
  ],
  { server: '10.0.0.1:53' },
)

const dns: readonly (readonly [string, Buffer, Wanted, string])[] = [
  [
    'a question over TCP',
    file(overTcp),
    { 'dns.queried': { name: 'lab.test', type: 'SOA', over: 'tcp' } },
    'passed 5',
  ],
  [
    'answers in another order',
    file(overTcp),
    { 'dns.answered': { name: 'lab.test', type: 'SOA' } },
    'passed 5,7',
  ],
  ['an error', file(overTcp), { 'dns.answered': { name: 'www.lab.test', rcode: 'NXDOMAIN' } }, 'passed 5,6'],
  [
    'letter case',
    pcap(exchange('LAB.Test', 15)),
    { 'dns.answered': { name: 'lab.test', type: 'MX' } },
    'passed 1,2',
  ],
  [
    'another port',
    pcap(exchange('lab.test', 15, { server: '10.0.0.1:5399' })),
    { 'dns.answered': { type: 'MX' } },
    'passed 1,2',
  ],
  ['a port below that of the client', file(overTcp), { 'dns.answered': { type: 'MX' } }, 'failed'],
  [
    'records, none of which was given',
    pcap(exchange('lab.test', 15)),
    { 'dns.answered': { type: 'MX', records: 1 } },
    'failed',
  ],
]

for (const [name, octets, wanted, expected] of dns)
  await test(`DNS: ${name}`, async () => assert.match(await told(octets, wanted), new RegExp(`^${expected}`)))

await test('the client is who asked, and the order is that of the frames', async () => {
  const octets = pcap([...exchange('one.test', 1), ...exchange('two.test', 1, { id: 8 })])
  const [one, two] = ['one.test', 'two.test'].map((name) => ({ 'dns.answered': { name } }))
  const steps = [one ?? {}, two ?? {}]
  assert.equal(await told(octets, steps, { mode: 'order' }), 'passed 1,2,3,4')
  assert.equal(await told(octets, steps.toReversed(), { mode: 'order' }), 'failed 3,4')
  assert.equal(await told(octets, steps, { client: '10.0.0.0/24' }), 'passed 1,2,3,4')
  assert.match(await told(octets, steps, { client: '192.0.2.0/24' }), /^failed/)
  const { assertions } = await judged(octets, steps.toReversed(), { mode: 'order' })
  assert.ok(
    assertions.some(({ title }) => title.en.startsWith('frame 2 is of this kind, but comes before its turn')),
  )
})

await test('the endpoints of the lab are known by their ports, also in mid-connection', async () => {
  const target = { endpoints: { smtp: { host: '10.0.0.1', port: 2599 } } }
  const talk = conversation(
    dialogue(
      '> MAIL FROM:<bob@lab.test>\n< 250 ok\n> RCPT TO:<alice@lab.test>\n< 250 ok\n> DATA\n< 354 go on\n> x\n> .\n< 250 queued',
    ),
    { server: '10.0.0.1:2599', handshake: false },
  )
  assert.equal(await told(file(talk), { 'smtp.accepted': {} }, { target }), 'passed 9')
  assert.equal(await told(file(talk), { 'smtp.accepted': {} }), 'failed')
})

await test('what is of no service of the task is left alone', async () => {
  const noise = Array.from({ length: 50 }, (_, index) =>
    tcp('10.0.0.9:50000', '10.0.0.2:9', { sequence: 1 + index * 500, payload: 'y'.repeat(500) }),
  )
  const octets = file(
    noise,
    conversation(dialogue('< +OK ready\n> USER alice\n< +OK\n> PASS x\n< +OK'), { server: '10.0.0.1:110' }),
  )
  assert.equal(await told(octets, { 'pop3.logged-in': {} }), 'passed 58')
})
