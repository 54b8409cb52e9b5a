import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { assertSound, captured, fieldOf, fieldsOf, runAlone, skip, type Decoding } from './tshark.ts'

function decodingOf(port: number): Decoding {
  return [
    [port, 'dns', 'udp'],
    [port, 'dns', 'tcp'],
  ]
}

test('DNS over UDP and TCP', { skip: skip || missing('dig') }, async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('domain: lab.test\nservices:\n  dns: {}\n', { student: '1234' })
  const { port } = lab.address('dns', 'dns')
  const dig = async (...words: string[]): Promise<void> => {
    const { code, error } = await runAlone('dig', ['@127.0.0.1', '-p', String(port), ...words])
    assert.equal(code, 0, error)
  }
  const file = await captured(lab, folder.path, async () => {
    await dig('lab.test', 'MX')
    await dig('+tcp', 'lab.test', 'SOA')
  })
  const decoding = decodingOf(port)
  await assertSound(file, decoding)
  assert.deepEqual(
    await fieldsOf(file, decoding, 'dns', 'dns.qry.name', 'dns.qry.type', 'dns.flags.response'),
    [
      ['lab.test', '15', '0'],
      ['lab.test', '15', '1'],
      ['lab.test', '6', '0'],
      ['lab.test', '6', '1'],
    ],
  )
  const comments = await fieldOf(file, decoding, 'frame.comment')
  assert.equal(comments.length, 2)
  const [first = ''] = comments
  assert.match(first, /^framing rebuilt by telelab .*; dns, dns, exchange 1; scenario \S+, student 1234$/)
  assert.deepEqual(new Set(await fieldOf(file, decoding, 'frame.interface_name')), new Set(['dns']))
  assert.deepEqual(await fieldOf(file, decoding, 'tcp.flags.str'), [
    '··········S·',
    '·······A··S·',
    '·······A····',
    '·······AP···',
    '·······AP···',
    '·······A···F',
    '·······A····',
    '·······A···F',
    '·······A····',
  ])
})

test('a lab on the addresses of IPv6', { skip: skip || missing('dig') }, async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('domain: lab.test\nservices:\n  dns: {}\n', { bind: '::1' })
  const { port } = lab.address('dns', 'dns')
  const file = await captured(lab, folder.path, async () => {
    for (const words of [['+notcp'], ['+tcp']])
      await runAlone('dig', ['@::1', '-p', String(port), ...words, 'lab.test', 'SOA'])
  })
  const decoding = decodingOf(port)
  await assertSound(file, decoding)
  assert.deepEqual(
    await fieldsOf(file, decoding, 'dns', 'ipv6.src', 'ipv6.dst'),
    Array.from({ length: 4 }, () => ['::1', '::1']),
  )
  assert.deepEqual(new Set(await fieldOf(file, decoding, 'tcp.options.mss_val')), new Set(['65475']))
})

test('a lab on all addresses, asked over IPv4 and IPv6', { skip: skip || missing('dig') }, async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('domain: lab.test\nservices:\n  dns: {}\n', { bind: '::' })
  const { port } = lab.address('dns', 'dns')
  const file = await captured(lab, folder.path, async () => {
    for (const address of ['127.0.0.1', '::1'])
      for (const way of ['+notcp', '+tcp'])
        await runAlone('dig', [`@${address}`, '-p', String(port), way, 'lab.test', 'SOA'])
  })
  const decoding = decodingOf(port)
  await assertSound(file, decoding)
  const rows = await fieldsOf(file, decoding, 'dns', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst')
  const [four, six] = [
    ['127.0.0.1', '127.0.0.1', '', ''],
    ['', '', '::1', '::1'],
  ]
  assert.deepEqual(rows, [four, four, four, four, six, six, six, six])
})
