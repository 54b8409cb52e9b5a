import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { addressesIn, Program, run, startLab } from '../program.ts'
import { talk, until } from '../talk.ts'
import { blocksIn, frameOf, packetOf } from '../unit/capture/reader.ts'
import { place } from './echoes.ts'

/** What was carried in a capture that is complete; undefined while it is not. */
function carried(file: string): string | undefined {
  const { blocks, rest } = blocksIn(readFileSync(file))
  if (rest > 0 || blocks.at(-1)?.type !== 5) return undefined
  return blocks
    .filter(({ type }) => type === 6)
    .map((block) => frameOf(packetOf(block).frame).payload.toString())
    .join('')
}

test('start --pcap captures from the first packet to the last, and greets with the file', async () => {
  using folder = place()
  const file = join(folder.path, 'all.pcapng')
  const words = [...folder.words, '--ports', 'any', '--pcap', 'all.pcapng']
  await using lab = await startLab(words, { folder: folder.path })
  assert.match(lab.out, /wireshark \S*all\.pcapng +read what crosses the wire/)
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  assert.equal(await talk(echo, 'hello'), 'hello')
  assert.equal((await run(['stop'], { folder: folder.path })).code, 0)
  assert.equal((await lab.finished).code, 0)
  assert.equal(carried(file), 'hellohello')
})

test('trace writes until Ctrl-C, and the file is complete when it ends; the lab goes on', async () => {
  using folder = place()
  const file = join(folder.path, 'some.pcapng')
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  await talk(echo, 'before')
  await using trace = new Program(['trace', '--pcap', 'some.pcapng', '--service', 'echo'], {
    folder: folder.path,
  })
  await trace.printed('Ctrl-C ends it')
  await talk(echo, 'meanwhile')
  trace.process.kill('SIGINT')
  const { code, out, err } = await trace.finished
  assert.equal(code, 0)
  assert.match(out, /^writing \S+some\.pcapng; read it with: wireshark \S+some\.pcapng\n/)
  assert.match(err, /^\d+ packets, \d+ octets\n$/)
  assert.equal(carried(file), 'meanwhilemeanwhile')
  assert.equal(await talk(echo, 'after'), 'after')
})

test('a trace whose command is killed is completed by the lab; one whose lab stops ends with it', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  await using killed = new Program(['trace', '--pcap', 'killed.pcapng'], { folder: folder.path })
  await using kept = new Program(['trace', '--pcap', 'kept.pcapng', '--lang', 'es'], { folder: folder.path })
  await killed.printed('Ctrl-C ends it')
  await kept.printed('Ctrl-C la termina')
  await talk(echo, 'hello')
  killed.process.kill('SIGKILL')
  await until(() => carried(join(folder.path, 'killed.pcapng')) === 'hellohello')
  // So that it has heard how far it is.
  await new Promise((resolve) => setTimeout(resolve, 1200))
  assert.equal((await run(['stop'], { folder: folder.path })).code, 0)
  const { code, out, err } = await kept.finished
  assert.equal(code, 0, err)
  assert.match(out, /^escribiendo \S+kept\.pcapng; léelo con: wireshark /)
  assert.match(err, /^\d+ paquetes, \d+ octetos\n$/)
  assert.equal(carried(join(folder.path, 'kept.pcapng')), 'hellohello')
})

test('trace --live tells where, and of its danger; trace --pcap - is a capture itself', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const live = await run(['trace', '--live', '--seconds', '0.2'], { folder: folder.path })
  assert.equal(live.code, 0, live.err)
  assert.match(live.out, /^live: wireshark -k -i TCP@127\.0\.0\.1:\d+\n/)
  assert.match(live.err, /^every program of this machine can read there .* the keys of TLS\n0 packets/)
  await until(() => /hands out the keys of TLS sessions/.test(lab.out + lab.err))
  const piped = await run(['trace', '--pcap', '-', '--seconds', '0.2'], { folder: folder.path })
  assert.equal(piped.code, 0, piped.err)
  assert.equal(piped.out.codePointAt(0), 0x0a)
  assert.match(piped.out, /telelab/)
  assert.match(piped.err, /^Ctrl-C ends it\n0 packets, 0 octets\n$/)
})

test('what cannot be is told before anything begins', async () => {
  using folder = place()
  const start = [...folder.words, '--ports', 'any']
  writeFileSync(join(folder.path, 'letter'), 'Dear all')
  const before: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [
      ['start', ...start, '--pcap', 'none/x.pcapng'],
      /^lab start: there is no folder \S*none for the capture/m,
    ],
    [['start', ...start, '--pcap', 'letter'], /letter is there and is no capture/],
    [['start', ...start, '--ring', '1MB'], /--ring says how much/],
    [['start', ...start, '--pcap', 'x', '--ring', '1 mile'], /--ring takes a size/],
    [['start', ...start, '--pcap', '-'], /--pcap - is for lab trace/],
    [['trace'], /say where to: --pcap FILE, --live, or both/],
    [['trace', '--pcap', 'x', '9'], /--live takes a port, as in --live 19000, not "9"/],
    [['trace', '--live', '70000'], /--live takes a port/],
    [['trace', '--live', '--seconds', 'a'], /--seconds takes a number/],
  ]
  for (const [words, says] of before) {
    const { code, out, err } = await run(words, { folder: folder.path })
    assert.deepEqual([code, out], [2, ''], words.join(' '))
    assert.match(err, says)
  }
  assert.match((await run(['trace', '--live'], { folder: folder.path })).err, /no lab is running here/)
  await using _lab = await startLab(start, { folder: folder.path })
  const running: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [['--service', 'ecko'], /did you mean "echo"/],
    [['--client', 'me'], /--client takes an address or a network/],
    [['--student', '1'], /the lab that runs here is that of student 9721, not of 1/],
    [['--ring', '5'], /--ring takes a size/],
  ]
  for (const [words, says] of running) {
    const { code, err } = await run(['trace', '--pcap', 'x.pcapng', ...words], { folder: folder.path })
    assert.equal(code, 2)
    assert.match(err, says)
  }
  assert.equal(existsSync(join(folder.path, 'x.pcapng')), false)
  assert.equal(readFileSync(join(folder.path, 'letter'), 'utf8'), 'Dear all')
})
