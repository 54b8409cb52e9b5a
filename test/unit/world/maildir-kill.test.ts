/** Kills a process in the middle of deliveries; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { createMail } from '../../../lab/world/mail.ts'

const KILLS = Number(process.env['KILLS'] ?? 30)
const AT_ONCE = 2

/** Starts a child, kills it shortly after its first delivery, and returns the ids that it said were delivered. */
async function deliverAndDie(folder: string): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'maildir-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  await setTimeout(randomInt(0, 40))
  child.kill('SIGKILL')
  const [, signal] = await ended
  assert.equal(signal, 'SIGKILL', 'the child ended by itself')
  // A line without its end may be half an id.
  return output.split('\n').slice(0, -1)
}

test('a killed process leaves no half message and loses none that it said was delivered', async (t) => {
  let delivered = 0
  let drafts = 0
  for (let kills = 0; kills < KILLS; kills += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        await using folder = await mkdtempDisposable(join(tmpdir(), 'kill-'))
        const said = await deliverAndDie(folder.path)
        const mailbox = createMail(folder.path, { find: (name) => ({ name, address: '' }) }).mailbox('ana')
        assert.ok(mailbox)
        const found = await mailbox.list()
        const ids = new Set(found.map(({ id }) => id))
        for (const id of said) assert.ok(ids.has(id), `the delivered message ${id} is lost`)
        for (const { id } of found) {
          const text = (await mailbox.read(id)).toString('latin1')
          const [sum, body = ''] = text.split('\n')
          assert.equal(createHash('sha256').update(body).digest('hex'), sum, `the message ${id} is not whole`)
        }
        delivered += found.length
        drafts += (await readdir(join(mailbox.folder, 'tmp'))).length
      }),
    )
  }
  t.diagnostic(`${KILLS} kills: ${delivered} whole messages, ${drafts} drafts left in tmp`)
  assert.ok(drafts > 0, 'no kill came in the middle of a delivery')
})
