import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { openMailLab } from './mail-lab.ts'

// The classic exercise: all lines are sent at once, without waiting for the banner.
test('a conversation by nc -C, typed ahead', { skip: missing('nc') }, async () => {
  await using mail = await openMailLab()
  const { out } = await mail.run('nc', ['-CN', '127.0.0.1', String(mail.port('smtp'))], {
    input:
      'EHLO me\nMAIL FROM:<ana@lab.test>\nRCPT TO:<ben@lab.test>\nDATA\nSubject: hola\n\nHola\n.\nQUIT\n',
  })
  assert.deepEqual(out.match(/^\d{3}(?= )/gm), ['220', '250', '250', '250', '354', '250', '221'])
  const { out: fetched } = await mail.run('nc', ['-CN', '127.0.0.1', String(mail.port('pop3'))], {
    input: 'USER ben\nPASS ben\nSTAT\nRETR 1\nDELE 1\nQUIT\n',
  })
  assert.deepEqual(
    fetched.match(/^(?:\+OK|-ERR)/gm),
    Array.from({ length: 7 }, () => '+OK'),
  )
  assert.match(fetched, /\r\nSubject: hola\r\n\r\nHola\r\n\.\r\n/)
  assert.deepEqual(mail.stored('ben'), [])
})
