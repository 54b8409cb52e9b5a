import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { LabClock } from '../../../lab/host/clock.ts'
import type { Entry, QueuedRecipient } from '../../../services/mail/queue/entry.ts'
import { composeReport } from '../../../services/mail/queue/report.ts'
import { Schedule } from '../../../services/mail/queue/schedule.ts'
import { until } from '../../talk.ts'
import { openTestOffice } from './office.ts'

test('ten thousand domains that wait for a place are not looked at one by one', async () => {
  let run = 0
  const done: (() => void)[] = []
  const schedule = new Schedule({
    clock: new LabClock(),
    concurrency: 10,
    run: () => {
      run += 1
      return new Promise((resolve) => void done.push(resolve))
    },
  })
  const begun = process.cpuUsage()
  for (let place = 0; place < 20_000; place += 1)
    schedule.add({ id: `${place}`, key: `d${place}.test`, isLocal: false, next: 0 })
  // A full house of other servers does not keep mail from the mailboxes.
  schedule.add({ id: 'x', key: 'account ana', isLocal: true, next: 0 })
  assert.equal(run, 11)
  for (let count = 0; count < 1000; count += 1) {
    done.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(run > 900, `${run}`)
  const { user } = process.cpuUsage(begun)
  assert.ok(user < 1_000_000, `${user} microseconds`)
})

test('a server that writes empty lines without end is left', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('\r\n'.repeat(1_000_000))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using post = await openTestOffice({ config: { routes: { '*': `127.0.0.1:${port}` } } })
  await post.send({ to: 'x@far.test' })
  await until(() => post.office.queue()[0]?.recipients[0]?.attempts === 1)
  assert.match(post.office.queue()[0]?.recipients[0]?.reply ?? '', /^451 4\.4\.2 .*says too much$/)
  server.close()
})

test('the text of a report is cut into lines of 76 characters, and never in the middle of an octet', () => {
  const text = 'ñ=x '.repeat(100)
  for (let shift = 0; shift < 6; shift += 1) {
    const said = `${'y'.repeat(shift)}${text}`
    const recipient: QueuedRecipient = {
      address: 'x@far.test',
      asked: ['x@far.test'],
      state: 'failed',
      attempts: 1,
      next: 0,
    }
    const entry: Entry = {
      version: 1,
      id: '1hQ66p-0003DQ-BX',
      received: 0,
      size: 1,
      sender: { address: 'ana@lab.test', body: '7BIT', isUtf8: false },
      isWarned: false,
      recipients: [recipient],
    }
    const report = composeReport({
      action: 'failed',
      entry,
      recipients: [[recipient, { kind: 'failed', reply: { code: 550, status: '5.1.1', text: said } }]],
      id: '1hQ66p-0003DQ-BY',
      hostname: 'mail.lab.test',
      at: 0,
      until: 0,
      message: Buffer.from('X: y\r\n\r\n'),
      boundary: 'b',
    }).toString('latin1')
    const body = report.split('quoted-printable\r\n\r\n')[1]?.split('\r\n--b\r\n')[0] ?? ''
    for (const line of body.split('\r\n')) {
      assert.ok(line.length <= 76, line)
      assert.doesNotMatch(line, /=.=?$|[^ -~]| $/)
    }
    const decoded = body
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    assert.ok(Buffer.from(decoded, 'latin1').toString().includes(`550 5.1.1 ${said}`.trimEnd()))
  }
})
