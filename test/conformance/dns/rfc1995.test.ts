import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { ask, askStream, exchange, FLAGS, lines, openForAllTests, openStream, queryFor } from './subject.ts'
import { changesSince, openPrimary, records, transfer } from './transfer.ts'

const primary = openForAllTests(openPrimary)

const ZONE = 'conformance.test.'

async function serialNow(): Promise<number> {
  const [soa] = (await ask(primary, '@', { type: 'SOA' })).answer
  return soa?.data[0]?.readUInt32BE(soa.data[0].length - 20) ?? assert.fail()
}

async function asked(since: number): Promise<readonly string[]> {
  const message = decodeMessage(await exchange(primary, changesSince(ZONE, since)))
  assert.deepEqual([message.rcode, message.flags & FLAGS.truncated], [0, 0])
  return lines(records(message.answer))
}

test('§2: who has the present version, or a newer one, learns just that, over UDP and TCP', async () => {
  const serial = await serialNow()
  for (const since of [serial, serial + 1, (serial + 0x7fff_ffff) >>> 0]) {
    assert.match((await asked(since)).join(), /^conformance\.test\. \d+ SOA [^,]*$/)
    assert.deepEqual(await overStream(since), await asked(since))
  }
})

// One SOA ends no transfer, so the next message is not waited for.
async function overStream(since: number): Promise<readonly string[]> {
  using stream = await openStream(primary)
  stream.send(changesSince(ZONE, since))
  return lines(records((await stream.receive()).answer))
}

test('§4: who has an older version gets the whole zone over TCP', async () => {
  const serial = await serialNow()
  const axfr = await transfer(primary, queryFor('@', { type: 'AXFR' }))
  for (const since of [serial - 1, 0, (serial - 0x7fff_ffff) >>> 0]) {
    const ixfr = await transfer(primary, changesSince(ZONE, since))
    assert.equal(ixfr[0]?.questions[0]?.type, 251)
    assert.deepEqual(lines(ixfr.flatMap(({ answer }) => answer)), lines(axfr.flatMap(({ answer }) => answer)))
  }
})

test('§2: over UDP an older version gets the SOA alone, which leads to TCP', async () => {
  assert.match((await asked((await serialNow()) - 1)).join(), /^conformance\.test\. \d+ SOA [^,]*$/)
})

test('§3: a request without the version that the client has is a format error', async () => {
  assert.equal((await askStream(primary, '@', { type: 'IXFR' })).rcode, 1)
})
