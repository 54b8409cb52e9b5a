import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chunks, octetsIn } from '../../../lab/capture/arena.ts'
import {
  interfaceDescription,
  interfaceStatistics,
  packet,
  sectionHeader,
  tlsSecrets,
} from '../../../lab/capture/pcapng.ts'
import { CapturePipe } from '../../../lab/capture/pipe.ts'
import { MOST_WAITING } from '../../../lab/capture/sink.ts'
import { blocksIn, optionsOf } from './reader.ts'

test('what a reader is too slow for is left out in whole packets and counted by interface; interfaces and secrets are not', async () => {
  const pipe = new CapturePipe({
    preamble: () => sectionHeader({ hardware: '', os: '', application: '' }),
    epilogue: (dropped) =>
      Buffer.concat(
        [0, 1].map((number) =>
          interfaceStatistics(number, { at: 0, received: 400, dropped: dropped.get(number) ?? 0 }),
        ),
      ),
  })
  const large = packet({ interface: 0, at: 0, direction: 'in' }, 60_000)
  const small = packet({ interface: 1, at: 0, direction: 'in' }, 60)
  let written = 0
  for (; written * large.length <= MOST_WAITING; written += 1) pipe.write(large)
  assert.equal(pipe.dropped, 1)
  pipe.write(tlsSecrets(Buffer.from('A\n')))
  pipe.write(interfaceDescription('late', ''))
  for (let count = 0; count < 1000; count += 1) pipe.write(small)
  const lost = pipe.dropped - 1
  assert.ok(lost > 0 && lost < 1000)
  await pipe.close()
  pipe.write(small)
  const pieces: Buffer[] = []
  while (pipe.take((blocks) => pieces.push(Buffer.from(blocks))) !== undefined);
  const { blocks, rest } = blocksIn(Buffer.concat(pieces))
  assert.equal(rest, 0)
  const types = Map.groupBy(blocks, ({ type }) => type)
  assert.deepEqual([types.get(10)?.length, types.get(1)?.length], [1, 1])
  assert.equal(types.get(6)?.length, written - 1 + 1000 - lost)
  assert.deepEqual(
    types.get(5)?.map((block) => Number(optionsOf(block, 12).get(5)?.readBigUInt64LE())),
    [1, lost],
  )
})

test('chunks hold whole blocks in their order, whatever their size, and their memory is used again', () => {
  const chunks = new Chunks()
  const sizes = [10, 200_000, 100_000, 262_144, 600_000, 1]
  for (const [index, size] of sizes.entries()) chunks.add(Buffer.alloc(size, index))
  assert.equal(
    chunks.octets,
    sizes.reduce((sum, size) => sum + size),
  )
  assert.equal(chunks.hasFull, true)
  const taken = chunks.take()
  assert.equal(chunks.isEmpty, true)
  assert.deepEqual(
    taken.map(({ length }) => length),
    [200_010, 100_000, 262_144, 600_000, 1],
  )
  assert.deepEqual(
    Buffer.concat(taken.map(octetsIn)),
    Buffer.concat(sizes.map((size, index) => Buffer.alloc(size, index))),
  )
  for (const chunk of taken) chunks.release(chunk)
  assert.equal(chunks.octets, 0)
  const old = new Set(taken.map(({ memory }) => memory))
  chunks.add(Buffer.alloc(1))
  assert.ok(old.has(chunks.take()[0]?.memory ?? Buffer.alloc(0)))
})
