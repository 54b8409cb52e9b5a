import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { until } from '../../talk.ts'
import { fetchAll, openMailLab } from './mail-lab.ts'

const skip = missing('mutt', 'script')

test('mutt reads a mailbox while mail comes in, and marks and deletes in it', { skip }, async () => {
  await using mail = await openMailLab()
  const client = await mail.smtp()
  for (const subject of ['one', 'two', 'three']) {
    await client.begin('ana@lab.test', 'ben@lab.test')
    await client.ask('DATA')
    assert.match(await client.ask(`Subject: ${subject}\r\n\r\n${subject}\r\n.`), /^250 /)
  }
  // Deletes the first, flags the second, and leaves.
  const settings = mail.file(
    'muttrc',
    [
      `set folder=${mail.folder} quit=yes delete=yes move=no mbox_type=Maildir sort=mailbox-order`,
      'push "<delete-pattern>~s one<enter><limit>~s two<enter><flag-message><quit>"',
      '',
    ].join('\n'),
  )
  // Curses wants a terminal, which script gives it.
  const { out } = await mail.run('script', [
    '-qec',
    `stty rows 24 cols 80; mutt -n -F ${settings} -f ${mail.maildir('ben')}`,
    '/dev/null',
  ])
  await until(() => mail.stored('ben').length === 2, `mutt: ${out}`)
  const subjects = (await fetchAll(mail.at('pop3'), 'ben')).map(
    (text) => /^Subject: (.*)\r$/m.exec(text)?.[1],
  )
  assert.deepEqual(subjects, ['two', 'three'])
  const [flagged = '', ...others] = readdirSync(join(mail.maildir('ben'), 'cur')).toSorted()
  assert.match(flagged, /:2,F$/)
  assert.ok(others.length <= 1)
})

test('mutt sends through our submission, with its login', { skip }, async () => {
  await using mail = await openMailLab()
  const authority = await mail.authority()
  const settings = mail.file(
    'muttrc',
    [
      `set smtp_url="smtps://ana@localhost:${mail.port('smtps')}/" smtp_pass=ana from=ana@lab.test`,
      `set ssl_ca_certificates_file=${authority} certificate_file=${authority} ssl_usesystemcerts=no copy=no`,
      'set realname="Ana Á" hostname=lab.test charset=utf-8 send_charset="us-ascii:utf-8"',
      '',
    ].join('\n'),
  )
  const attached = mail.file('data.bin', Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256)))
  const { code, out, error } = await mail.run(
    'mutt',
    ['-n', '-F', settings, '-s', 'año', '-a', attached, '--', 'ben@lab.test'],
    { input: Buffer.from('línea\n.\n') },
  )
  assert.equal(code, 0, out + error)
  const [text = ''] = mail.stored('ben')
  assert.match(text, / with ESMTPSA \(telelab\)/)
  assert.match(text, /^Subject: =\?utf-8\?/im)
  assert.match(text, /multipart\/mixed/)
})
