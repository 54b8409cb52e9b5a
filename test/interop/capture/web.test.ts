import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { test } from 'node:test'
import { openLab, temporaryFolder, writeFiles, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { assertSound, captured, fieldOf, fieldsOf, runAlone, skip } from './tshark.ts'

const big = 'x'.repeat(300_000)
const files = { 'www/index.html': 'start', 'www/big.txt': big, 'www/identity.txt': 'you' }

async function curl(url: string, ...words: readonly string[]): Promise<string> {
  const { code, out, error } = await runAlone('curl', ['-sS', '--max-time', '20', ...words, url])
  assert.equal(code, 0, error)
  return out
}

test('HTTP, with more octets than a packet can have', { skip: skip || missing('curl') }, async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('services:\n  http: { root: www }\n', { files })
  const { port } = lab.address('http', 'http')
  const file = await captured(lab, folder.path, async () => {
    assert.equal(await curl(`http://127.0.0.1:${port}/big.txt`), big)
  })
  const decoding = [[port, 'http']] as const
  await assertSound(file, decoding)
  assert.deepEqual(await fieldOf(file, decoding, 'http.request.uri'), ['/big.txt'])
  assert.deepEqual(await fieldsOf(file, decoding, 'http.response', 'http.response.code', 'http.file_data'), [
    ['200', big],
  ])
  const lengths = (await fieldOf(file, decoding, 'ip.len')).map(Number)
  assert.ok(Math.max(...lengths) <= 65_535, String(lengths))
})

for (const version of ['1.2', '1.3']) {
  const only = ['--tlsv1.2', '--tls-max', '1.2']
  const words = version === '1.2' ? only : ['--tlsv1.3']

  test(`HTTPS with TLS ${version} is readable`, { skip: skip || missing('curl') }, async () => {
    using folder = temporaryFolder()
    await using lab = await openLab('services:\n  https: { root: www }\n', { files })
    const { port } = lab.address('https', 'https')
    const file = await captured(lab, folder.path, async () => {
      await curl(`https://127.0.0.1:${port}/`, '-k', ...words)
      assert.equal(await curl(`https://127.0.0.1:${port}/big.txt`, '-k', ...words), big)
    })
    await assertSound(file)
    assert.deepEqual(await fieldOf(file, [], 'http.request.uri'), ['/', '/big.txt'])
    assert.deepEqual(await fieldsOf(file, [], 'http.response', 'http.response.code', 'http.file_data'), [
      ['200', 'start'],
      ['200', big],
    ])
  })

  test(
    `the certificates of both sides are readable with TLS ${version}`,
    { skip: skip || missing('curl') },
    async () => {
      using folder = temporaryFolder()
      await using lab = await openLab(
        'accounts: [{ name: ana }]\nservices:\n  https: { root: www, client: required }\n',
        { files },
      )
      const { port } = lab.address('https', 'https')
      const shown = await clientCertificate(lab, folder.path)
      const file = await captured(lab, folder.path, async () => {
        await curl(`https://127.0.0.1:${port}/identity.txt`, '-k', ...words, ...shown)
        // Without a certificate, a client is refused, which the capture shows, too.
        await runAlone('curl', ['-sS', '-k', ...words, `https://127.0.0.1:${port}/refused`])
      })
      await assertSound(file)
      const certificates = await fieldsOf(file, [], 'tls.handshake.certificate', 'tcp.dstport')
      // The lab's own twice, and the client's.
      assert.equal(certificates.filter(([to]) => to === String(port)).length, 1)
      assert.equal(certificates.length, 3)
      // Over TLS 1.3 a client may ask before it is judged.
      const asked = version === '1.2' ? ['/identity.txt'] : ['/identity.txt', '/refused']
      assert.deepEqual(await fieldOf(file, [], 'http.request.uri'), asked)
      const alerts = await fieldsOf(file, [], 'tls.alert_message.level == 2', 'tls.alert_message.desc')
      if (version === '1.3') assert.deepEqual(alerts, [['116']])
    },
  )
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a resumed session of ${version} is readable`, { skip }, async () => {
    using folder = temporaryFolder()
    await using lab = await openLab('services:\n  https: { root: www }\n', { files })
    const { port } = lab.address('https', 'https')
    const visit = async (path: string, session?: Buffer): Promise<Buffer | undefined> => {
      const options = { host: '127.0.0.1', port, rejectUnauthorized: false }
      const socket = connectTls({
        ...options,
        minVersion: version,
        maxVersion: version,
        ...(session && { session }),
      })
      let ticket: Buffer | undefined
      socket.on('session', (given) => (ticket = given))
      socket.resume()
      socket.end(`GET ${path} HTTP/1.0\r\nHost: x\r\n\r\n`)
      await once(socket, 'close')
      return ticket
    }
    const file = await captured(lab, folder.path, async () => {
      await visit('/first', await visit('/'))
    })
    await assertSound(file)
    assert.deepEqual(await fieldOf(file, [], 'http.request.uri'), ['/', '/first'])
    assert.deepEqual(await fieldsOf(file, [], 'tls.handshake.type == 11', 'tcp.stream'), [['0']])
  })
}

/** The words with which curl shows a certificate of the lab. */
async function clientCertificate(lab: TestLab, folder: string): Promise<string[]> {
  const { key, chain } = await lab.world.certificates.issue({ names: ['ana'], purpose: 'client' })
  writeFiles(folder, { 'ana.key': key, 'ana.pem': chain })
  return ['--cert', join(folder, 'ana.pem'), '--key', join(folder, 'ana.key')]
}
