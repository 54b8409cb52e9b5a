import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { assertSound, listening, openCapture, skip } from './tshark.ts'

const FIELDS = [
  'http.request.uri',
  'http.response.code',
  'tcp.analysis.flags',
  '_ws.malformed',
  'tcp.checksum.status',
]

/** A tshark that reads a live capture until it ends; resolves with its lines. */
function watch(port: number): Promise<string[]> {
  const words = ['-n', '-l', '-i', `TCP@127.0.0.1:${port}`, '-o', 'tcp.check_checksum:TRUE', '-T', 'fields']
  const child = spawn('tshark', [...words, ...FIELDS.flatMap((field) => ['-e', field])], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  return once(child, 'close').then(() => out.split('\n').filter((line) => line !== ''))
}

/** Asks over a connection that stays open, if it is the agent's first. */
function ask(port: number, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent, rejectUnauthorized: false }, (response) => {
      response.resume().on('end', () => resolve())
    })
      .on('error', reject)
      .end()
  })
}

/** What the lines say of requests, answers, and anything wrong. */
function told(lines: readonly string[]): {
  readonly asked: string[]
  readonly answers: string[]
  readonly wrong: string[]
} {
  const rows = lines.map((line) => line.split('\t'))
  return {
    asked: rows.flatMap(([uri = '']) => (uri === '' ? [] : [uri])),
    answers: rows.flatMap(([, code = '']) => (code === '' ? [] : [code])),
    wrong: lines.filter((_, row) => rows[row]?.[2] !== '' || rows[row]?.[3] !== '' || rows[row]?.[4] !== '1'),
  }
}

test('two tsharks read while it is made, one of them late', { skip }, async () => {
  await using lab = await openLab('services:\n  https: { root: www }\n', {
    files: { 'www/index.html': 'start' },
  })
  const { port } = lab.address('https', 'https')
  const log = listening()
  using folder = temporaryFolder()
  const file = join(folder.path, 'both.pcapng')
  const capture = await openCapture(lab, { live: 0, file }, log)
  const live = capture.live
  assert.ok(live)
  assert.equal(log.heard.length, 1)
  assert.match(log.heard[0] ?? '', /hands out the keys/)
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  const first = watch(live.port)
  await until(() => live.readers === 1)
  await ask(port, '/one', kept)
  const second = watch(live.port)
  await until(() => live.readers === 2)
  // The late one has not seen how this connection began.
  await ask(port, '/two', kept)
  await ask(port, '/three', new Agent())
  kept.destroy()
  await until(() => lab.wire.flows().length === 0)
  await capture[Symbol.asyncDispose]()
  const [whole, late] = [told(await first), told(await second)]
  assert.deepEqual(whole, { asked: ['/one', '/two', '/three'], answers: ['404', '404', '404'], wrong: [] })
  assert.deepEqual(late, { asked: ['/three'], answers: ['404'], wrong: [] })
  await assertSound(file)
})

test('a reader that does not read misses packets, and holds up nobody', async () => {
  await using lab = await openLab('services:\n  http: { root: www }\n', {
    files: { 'www/big.txt': 'x'.repeat(8_000_000) },
  })
  const { port } = lab.address('http', 'http')
  await using capture = await openCapture(lab, { live: 0 })
  const reader = connect({ host: '127.0.0.1', port: capture.live?.port ?? 0 })
  reader.pause()
  await until(() => capture.live?.readers === 1)
  for (let round = 0; round < 6; round += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/big.txt`)
    assert.equal((await response.arrayBuffer()).byteLength, 8_000_000)
  }
  assert.ok(capture.state().dropped > 0)
  reader.destroy()
})

test('a port in use is an error that says so', async () => {
  await using lab = await openLab('services:\n  http: { root: www }\n', { files: { 'www/x': 'x' } })
  const { port } = lab.address('http', 'http')
  await assert.rejects(openCapture(lab, { live: port }), /the port is in use; give another, or none/)
  assert.equal(lab.wire.isAttached, false)
})
