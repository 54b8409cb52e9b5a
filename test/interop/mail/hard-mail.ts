/** Some messages that clients have to take apart rightly, sent by SMTP. */
import assert from 'node:assert/strict'
import type { MailLab } from './mail-lab.ts'

/** What is sent: dots, 8-bit, an empty text, and one of 200,000 octets. */
export const LETTERS = [
  'Subject: dots\r\n\r\n.\r\n..\r\n...x\r\n.y\r\n',
  'Subject: =?utf-8?q?a=C3=B1o?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nl\xc3\xadnea\r\n',
  'Subject: empty\r\n\r\n',
  'Subject: From\r\n\r\nFrom nobody Thu Jan  1 00:00:00 1970\r\n>From x\r\n',
  `Subject: large\r\n\r\n${'.0123456789 0123456789 0123456789\r\n'.repeat(6000)}`,
] as const

/** Sends them to ben, with the fields that some clients miss. */
export async function sendLetters(mail: MailLab): Promise<void> {
  const client = await mail.smtp()
  for (const letter of LETTERS) {
    await client.begin('ana@lab.test', 'ben@lab.test')
    assert.equal(await client.code('DATA'), 354)
    const dotted = `From: ana@lab.test\r\nTo: ben@lab.test\r\n${letter}`.replaceAll(/^\./gm, '..')
    assert.equal(await client.code(`${dotted}.`), 250)
  }
  await client.ask('QUIT')
}

/** The text of a message, its lines ended by LF. */
export function bodyOf(message: string): string {
  const text = message.replaceAll('\r\n', '\n')
  return text.slice(text.indexOf('\n\n') + 2)
}

/** The texts of all letters, as they are found at the end. */
export const BODIES: readonly string[] = LETTERS.map(bodyOf)
