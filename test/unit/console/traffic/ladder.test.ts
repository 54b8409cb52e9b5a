/** Real conversations as ladders. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { LadderStep } from '../../../../lab/console/traffic/schema.ts'
import { temporaryFolder } from '../../../lab.ts'
import { dropService } from '../../../services.ts'
import { datagram, open, talk } from '../../../talk.ts'
import { questionOctets } from '../../../bench/dns-zone.ts'
import { conversationsOf, lines, openLooking, stepsOfNewest, type Looking } from './looking.ts'

const files = { 'www/index.html': 'start' }

const scenario = (services: string): string =>
  `domain: example.org\naccounts: [{ name: ana, password: open-sesame }]\nservices: ${services}\n`

/** Lines without what the moment decides: facts of the journal, how octets met in records, and who hung up first. */
function steady(steps: readonly LadderStep[]): readonly string[] {
  return lines(steps.filter(({ kind, text }) => kind !== 'fact' && !text.startsWith('TCP end'))).map((line) =>
    line
      .replace(/\d+ encrypted records?/, 'N encrypted records')
      .replace(/\d+ cipher suites/, 'N cipher suites')
      .replace(/id=\S+/, 'id=…')
      .replace(/ESMTP telelab .*/, 'ESMTP telelab …'),
  )
}

/** What a client of TLS hears, until the connection ends. */
async function ask(looking: Looking, options: ConnectionOptions, text: string): Promise<string> {
  const { lab } = looking
  const ca = await lab.world.certificates.authority()
  const client = connectTls({
    ...lab.address('https', 'https'),
    ca,
    servername: 'www.example.org',
    ...options,
  })
  let answer = ''
  client.on('data', (bytes) => (answer += String(bytes)))
  client.on('error', () => undefined)
  client.write(text)
  await new Promise((resolve) => client.once('close', resolve))
  return answer
}

const GET = 'GET /?q=1 HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n'

test('a question and its answer over UDP, with the facts between them', async () => {
  await using looking = await openLooking(scenario('{ dns: {}, mail: {} }'))
  await datagram(looking.lab.address('dns', 'dns'), questionOctets('mail.example.org', 'A'))
  assert.deepEqual(lines(await stepsOfNewest(looking, 'dns')), [
    '> request: mail.example.org A?',
    '- fact: dns.queried',
    '- fact: dns.answered',
    '< reply: NOERROR, 1 answer: 127.0.0.1 [aa]',
  ])
  const [told] = await conversationsOf(looking)
  assert.equal(told?.summary, 'mail.example.org A? → NOERROR, 1 answer: 127.0.0.1 [aa]')
  assert.equal(told.isRefused, false)
  assert.deepEqual(told.octets, { client: 34, server: 84 })
})

test('HTTP in clear', async () => {
  await using looking = await openLooking(scenario('{ http: {} }'), { files })
  await talk(looking.lab.address('http', 'http'), GET.replace('/?q=1', '/nothing'))
  const steps = await stepsOfNewest(looking, 'http')
  assert.deepEqual(steady(steps).slice(0, 3), [
    '> event: TCP open (SYN, SYN-ACK, ACK)',
    '> request: GET /nothing HTTP/1.1',
    '< refusal: HTTP/1.1 404 Not Found',
  ])
  assert.ok(lines(steps).includes('- fact: http.answered'))
  assert.ok(lines(steps).includes('< event: TCP end (FIN)'))
  const [told] = await conversationsOf(looking)
  assert.equal(told?.summary, 'GET /nothing → 404 Not Found')
  assert.equal(told.isRefused, true)
  const times = steps.map(({ at }) => at)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
})

test('TLS 1.3 with a certificate of the client: what crosses encrypted is known all the same', async () => {
  await using looking = await openLooking(scenario('{ https: { client: required } }'), { files })
  const mine = await looking.lab.world.certificates.issue({ names: ['ana'], purpose: 'client' })
  const shown = { key: mine.key, cert: mine.certificate }
  assert.match(await ask(looking, { ...shown, ALPNProtocols: ['http/1.1'] }, GET), /^HTTP\/1.1 200/)
  const steps = await stepsOfNewest(looking, 'https')
  assert.deepEqual(steady(steps), [
    '> event: TCP open (SYN, SYN-ACK, ACK)',
    '> tls: ClientHello www.example.org (TLS 1.3, TLS 1.2; N cipher suites; ALPN http/1.1)',
    '< tls: ServerHello (TLS 1.3, TLS_AES_128_GCM_SHA256)',
    '< tls: ChangeCipherSpec',
    '< tls: N encrypted records',
    '> tls: ChangeCipherSpec',
    '> tls: N encrypted records',
    '< tls (TLS): Certificate www.example.org',
    '> tls (TLS): Certificate ana@example.org',
    '- tls: TLSv1.3 TLS_AES_128_GCM_SHA256',
    '> request (TLS): GET /?q=1 HTTP/1.1',
    '< reply (TLS): HTTP/1.1 200 OK',
    '< data (TLS): 5 octets of text/html',
    '- tls: N encrypted records on the wire after the handshake',
  ])
  const shownBy = steps.find(({ text }) => text === 'Certificate ana@example.org')
  assert.match(
    shownBy?.parts[0]?.lines.join('\n') ?? '',
    /^subject: .*\nissuer: .*\nvalid from 20.*\nnames: ana@/,
  )
  assert.match(shownBy?.about?.rfc ?? '', /RFC 8446/)
})

