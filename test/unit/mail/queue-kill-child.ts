/** Takes mail in without end, in the folder of its argument; the test beside it kills this process at some moment. */
import { openTestOffice } from './office.ts'
import { checkedLetter } from './queue-letter.ts'

const [folder = ''] = process.argv.slice(2)
const post = await openTestOffice({ folder, config: { routes: { '*': '127.0.0.1:1' } } })

/** Each way that a message can go: into one mailbox, small or large, into two, and to another server too. */
const ways = [
  { to: ['ben@lab.test'], octets: 4000 },
  { to: ['ben@lab.test'], octets: 150_000 },
  { to: ['ana@lab.test', 'ben@lab.test'], octets: 4000 },
  { to: ['ben@lab.test', 'x@far.test'], octets: 100_000 },
]

async function send(): Promise<void> {
  for (;;)
    for (const { to, octets } of ways) {
      const { token, text } = checkedLetter(octets)
      const id = await post.send({ to, text, portion: 30_000 })
      process.stdout.write(`${JSON.stringify({ token, to, id })}\n`)
    }
}
await Promise.all([send(), send(), send()])
