import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checksumOf, sumOf } from '../../../lab/capture/checksum.ts'
import { octetsOf } from '../../../lab/capture/route.ts'
import {
  FRAME,
  interfaceDescription,
  interfaceOf,
  interfaceStatistics,
  nameResolution,
  packet,
  sectionHeader,
  tlsSecrets,
} from '../../../lab/capture/pcapng.ts'
import { parseRing, ringName } from '../../../lab/capture/ring.ts'
import { microseconds } from '../../../lab/capture/microseconds.ts'
import { blocksIn, optionsOf, packetOf, type Block } from './reader.ts'

function only(octets: Buffer): Block {
  const { blocks, rest } = blocksIn(octets)
  const [block] = blocks
  assert.ok(block !== undefined && blocks.length === 1 && rest === 0)
  return block
}

const text = (options: Map<number, Buffer>, code: number): string | undefined => options.get(code)?.toString()

test('each block, octet by octet', () => {
  const section = sectionHeader({ hardware: 'x64', os: 'Linux', application: 'telelab' })
  assert.equal(
    section.toString('hex'),
    [
      '0a0d0d0a 40000000 4d3c2b1a 01000000 ffffffffffffffff',
      '02000300 78363400 03000500 4c696e7578000000 04000700 74656c656c616200 00000000 40000000',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
  const described = only(interfaceDescription('dns', 'the name server'))
  assert.equal(described.body.subarray(0, 8).toString('hex'), '0100000000000000')
  const options = optionsOf(described, 8)
  assert.deepEqual(
    [text(options, 2), text(options, 3), options.get(9)],
    ['dns', 'the name server', Buffer.of(6)],
  )
  assert.equal(
    tlsSecrets(Buffer.from('A b c\n')).toString('hex'),
    '0a000000 1c000000 4b534c54 06000000 41206220630a0000 1c000000'.replaceAll(' ', ''),
  )
  const names = nameResolution([
    { address: octetsOf('10.0.0.1'), names: ['a.test', 'b.test'] },
    { address: octetsOf('2001:db8::1'), names: ['c'] },
  ])
  assert.equal(
    only(names).body.toString('latin1'),
    '\x01\0\x12\0\x0a\0\0\x01a.test\0b.test\0\0\0\x02\0\x12\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01c\0\0\0\0\0\0\0',
  )
  const statistics = only(interfaceStatistics(2, { at: 5, received: 7, dropped: 3 }))
  const counts = optionsOf(statistics, 12)
  assert.deepEqual(
    [statistics.body.readUInt32LE(0), counts.get(4)?.readBigUInt64LE(), counts.get(5)?.readBigUInt64LE()],
    [2, 7n, 3n],
  )
})

test('a packet of any length, time and comment is read as it was written', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 2 ** 52 }),
      fc.constantFrom('in', 'out'),
      fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
      fc.integer({ min: 0, max: 1000 }),
      (frame, at, direction, comment, number) => {
        const block = packet(
          {
            interface: number,
            at,
            direction,
            comment: comment === undefined ? comment : Buffer.from(comment),
          },
          frame.length,
        )
        Buffer.from(frame).copy(block, FRAME)
        assert.equal(interfaceOf(block), number)
        assert.deepEqual(packetOf(only(block)), {
          interface: number,
          at,
          frame: Buffer.from(frame),
          comment,
          flags: direction === 'in' ? 5 : 6,
        })
      },
    ),
  )
})

test('the checksum is that of RFC 1071, wherever the octets lie', () => {
  // The example of §3.
  assert.equal(checksumOf(sumOf(Buffer.from('0001f203f4f5f6f7', 'hex'), 0, 8)), ~0xddf2 & 0xffff)
  const slowly = (octets: Buffer): number => {
    let sum = 0
    for (const [at, octet] of octets.entries()) sum += at % 2 === 0 ? octet << 8 : octet
    return ~(sum % 0xffff || (sum === 0 ? 0 : 0xffff)) & 0xffff
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(5), fc.nat(5), (octets, before, after) => {
      const whole = Buffer.concat([Buffer.alloc(before, 9), octets, Buffer.alloc(after, 9)])
      assert.equal(checksumOf(sumOf(whole, before, before + octets.length)), slowly(Buffer.from(octets)))
    }),
    { numRuns: 500 },
  )
  assert.equal(checksumOf(sumOf(Buffer.alloc(65_535, 0xff), 0, 65_534)), 0)
})

test('addresses as octets', () => {
  const table = [
    ['127.0.0.1', '7f000001'],
    ['::ffff:10.1.2.3', '0a010203'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:db8::5:6', '20010db8000000000000000000050006'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304'],
  ] as const
  for (const [address, octets] of table) assert.equal(octetsOf(address).toString('hex'), octets, address)
  assert.throws(() => octetsOf('localhost'), RangeError)
})

test('rings', () => {
  assert.deepEqual(parseRing('50MB'), { octets: 50_000_000 })
  assert.deepEqual(parseRing('1.5gb'), { octets: 1_500_000_000 })
  assert.deepEqual(parseRing('10 min'), { milliseconds: 600_000 })
  assert.deepEqual(parseRing('2000kB, 1h'), { octets: 2_000_000, milliseconds: 3_600_000 })
  for (const wrong of ['', '50', 'MB', '50MB,20MB', '10kB', '0s', '1MB,', '-1MB', '1e9MB', '5 parsecs'])
    assert.throws(() => parseRing(wrong), /--ring takes a size, a time or both/, wrong)
  const at = new Date(2026, 10, 1, 2, 3, 4)
  assert.equal(ringName('/x/y.z/trace.pcapng', 7, at), '/x/y.z/trace_00007_20261101020304.pcapng')
  assert.equal(ringName('/x/trace', 12_345, at), '/x/trace_12345_20261101020304')
})

test("time is the lab's, finer, and follows when that is moved", () => {
  let moved = 0
  const now = microseconds(() => Date.now() + moved)
  assert.ok(Math.abs(now() / 1000 - Date.now()) < 10)
  moved = 3_600_000
  assert.ok(Math.abs(now() / 1000 - Date.now() - moved) < 10)
  assert.ok(Number.isInteger(now()))
})