test('TLS 1.2 without the certificate that is required: the steps in clear, and why it is refused', async () => {
  await using looking = await openLooking(scenario('{ https: { client: required } }'), { files })
  await ask(looking, { maxVersion: 'TLSv1.2' }, GET)
  const steps = await stepsOfNewest(looking, 'https')
  assert.deepEqual(steady(steps).slice(0, 12), [
    '> event: TCP open (SYN, SYN-ACK, ACK)',
    '> tls: ClientHello www.example.org (TLS 1.2; N cipher suites)',
    '< tls: ServerHello (TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)',
    '< tls: Certificate www.example.org, 1 more behind it',
    '< tls: ServerKeyExchange (x25519)',
    '< tls: CertificateRequest',
    '< tls: ServerHelloDone',
    '> tls: Certificate (none)',
    '> tls: ClientKeyExchange',
    '> tls: ChangeCipherSpec',
    '> tls: Finished (encrypted)',
    '- tls: TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  ])
  const refused = steps.find(({ text }) => text === 'tls.refused: client-missing')
  assert.ok(refused?.parts[0]?.lines.includes('problem: client-missing'))
  const [told] = await conversationsOf(looking)
  assert.equal(told?.summary, 'ClientHello www.example.org → tls.refused: client-missing')
  assert.equal(told.isRefused, true)
})

test('a session is resumed, with and without tickets of TLS 1.3', async () => {
  await using looking = await openLooking(scenario('{ https: {} }'), { files })
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    const { lab } = looking
    const ca = await lab.world.certificates.authority()
    const first = connectTls({
      ...lab.address('https', 'https'),
      ca,
      servername: 'www.example.org',
      maxVersion,
    })
    const [session] = (await once(first, 'session')) as [Buffer]
    first.destroy()
    await ask(looking, { session, maxVersion }, GET)
    const texts = lines(await stepsOfNewest(looking, 'https')).join('\n')
    assert.match(texts, /> tls: ClientHello .*; a session to resume\)/)
    assert.match(texts, /- tls: TLSv1\.[23] \S+, resumed/)
    assert.doesNotMatch(texts, /: Certificate/)
  }
})

test('a handshake that fails says why in plain words', async () => {
  await using looking = await openLooking(scenario('{ https: {} }'), { files })
  await talk(looking.lab.address('https', 'https'), GET)
  const plain = await stepsOfNewest(looking, 'https')
  assert.deepEqual(steady(plain), [
    '> event: TCP open (SYN, SYN-ACK, ACK)',
    `> refusal: ${GET.length} octets that are no TLS: GET /?q=1 HTTP/1.1`,
    '- refusal: TLS failed: http request',
  ])
  assert.match(plain.find(({ text }) => text.startsWith('TLS failed'))?.about?.text.es ?? '', /sin TLS/)
  await ask(looking, { ca: undefined }, GET)
  const distrusting = lines(await stepsOfNewest(looking, 'https')).join('\n')
  assert.match(distrusting, /refusal|event: TCP (?:end|reset)/)
  await ask(looking, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, GET)
  const old = lines(await stepsOfNewest(looking, 'https'))
  assert.ok(old.includes('< refusal: Alert: protocol_version (fatal)'), old.join('\n'))
  assert.ok(old.some((line) => line.startsWith('- refusal: TLS failed: ')))
})

