/** `lab mail`: the queue of a running lab, and a message without a mail program. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run, startLab } from '../program.ts'

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

test('messages are sent, wait, are tried again and are taken away', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'lab.yaml': `title: Mail
domain: a.test
accounts: [{ name: ana }, { name: eva }]
services:
  mail:
    relay: { to: [b.test] }
    routes: { b.test: "127.0.0.1:${await closedPort()}" }
`,
  })
  const at = { folder: folder.path }
  const mail = (...words: readonly string[]) => run(['mail', ...words], at)
  await using lab = await startLab(['-s', 'lab.yaml', '--ports', 'any'], at)
  assert.ok(lab.out.includes('smtp 127.0.0.1:'))

  const none = await mail('queue')
  assert.deepEqual([none.code, none.out], [0, 'nothing waits\n'])
  const here = await mail(
    'send',
    '--from',
    'ana@a.test',
    '--to',
    'eva@a.test',
    '--subject',
    'Hola',
    '--text',
    'ñ',
  )
  assert.equal(here.code, 0, here.err)
  assert.match(here.out, /^250 2\.0\.0 OK id=\S+\n$/)
  const nobody = await mail('send', '--from', 'ana@a.test', '--to', 'eve@a.test', '--lang', 'es')
  assert.equal(nobody.code, 1)
  assert.match(nobody.err, /^no enviado: .*550 5\.1\.1/s)
  writeFileSync(join(folder.path, 'a.eml'), 'Subject: far\r\n\r\nfar\r\n')
  const away = await mail('send', 'a.eml', '--from', 'ana@a.test', '--to', 'eva@a.test, bob@b.test')
  assert.equal(away.code, 0, away.err)
  const [, id = ''] = /id=(\S+)/.exec(away.out) ?? []

  const waiting = await mail('queue')
  assert.match(waiting.out, new RegExp(`^${id} .*<ana@a\\.test>$`, 'm'))
  assert.match(waiting.out, /bob@b\.test {2}waiting/)
  const listed = JSON.parse((await mail('queue', '--json')).out) as { id: string; from: string }[]
  assert.deepEqual(
    listed.map((entry) => [entry.id, entry.from]),
    [[id, 'ana@a.test']],
  )
  assert.equal((await mail('flush', '--lang', 'es')).out, 'mensajes que se reintentan: 1\n')
  assert.equal((await mail('remove', id)).code, 0)
  const gone = await mail('remove', id)
  assert.deepEqual([gone.code, gone.err], [1, `no message ${id} waits\n`])
  assert.equal((await mail('queue')).out, 'nothing waits\n')
})

test('what cannot be done is told', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  const stopped = await run(['mail', 'queue'], at)
  assert.equal(stopped.code, 1)
  assert.match(stopped.err, /no lab is running/i)
  for (const words of [[], ['cue']]) {
    const { code, err } = await run(['mail', ...words], at)
    assert.equal(code, 2)
    assert.match(err, /lab mail queue/)
  }
  await using lab = await startLab(['-s', 'dns-only', '--ports', 'any'], at)
  assert.ok(lab.out.includes('dns'))
  const without = await run(['mail', 'queue', '--lang', 'es'], at)
  assert.deepEqual([without.code, without.err], [1, 'el laboratorio en marcha no tiene servicio de correo\n'])
})
