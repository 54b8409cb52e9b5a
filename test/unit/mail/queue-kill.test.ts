/** Kills a process while it takes mail in; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAndKill } from '../../kill.ts'
import { temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { openTestOffice } from './office.ts'
import { tokenOf } from './queue-letter.ts'

const KILLS = Number(process.env['KILLS'] ?? 20)
/** Kills of processes that go on where the one before was killed. */
const IN_A_ROW = 5

interface Said {
  readonly token: string
  readonly to: readonly string[]
  readonly id: string
}

test('whenever the process is killed, each message that it took is in the mailbox once, or waits in the queue', async (t) => {
  let taken = 0
  let waited = 0
  for (let kills = 0; kills < KILLS; kills += IN_A_ROW) {
    using folder = temporaryFolder()
    const said: Said[] = []
    for (let kill = 0; kill < IN_A_ROW; kill += 1) {
      const lines = await runAndKill(join(import.meta.dirname, 'queue-kill-child.ts'), folder.path, 150)
      said.push(...lines.map((line) => JSON.parse(line) as Said))
    }
    await using post = await openTestOffice({
      folder: folder.path,
      config: { routes: { '*': '127.0.0.1:1' } },
    })
    waited += post.office.queue().length
    const isLocalDone = (): boolean =>
      post.office
        .queue()
        .every(({ recipients }) =>
          recipients.every(({ address, state }) => address === 'x@far.test' || state !== 'waiting'),
        )
    await until(isLocalDone)
    for (const name of ['ana', 'ben']) {
      const tokens = (await post.mail(name)).map(tokenOf)
      assert.ok(!tokens.includes(undefined), 'a message is not whole')
      assert.equal(new Set(tokens).size, tokens.length, 'a message came twice')
      for (const { token, to } of said)
        if (to.includes(`${name}@lab.test`))
          assert.ok(tokens.includes(token), `a message for ${name} is lost`)
    }
    const queued = new Set(post.office.queue().map(({ id }) => id))
    for (const { id, to } of said) assert.equal(queued.has(id), to.includes('x@far.test'))
    taken += said.length
  }
  t.diagnostic(`${KILLS} kills: ${taken} messages taken, ${waited} entries in the queue after restarts`)
  assert.ok(taken > 0)
})
