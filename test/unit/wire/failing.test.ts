import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { datagram, until } from '../../talk.ts'

test('an exchange of datagrams that the service fails at is over for those who look on', async () => {
  using folder = temporaryFolder()
  dropService(folder.path, 'broken', {
    start: `await ctx.udp('broken', (message) => {
      if (String(message) === 'now') throw new Error('planted')
      return Promise.reject(new Error('planted'))
    })`,
    endpoints: "{ broken: { transport: 'udp', standard: 7, fallback: 7007 } }",
  })
  await using lab = await openLab('services:\n  broken: {}\n', { services: [folder.path] })
  const open = new Set<number>()
  let seen = 0
  lab.wire.attach({
    name: 'witness',
    opened: ({ id }) => {
      open.add(id)
      seen += 1
      return undefined
    },
    closed: ({ id }) => void open.delete(id),
  })
  for (const text of ['now', 'later'])
    assert.equal(await datagram(lab.address('broken', 'broken'), text, 50), undefined)
  await until(() => seen === 2 && open.size === 0)
})