test('mail with STARTTLS: in clear, the handshake, and anew inside; no password', async () => {
  await using looking = await openLooking(scenario('{ mail: {} }'))
  const { lab } = looking
  const ca = await lab.world.certificates.authority()
  const plain = await open(lab.address('mail', 'smtp'))
  await once(plain, 'data')
  const say = async (stream: Socket | TLSSocket, line: string): Promise<void> => {
    stream.write(`${line}\r\n`)
    await once(stream, 'data')
  }
  await say(plain, 'EHLO me.example.org')
  await say(plain, 'STARTTLS')
  const secured = connectTls({ socket: plain, ca, servername: 'smtp.example.org' })
  await once(secured, 'secureConnect')
  const secret = Buffer.from('\0ana\0open-sesame').toString('base64')
  const dialogue = ['EHLO me.example.org', `AUTH PLAIN ${secret}`, 'MAIL FROM:<ana@example.org>']
  const rest = [
    'RCPT TO:<nobody@example.org>',
    'RCPT TO:<ana@example.org>',
    'DATA',
    'Subject: x\r\n\r\nhi\r\n.',
    'QUIT',
  ]
  for (const line of [...dialogue, ...rest]) await say(secured, line)
  secured.destroy()
  const steps = await stepsOfNewest(looking, 'mail')
  const texts = steady(steps)
  assert.deepEqual(
    texts.filter((line) => !/> tls|< tls/.test(line)),
    [
      '> event: TCP open (SYN, SYN-ACK, ACK)',
      '< reply: 220 mail.example.org ESMTP telelab …',
      '> request: EHLO me.example.org',
      '< reply: 250 mail.example.org Hello me.example.org [127.0.0.1] (11 lines)',
      '> request: STARTTLS',
      '< reply: 220 2.0.0 TLS go ahead',
      '- event: TLS begins',
      '- tls: TLSv1.3 TLS_AES_256_GCM_SHA384',
      '> request (TLS): EHLO me.example.org',
      '< reply (TLS): 250 mail.example.org Hello me.example.org [127.0.0.1] (10 lines)',
      '> request (TLS): AUTH PLAIN ••••',
      '< reply (TLS): 235 2.7.0 Authentication succeeded',
      '> request (TLS): MAIL FROM:<ana@example.org>',
      '< reply (TLS): 250 2.1.0 OK',
      '> request (TLS): RCPT TO:<nobody@example.org>',
      texts.find((line) => line.startsWith('< refusal (TLS): 550')) ?? '< refusal (TLS): 550 …',
      '> request (TLS): RCPT TO:<ana@example.org>',
      '< reply (TLS): 250 2.1.5 Accepted',
      '> request (TLS): DATA',
      '< reply (TLS): 354 Enter message, ending with "." on a line by itself',
      '> data (TLS): message of 18 octets: x',
      '< reply (TLS): 250 2.0.0 OK id=…',
      '> request (TLS): QUIT',
      '< reply (TLS): 221 2.0.0 mail.example.org closing connection',
      '- tls: N encrypted records on the wire after the handshake',
    ],
  )
  assert.doesNotMatch(JSON.stringify(steps), new RegExp(`sesame|${secret}`))
  const [told] = await conversationsOf(looking)
  assert.match(told?.summary ?? '', /^MAIL FROM:<ana@example.org> → 250 2.0.0 OK id=\S+$/)
  assert.equal(told?.isRefused, true)
})

test('no password of POP3, nor of a failed login', async () => {
  await using looking = await openLooking(scenario('{ mail: {} }'))
  const { lab } = looking
  const ca = await lab.world.certificates.authority()
  const client = connectTls({ ...lab.address('mail', 'pop3s'), ca, servername: 'pop.example.org' })
  await once(client, 'data')
  for (const line of ['USER ana', 'PASS wrong-sesame', 'USER ana', 'PASS open-sesame', 'STAT', 'QUIT']) {
    client.write(`${line}\r\n`)
    await once(client, 'data')
  }
  const steps = await stepsOfNewest(looking, 'mail')
  const texts = lines(steps)
  assert.ok(texts.includes('> request (TLS): USER ana'), texts.join('\n'))
  assert.ok(texts.some((line) => line.startsWith('> request (TLS): PASS')))
  assert.ok(texts.some((line) => line.startsWith('< refusal (TLS): -ERR')))
  assert.ok(texts.some((line) => /^- fact: pop3.refused: /.test(line)))
  assert.doesNotMatch(JSON.stringify(steps), /sesame/)
})

test('TLS of which the lab is the client', async () => {
  using folder = temporaryFolder()
  dropService(folder.path, 'secure', {
    start: `const { key, chain } = await ctx.certificate({ names: [ctx.world.domain], purpose: 'server' })
      await ctx.tls('secure', { key, cert: chain }, (socket) => { socket.pipe(socket) })`,
  })
  dropService(folder.path, 'caller', {
    start: `const { connect } = await import('node:tls')
      await ctx.tcp('caller', (socket) => {
        socket.once('data', async (port) => {
          const plain = await ctx.connect({ host: '127.0.0.1', port: Number(port) })
          const secured = connect({ socket: plain, rejectUnauthorized: false })
          ctx.reveal(plain, secured)
          secured.on('data', (bytes) => { socket.end(bytes); secured.end() })
          secured.write('hello')
        })
      })`,
  })
  await using looking = await openLooking('domain: example.org\nservices: { secure: {}, caller: {} }', {
    services: [folder.path],
  })
  const { lab } = looking
  await talk(lab.address('caller', 'caller'), String(lab.address('secure', 'secure').port))
  const steps = await stepsOfNewest(looking, 'caller')
  const texts = steady(steps)
  for (const line of [
    '> tls: ClientHello (TLS 1.3, TLS 1.2; N cipher suites)',
    '< tls (TLS): Certificate example.org',
    '> data (TLS): hello',
    '< data (TLS): hello',
  ])
    assert.ok(texts.includes(line), `${line} is not in\n${texts.join('\n')}`)
})
