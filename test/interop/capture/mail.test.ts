import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { until } from '../../talk.ts'
import { openMailLab, type MailLab } from '../mail/mail-lab.ts'
import { RelayPeer } from '../mail/relay-peer.ts'
import {
  assertSound,
  captured,
  fieldOf,
  fieldsOf,
  runAlone,
  skip as noTshark,
  type Decoding,
} from './tshark.ts'

const skip = noTshark || missing('curl')

const versions = [['--tlsv1.2', '--tls-max', '1.2'], ['--tlsv1.3']] as const

async function curl(mail: MailLab, ...words: readonly string[]): Promise<string> {
  const { code, out, error } = await mail.run('curl', ['-sS', '-k', '--max-time', '20', ...words])
  assert.equal(code, 0, error)
  return out
}

function letter(mail: MailLab, subject: string): string[] {
  const text = mail.file('letter', `Subject: ${subject}\n\nHola\n`)
  return ['--mail-from', 'ana@lab.test', '--mail-rcpt', 'ben@lab.test', '--crlf', '-T', text]
}

function decodingOf(protocol: string, plain: number, secure: number): Decoding {
  return [
    [plain, protocol],
    [secure, 'tls'],
    [secure, protocol, 'tls'],
  ]
}

for (const tls of versions) {
  const version = tls.at(-1) === '1.2' ? '1.2' : '1.3'

  test(`SMTP with STARTTLS, and SMTPS: TLS ${version}`, { skip }, async () => {
    await using mail = await openMailLab()
    const [plain, secure] = [mail.port('smtp'), mail.port('smtps')]
    const file = await captured(mail.lab, mail.folder, async () => {
      await curl(mail, `smtp://localhost:${plain}/client.test`, ...letter(mail, 'one'), '--ssl-reqd', ...tls)
      await curl(
        mail,
        `smtps://localhost:${secure}/client.test`,
        ...letter(mail, 'two'),
        ...tls,
        '-u',
        'ana:ana',
      )
    })
    const decoding = decodingOf('smtp', plain, secure)
    await assertSound(file, decoding)
    const commands = await fieldsOf(
      file,
      decoding,
      'smtp.req.command',
      'tcp.dstport',
      'smtp.req.command',
      'tls.record.version',
    )
    // What follows the message is read only where it comes in a segment of its own: tshark loses its place otherwise.
    const first = commands.filter(([port]) => port === String(plain)).slice(0, 6)
    assert.deepEqual(
      first.map(([, command]) => command),
      ['EHLO', 'STAR', 'EHLO', 'MAIL', 'RCPT', 'DATA'],
    )
    // All but the first two came in TLS. tshark cuts words that it does not know.
    assert.deepEqual(
      first.map(([, , record]) => record !== ''),
      [false, false, true, true, true, true],
    )
    assert.match(await dataOf(file, plain), /EHLO client\.test\r\n[^]*Subject: one\r\n[^]*QUIT\r\n/)
    const direct = commands.filter(([port]) => port === String(secure)).map(([, command]) => command)
    assert.deepEqual(direct.slice(0, 2), ['EHLO', 'AUTH'])
    const said = await dataOf(file, secure)
    assert.match(said, /EHLO client\.test\r\n[^]*MAIL FROM:<ana@lab\.test>[^]*Subject: two\r\n/)
  })

  test(`POP3 with STLS, and POP3S: TLS ${version}`, { skip }, async () => {
    await using mail = await openMailLab()
    const [plain, secure] = [mail.port('pop3'), mail.port('pop3s')]
    await curl(mail, `smtp://localhost:${mail.port('smtp')}/x`, ...letter(mail, 'there'))
    const file = await captured(mail.lab, mail.folder, async () => {
      await curl(mail, `pop3://localhost:${plain}/1`, '-u', 'ben:ben', '--ssl-reqd', ...tls)
      await curl(mail, `pop3s://localhost:${secure}/1`, '-u', 'ben:ben', ...tls)
    })
    const decoding = decodingOf('pop', plain, secure)
    await assertSound(file, decoding)
    const commands = await fieldsOf(
      file,
      decoding,
      `pop.request.command && tcp.dstport == ${plain}`,
      'pop.request.command',
      'tls.record.version',
    )
    const direct = await fieldsOf(
      file,
      decoding,
      `pop.request && tcp.dstport == ${secure}`,
      'pop.request.command',
    )
    assert.deepEqual(direct.at(-1), ['QUIT'])
    const names = commands.map(([command]) => command)
    assert.deepEqual(names.slice(0, 2), ['CAPA', 'STLS'])
    assert.deepEqual(names.slice(-2), ['RETR', 'QUIT'])
    assert.ok(commands.slice(2).every(([, record]) => record !== ''))
    assert.match(await dataOf(file, secure), /CAPA\r\n[^]*RETR 1\r\n[^]*Subject: there\r\n/)
  })
}

test('mail that the queue sends on by STARTTLS', { skip }, async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    await using peer = await RelayPeer.open({ options: { maxVersion } })
    await using mail = await openMailLab({ mail: { routes: { '*': peer.route } } })
    const file = await captured(mail.lab, mail.folder, async () => {
      const text = mail.file('letter', 'Subject: far away\n\nHola\n')
      const words = ['--mail-from', 'ana@lab.test', '--mail-rcpt', 'x@far.test', '--crlf', '-T', text]
      await curl(mail, `smtp://localhost:${mail.port('submission')}/client.test`, ...words, '-u', 'ana:ana')
      await until(() => peer.arrived.length === 1)
      assert.equal(peer.arrived[0]?.isSecure, true)
      await until(() => mail.lab.wire.flows().length === 0)
    })
    const { port } = peer.address
    const decoding = [[port, 'smtp']] as const
    await assertSound(file, decoding)
    const commands = await fieldsOf(
      file,
      decoding,
      `smtp.req.command && tcp.dstport == ${port}`,
      'smtp.req.command',
      'tls.record.version',
    )
    assert.deepEqual(commands.flatMap(([command = '']) => command.split(',')).slice(0, 6), [
      'EHLO',
      'STAR',
      'EHLO',
      'MAIL',
      'RCPT',
      'DATA',
    ])
    assert.ok(commands.slice(2).every(([, record]) => record !== ''))
    assert.deepEqual(await fieldOf(file, decoding, 'imf.subject'), ['far away'])
  }
})

/** What a port heard and said inside of TLS, as tshark follows it. */
async function dataOf(file: string, port: number): Promise<string> {
  const filter = await fieldsOf(file, [[port, 'tls']], `tcp.port == ${port}`, 'tcp.stream')
  const stream = filter[0]?.[0] ?? ''
  const { out } = await runAlone('tshark', [
    '-n',
    '-r',
    file,
    '-d',
    `tcp.port==${port},tls`,
    '-q',
    '-z',
    `follow,tls,raw,${stream}`,
  ])
  const lines = out.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line))
  return lines.map((line) => Buffer.from(line.trim(), 'hex').toString('latin1')).join('')
}
