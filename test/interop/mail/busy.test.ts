import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { checkedLetter, tokenOf } from '../../unit/mail/queue-letter.ts'
import { askPop3, namesIn, openMailLab, type MailLab } from './mail-lab.ts'

const SENDERS = 6
const MESSAGES = 60

/** Sends some messages, one by one, and resolves with their tokens. */
async function send(mail: MailLab): Promise<string[]> {
  const client = await mail.smtp()
  const tokens: string[] = []
  for (let count = 0; count < MESSAGES; count += 1) {
    const { token, text } = checkedLetter(1 + ((count * 7919) % 60_000))
    await client.begin('ana@lab.test', 'ben@lab.test')
    assert.equal(await client.code('DATA'), 354)
    assert.equal(await client.code(`${text}.`), 250)
    tokens.push(token)
  }
  await client.ask('QUIT')
  return tokens
}

/** Takes all messages that there are out of the mailbox, and notes their tokens. */
async function take(mail: MailLab, found: (string | undefined)[]): Promise<void> {
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
  const commands = numbers.flatMap((number) => [`RETR ${number}`, `DELE ${number}`])
  const said = await askPop3(mail.at('pop3'), 'ben', commands)
  const messages = said.split(/^\+OK \d+ octets\r\n/m).slice(1)
  for (const message of messages)
    found.push(tokenOf(message.slice(0, message.search(/^\.\r$/m)).replaceAll('\r\n', '\n')))
}

/** Moves and marks messages as mutt does. */
function mark(mail: MailLab): void {
  const folder = mail.maildir('ben')
  for (const name of namesIn(join(folder, 'new')).slice(0, 5))
    try {
      renameSync(join(folder, 'new', name), join(folder, 'cur', `${name}:2,`))
      renameSync(join(folder, 'cur', `${name}:2,`), join(folder, 'cur', `${name}:2,S`))
    } catch {
      // A session of POP3 was faster.
    }
}

test(
  'while many send, another program marks and POP3 takes out, each message comes out once and whole',
  { skip: process.platform === 'win32' },
  async () => {
    await using mail = await openMailLab()
    const found: (string | undefined)[] = []
    const sent = new AbortController()
    const sending = Promise.all(Array.from({ length: SENDERS }, () => send(mail)))
    const marking = (async (): Promise<void> => {
      while (!sent.signal.aborted) {
        mark(mail)
        await setTimeout(3)
      }
    })()
    void sending.finally(() => sent.abort())
    while (!sent.signal.aborted || mail.stored('ben').length > 0) await take(mail, found)
    await marking
    assert.deepEqual(found.toSorted(), (await sending).flat().toSorted())
  },
)
