/** Kills a process in the middle of deliveries; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createMail } from '../../../lab/world/mail.ts'
import { runAndKill } from '../../kill.ts'

const KILLS = Number(process.env['KILLS'] ?? 30)
const AT_ONCE = 2

test('a killed process leaves no half message and loses none that it said was delivered', async (t) => {
  let delivered = 0
  let drafts = 0
  for (let kills = 0; kills < KILLS; kills += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        await using folder = await mkdtempDisposable(join(tmpdir(), 'kill-'))
        const said = await runAndKill(join(import.meta.dirname, 'maildir-child.ts'), folder.path, 40)
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
