/** What no kill can show: as the system sees it, a message and its name are on disk before 250 is written. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { open, until } from '../../talk.ts'
import { SmtpClient } from '../../unit/mail/smtp-client.ts'
import { keptOptions } from './kept-lab.ts'

// A container may have it and not let it trace.
const skip = missing('strace') || (spawnSync('strace', ['true']).status === 0 ? false : 'needs to trace')

const CALLS = 'openat,write,writev,fdatasync,fsync,rename,renameat,renameat2'

/** To whom, of how many lines, and what the system is asked to do in this order between 354 and 250. */
const WAYS: readonly (readonly [to: readonly string[], lines: number, ...calls: readonly RegExp[]])[] = [
  [
    ['ben@lab.test'],
    1,
    /openat\(.*\/ben\/Maildir\/tmp\/.*O_EXCL.*O_DSYNC/,
    /write\(.*\/ben\/Maildir\/tmp\//,
    /rename\w*\(.*\/ben\/Maildir\/tmp\/.*\/ben\/Maildir\/new\//,
    /fsync\(.*\/ben\/Maildir\/new>/,
  ],
  [
    ['ben@lab.test'],
    100_000,
    /openat\(.*\/ben\/Maildir\/tmp\/.*O_EXCL/,
    /write\(.*\/ben\/Maildir\/tmp\//,
    /fsync\(.*\/ben\/Maildir\/tmp\//,
    /rename\w*\(.*\/ben\/Maildir\/tmp\/.*\/ben\/Maildir\/new\//,
    /fsync\(.*\/ben\/Maildir\/new>/,
  ],
  [
    ['ben@lab.test', 'ana@lab.test'],
    1,
    /openat\(.*\/queue\/[^/]*\.eml.*O_EXCL/,
    /fsync\(.*\/queue\/[^/]*\.eml>/,
    /fsync\(.*\/queue\/[^/]*\.json\.[^/]*\.tmp>/,
    /rename\w*\(.*\/queue\/.*\.tmp.*\/queue\/[^/]*\.json"/,
    /fsync\(.*\/queue>/,
  ],
]

test(
  'before 250 the message is synced, then named, and its folder is synced, in each way that it goes',
  { skip },
  async () => {
    using folder = temporaryFolder()
    const log = join(folder.path, 'calls')
    const lab = [process.execPath, join(import.meta.dirname, 'kept-child.ts'), folder.path]
    const child = spawn(
      'strace',
      ['-f', '-y', '-s', '64', '-e', `trace=${CALLS}`, '-o', log, ...lab, JSON.stringify(keptOptions(1))],
      { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    )
    try {
      const [ports]: unknown[] = await once(child.stdout, 'data')
      const [port = 0] = JSON.parse(String(ports)) as number[]
      const client = await new SmtpClient(await open({ host: '127.0.0.1', port })).greet()
      for (const [to, lines, ...expected] of WAYS) {
        const begun = readFileSync(log).length
        await client.ask('MAIL FROM:<ana@lab.test>')
        for (const each of to) await client.ask(`RCPT TO:<${each}>`)
        await client.ask('DATA')
        const [, id = ''] =
          /id=(\S+)/.exec(await client.ask(`Subject: x\r\n\r\n${'x\r\n'.repeat(lines)}.`)) ?? []
        const calls = (): string[] => readFileSync(log).subarray(begun).toString('latin1').split('\n')
        await until(() => calls().some((call) => call.includes(`id=${id}`)), 'the call that writes 250')
        assertOrder(calls(), id, expected)
      }
      client.stream.destroy()
    } finally {
      // The lab is of its group.
      process.kill(-(child.pid ?? assert.fail()), 'SIGKILL')
      await once(child, 'close')
    }
  },
)

/** Each call comes after the one before, and all before the reply. */
function assertOrder(calls: readonly string[], id: string, expected: readonly RegExp[]): void {
  const told = calls.findIndex((call) => call.includes(`"250 2.0.0 OK id=${id}`))
  let place = calls.findIndex((call) => call.includes('"354 '))
  for (const pattern of expected) {
    const next = calls.findIndex((call, index) => index > place && pattern.test(call))
    assert.ok(next > place && next < told, `${pattern.source} is not between ${place} and ${told}`)
    place = next
  }
}
