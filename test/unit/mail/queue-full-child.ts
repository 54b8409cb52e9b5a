/** Takes mail in until the disk of the folder in its argument is full, and tells what became of it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openTestOffice } from './office.ts'
import { checkedLetter, tokenOf } from './queue-letter.ts'

const [folder = ''] = process.argv.slice(2)
await using post = await openTestOffice({ folder, config: { routes: { '*': '127.0.0.1:1' } } })
const taken: Record<string, string[]> = { small: [], large: [], queued: [] }
const refused: unknown[] = []

async function fill(way: string, to: string | readonly string[], octets: number): Promise<void> {
  for (let count = 0; count < 500; count += 1) {
    const { token, text } = checkedLetter(octets)
    const result = await post.offer({ to, text, portion: 30_000 })
    if (typeof result !== 'string') {
      refused.push([way, result.code, result.status])
      return
    }
    taken[way]?.push(token)
  }
}

await fill('queued', ['ana@lab.test', 'x@far.test'], 20_000)
await fill('large', 'ben@lab.test', 200_000)
await fill('small', 'ben@lab.test', 4000)
const stored = (await post.mail('ben')).map(tokenOf)
const isWhole = !stored.includes(undefined)
const tokens = [...(taken['large'] ?? []), ...(taken['small'] ?? [])]
const left = readdirSync(join(post.world.mail.mailbox('ben')?.folder ?? '', 'tmp'))
const orphans = post
  .spool()
  .filter((name) => name.endsWith('.tmp') || !post.spool().includes(name.replace('.eml', '.json')))
process.stdout.write(
  JSON.stringify({
    refused,
    isWhole,
    isAll: tokens.length === stored.length && tokens.every((token) => stored.includes(token)),
    queued: post.office.queue().length === taken['queued']?.length,
    some: (taken['queued']?.length ?? 0) > 5,
    left,
    orphans,
  }),
)
