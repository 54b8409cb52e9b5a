/** Real conversations in both languages. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { Dissectors } from '../../../../lab/console/traffic/dissectors.ts'
import { stepsOf } from '../../../../lab/console/traffic/ladder.ts'
import type { Rung } from '../../../../lab/console/traffic/rung.ts'
import { transcript } from '../../../../lab/console/traffic/transcript.ts'
import type { Conversation } from '../../../../lab/console/traffic/schema.ts'
import { questionOctets } from '../../../bench/dns-zone.ts'
import { datagram, open, talk, until } from '../../../talk.ts'
import { checkLanguages } from '../../dissection.ts'
import { conversationsOf, openLooking, type Looking } from './looking.ts'

const scenario = `domain: example.org
accounts: [{ name: ana, password: open-sesame }]
services: { dns: {}, http: {}, https: { client: optional }, mail: {} }
`

const files = { 'www/index.html': 'start' }

const GET = 'GET /nothing HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n'

/** A conversation with each service, in clear and in TLS of two versions, and some that fail. */
async function speak(looking: Looking): Promise<void> {
  const { lab } = looking
  for (const name of ['mail.example.org', 'nobody.example.org'])
    await datagram(lab.address('dns', 'dns'), questionOctets(name, 'A'))
  await talk(lab.address('http', 'http'), GET)
  await talk(lab.address('https', 'https'), GET)
  const mine = await lab.world.certificates.issue({ names: ['ana'], purpose: 'client' })
  const ca = await lab.world.certificates.authority()
  const shown = { key: mine.key, cert: mine.certificate }
  const versions: readonly ConnectionOptions[] = [shown, { maxVersion: 'TLSv1.2' }, { ca: undefined }]
  for (const options of versions) {
    const to = { ...lab.address('https', 'https'), ca, servername: 'www.example.org', ...options }
    const client = connectTls(to)
    client.on('error', () => undefined).resume()
    client.write(GET)
    // `once` would reject for what is meant to fail.
    await new Promise((resolve) => client.once('close', resolve))
  }
  const smtp = await open(lab.address('mail', 'smtp'))
  await once(smtp, 'data')
  for (const line of ['EHLO me', 'STARTTLS']) {
    smtp.write(`${line}\r\n`)
    await once(smtp, 'data')
  }
  const secured = connectTls({ socket: smtp, ca, servername: 'smtp.example.org' })
  for (const line of ['EHLO me', 'MAIL FROM:<>', 'RCPT TO:<ana@example.org>', 'DATA']) {
    secured.write(`${line}\r\n`)
    await once(secured, 'data')
  }
  secured.write('Subject: Hola\r\n\r\nhola\r\n.\r\n')
  await once(secured, 'data')
  secured.destroy()
  const pop3 = await open(lab.address('mail', 'pop3'))
  await once(pop3, 'data')
  for (const line of ['CAPA', 'NOOP', 'QUIT']) {
    pop3.write(`${line}\r\n`)
    await once(pop3, 'data')
  }
  pop3.resetAndDestroy()
  await until(async () => (await conversationsOf(looking)).every(({ closedAt }) => closedAt !== null))
}

async function rungsOf({ lab, traffic }: Looking, id: number): Promise<readonly Rung[]> {
  const kept = traffic.find(id) ?? assert.fail(String(id))
  const log = { error: (_fields: object, message: string) => assert.fail(message) }
  const make = await new Dissectors(() => lab.scenario.instances, log).of(kept.flow)
  return [...stepsOf(kept, make)].flat()
}

/** What protocols, OpenSSL and the journal say, in English to everybody. */
const protocol = new RegExp(
  [
    '^[A-Z]{3,5}(?: |$)', // commands and HTTP's requests
    String.raw`^\S+ A\?`,
    '^(?:HTTP/1|TLS ?v?1|TCP SYN$|TLS_|0x|ALPN|NOERROR|NXDOMAIN|NSID|COOKIE)',
    String.raw`^(?:\d{3}(?: |$)|\+OK|-ERR)`,
    '^(?:id|opcode|rcode) ',
    String.raw`^[\w.-]+\. (?:\d+ )?IN `,
    '^[A-Za-z-]+: ', // fields, and the data of facts
    String.raw`^[a-z]\w*\.[a-z]+(?:-[a-z]+)*(?:: .*)?$`, // facts
    String.raw`^(?:ClientHello|ServerHello|HelloRetry|ServerKey|ClientKey|Certificate|ChangeCipher|NewSession|Finished|Alert)\w*`,
    '^[a-z_0-9A-Z]+$', // names of groups, schemes and extensions
    String.raw`^(?:www|mail|smtp|text)[./]\S+`,
    '^http request$',
    String.raw`^<|^[A-Z0-9-]+(?: [\w. -]+)?$|^mail\.example\.org Hello`,
  ].join('|'),
)

test('no English word of ours is left in the Spanish of any conversation', async () => {
  await using looking = await openLooking(scenario, { files })
  await speak(looking)
  const conversations = await conversationsOf(looking)
  assert.ok(conversations.length >= 9)
  for (const { id, service, isTls, octets } of conversations) {
    const rungs = await rungsOf(looking, id)
    checkLanguages(rungs, protocol, /Hello|(?<=TLS ha fallado: ).*/)
    if (isTls) continue
    // Without TLS every octet stands in one step.
    for (const end of ['client', 'server'] as const) {
      const told = rungs.filter(({ from }) => from === end).reduce((sum, rung) => sum + rung.octets, 0)
      assert.equal(told, octets[end], `${service}, ${end}`)
    }
  }
})

test('ladders, summaries and reports are told in the language that is asked for', async () => {
  await using looking = await openLooking(scenario, { files })
  await speak(looking)
  const { traffic } = looking
  const list = async (language: 'en' | 'es', text?: string): Promise<readonly Conversation[]> => {
    const found: Conversation[] = []
    for await (const each of traffic.list({ language, text })) found.unshift(each)
    return found
  }
  const [english, spanish] = [await list('en'), await list('es')]
  assert.equal(english[0]?.summary, 'mail.example.org A? → NOERROR, 1 answer: 127.0.0.1 [aa]')
  assert.equal(spanish[0]?.summary, 'mail.example.org A? → NOERROR, 1 respuesta: 127.0.0.1 [aa]')
  assert.deepEqual(
    spanish.map(({ summary: _summary, ...rest }) => rest),
    english.map(({ summary: _summary, ...rest }) => rest),
  )
  assert.ok(
    spanish.some(({ summary }) => summary.startsWith('67 octetos que no son TLS: GET /nothing HTTP/1.1 → ')),
  )
  assert.ok(
    spanish.some(({ summary }) =>
      summary.endsWith(' → tls.failed: el cliente se fue durante la negociación'),
    ),
  )
  // Whoever reads one language finds what is said in the other.
  for (const text of ['1 answer', '1 respuesta', '→ NOERROR, 1 RESPUESTA'])
    assert.deepEqual(
      (await list('en', text)).map(({ id }) => id),
      [english[0]?.id],
    )
  const mail = spanish.find(({ service, isTls }) => service === 'mail' && isTls) ?? assert.fail()
  const ladder = await traffic.ladder(traffic.find(mail.id) ?? assert.fail(), 'es')
  const report = transcript(ladder, 'es')
  for (const line of [
    'TCP: conexión abierta (SYN, SYN-ACK, ACK)',
    'empieza TLS',
    'mensaje de 23 octetos: Hola',
    'en la red tras la negociación',
    'Suites de cifrado:',
    'titular: ',
  ])
    assert.ok(report.includes(line), `${line} is not in\n${report}`)
})
