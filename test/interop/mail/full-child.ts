/** Has a lab take in mail until the file system of the folder in its argument is full, makes room, and tells what it saw. */
import { readdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { open } from '../../talk.ts'
import { checkedLetter, tokenOf } from '../../unit/mail/queue-letter.ts'
import { SmtpClient } from '../../unit/mail/smtp-client.ts'
import { keptMaildir, keptOptions, openKeptLab } from './kept-lab.ts'
import { askPop3, fetchAll } from './mail-lab.ts'

const [folder = ''] = process.argv.slice(2)
// Nobody listens at that port: what is for others waits.
await using lab = await openKeptLab(folder, { ...keptOptions(1), greylist: { delay: 0 } })
const client = await new SmtpClient(await open(lab.address('mail', 'smtp'))).greet()
const taken: string[] = []

/** Sends one message; resolves with the answer to its end. */
async function send(to: readonly string[], octets: number): Promise<string> {
  const { token, text } = checkedLetter(octets)
  await client.ask('MAIL FROM:<ana@lab.test>')
  for (const each of to) await client.ask(`RCPT TO:<${each}>`)
  await client.ask('DATA')
  const answer = await client.ask(`${text}.`)
  if (answer.startsWith('250')) taken.push(token)
  return answer.replace(/ id=.*/, '')
}

async function fill(to: readonly string[], octets: number): Promise<string> {
  for (let count = 0; count < 2000; count += 1) {
    const answer = await send(to, octets)
    if (!answer.startsWith('250')) return answer
  }
  return 'never full'
}

async function fetched(account: string): Promise<(string | undefined)[]> {
  const messages = await fetchAll(lab.address('mail', 'pop3'), account)
  return messages.map((text) => tokenOf(text.replaceAll('\r\n', '\n')))
}

// Those that the greylist knows it need not write down.
for (const command of ['MAIL FROM:<ana@lab.test>', 'RCPT TO:<x@far.test>', 'RCPT TO:<ana@lab.test>', 'RSET'])
  await client.ask(command)
const answers = [
  await fill(['ben@lab.test'], 300_000),
  await fill(['ben@lab.test'], 20_000),
  await fill(['ben@lab.test'], 200),
  await fill(['ben@lab.test', 'x@far.test'], 20_000),
]
// Who has not sent before is to be remembered, for which there is no room either.
let stranger = ''
for (let count = 0; count < 2000 && !/^[45]/.test(stranger); count += 1) {
  await client.ask(`MAIL FROM:<x${count}@far.test>`)
  stranger = await client.ask('RCPT TO:<ben@lab.test>')
  await client.ask('RSET')
}
const { bavail } = statfsSync(folder)
const found = await fetched('ben')
const isAll = found.length === taken.length && taken.every((token) => found.includes(token))
const tmp = readdirSync(join(keptMaildir(folder, 'ben'), 'tmp'))
const spool = readdirSync(join(folder, '.lab', 'services', 'mail', 'queue'))
const states = lab.status().map(({ state }) => state)
// The first message was a large one, so that its going makes room.
const deletion = (await askPop3(lab.address('mail', 'pop3'), 'ben', ['DELE 1'])).match(/^\S+/gm)
taken.shift()
const again = [await send(['ben@lab.test'], 20_000), await send(['ana@lab.test', 'ben@lab.test'], 20_000)]
const after = await fetched('ben')
process.stdout.write(
  JSON.stringify({
    answers,
    stranger,
    isFull: bavail < 40,
    isAll,
    tmp,
    spool,
    states,
    deletion,
    again,
    isAllAfter: taken.slice(0, -1).every((token) => after.includes(token)) && !after.includes(undefined),
  }),
)
client.stream.destroy()
