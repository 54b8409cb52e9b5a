import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Recorder } from '../../../lab/capture/recorder.ts'
import type { PublishedName } from '../../../lab/service.ts'
import { flowOf } from './flow.ts'
import { blocksIn } from './reader.ts'

const address = (name: string, data: string): PublishedName => ({ name, type: 'A', data, ttl: 60 })

test('names that are published once the capture runs are told ahead of the next flow, and again when they change', () => {
  let list: readonly PublishedName[] = []
  const told: string[] = []
  const namesIn = (octets: Buffer): string[] =>
    blocksIn(octets)
      .blocks.filter(({ type }) => type === 4)
      .map(
        ({ body }) =>
          body
            .toString('latin1')
            .match(/[a-z.]+\.test/g)
            ?.join(' ') ?? '',
      )
  const recorder = new Recorder({
    section: { hardware: '', os: '', application: '' },
    now: () => 0,
    address: '10.0.0.1',
    comment: () => '',
    describe: () => '',
    names: () => list,
    write: (block) => told.push(...namesIn(block), ...(block.readUInt32LE(0) === 6 ? ['packet'] : [])),
  })
  assert.deepEqual(namesIn(recorder.preamble()), [])
  recorder.opened(flowOf(1))
  list = [address('a.test', '10.0.0.1'), address('b.test', '10.0.0.1'), address('own.test', '127.0.0.1')]
  recorder.opened(flowOf(2))
  recorder.opened(flowOf(3))
  list = [address('c.test', '10.0.0.1')]
  recorder.opened(flowOf(4))
  assert.deepEqual(told, ['packet', 'a.test b.test', 'packet', 'packet', 'c.test', 'packet'])
  assert.deepEqual(namesIn(recorder.preamble()), ['c.test'])
})
