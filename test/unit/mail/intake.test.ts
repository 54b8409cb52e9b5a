import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAt, openTestOffice, recipientOf, senderOf } from './office.ts'

test('a large message is stored whole, however large its pieces are and whatever becomes of their octets', async () => {
  await using lab = await openTestOffice()
  const envelope = { sender: senderOf('ana@lab.test'), recipients: [recipientOf('ben@lab.test')] }
  const intake = lab.office.open(clientAt(), envelope)
  const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index}\r\n`).join('')
  const octets = Buffer.from(`Subject: x\r\n\r\n${lines}`)
  const piece = Buffer.alloc(66_000)
  const sizes = [66_000, 66_000, 20_000, 100, 65_536, 1, 30_000]
  for (let at = 0, turn = 0; at < octets.length; turn += 1) {
    const length = octets.copy(piece, 0, at, at + (sizes[turn % sizes.length] ?? 1))
    await intake.write(piece.subarray(0, length))
    piece.fill('?')
    at += length
  }
  assert.ok('id' in (await intake.finish()))
  const [stored = ''] = await lab.mail('ben')
  assert.ok(stored.endsWith(`Subject: x\n\n${lines.replaceAll('\r\n', '\n')}`))
})
