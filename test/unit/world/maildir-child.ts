/** Delivers without end into the Maildir of the folder in its argument; the test beside it kills this process at some moment. */
import { createHash, randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createMail } from '../../../lab/world/mail.ts'

const [folder = ''] = process.argv.slice(2)
const mailbox = createMail(folder, { find: (name) => ({ name, address: '' }) }).mailbox('ana')
if (!mailbox) throw new Error('There is no mailbox.')

async function* message(): AsyncGenerator<Buffer> {
  const body = randomBytes(150_000).toString('base64')
  yield Buffer.from(`${createHash('sha256').update(body).digest('hex')}\r\n`)
  for (let from = 0; from < body.length; from += 10_000) {
    yield Buffer.from(body.slice(from, from + 10_000))
    await setImmediate()
  }
}

for (;;) {
  const ids = await Promise.all([mailbox.deliver(message()), mailbox.deliver(message())])
  process.stdout.write(`${ids.join('\n')}\n`)
}
