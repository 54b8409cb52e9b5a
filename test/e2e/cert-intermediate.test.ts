/** `lab cert` where the root has issued some certificates, and an intermediate others, in the order in which that comes about. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing } from '../tool.ts'
import { makeCertPlace, openssl, read } from './cert.ts'

const skip = missing('openssl')
const place = makeCertPlace()
const { cert, certs, done } = place
const texts = (json: string): string =>
  (JSON.parse(json) as { value: string; level: string }[])
    .map(({ value, level }) => `${level} ${value}`)
    .join('\n')

test(
  'what the root issued, the intermediate, and what that issued are each explained by their issuer, and held to it',
  { skip },
  async () => {
    await done('issue', 'old.sstt9721.org')
    await done('init', '--intermediate')
    await done('issue', 'new.sstt9721.org')
    const list = await done('list', '--json')
    const entries = JSON.parse(list) as { serial: string; subject: string }[]
    const serials = entries.map(({ serial }) => serial)
    assert.ok(serials.length >= 3, list)
    for (const serial of serials) {
      const shown = texts(await done('show', serial, '--json'))
      assert.doesNotMatch(shown, /^bad /m, shown)
      assert.match(await done('verify', serial), /^the certificate holds: /)
    }
    const intermediate = serials.find(
      (serial) =>
        !['old', 'new'].some((name) =>
          entries.find((entry) => entry.serial === serial)?.subject.includes(name),
        ),
    )
    assert.ok(intermediate)
    await done('revoke', intermediate)
    assert.match(await done('verify', 'old.sstt9721.org'), /^the certificate holds: /)
    const { code, err } = await cert('verify', 'new.sstt9721.org')
    assert.deepEqual([code, err], [1, 'the intermediate authority that has issued it was revoked\n'])
    const root = join(certs, 'crl.pem')
    assert.ok(existsSync(root))
    assert.match(await openssl('crl', '-in', root, '-text', '-noout'), new RegExp(intermediate))
  },
)

test('a renewed certificate keeps its addresses, and gets those that are asked for', async () => {
  const other = makeCertPlace()
  await other.done('issue', 'two.sstt9721.org', '--address', '127.0.0.1')
  await other.done('renew', 'two.sstt9721.org', '--address', '127.0.0.2')
  const renewed = new X509Certificate(read(other.certs, 'out', 'two.sstt9721.org', 'certificate.pem'))
  for (const address of ['127.0.0.1', '127.0.0.2']) assert.equal(renewed.checkIP(address), address)
})

test('a word too many, and options that exclude each other, are mistakes', async () => {
  assert.deepEqual(await cert('show', 'a', 'b').then(({ code, err }) => [code, err]), [
    2,
    'lab cert: lab cert show does not know what to do with "b"\n',
  ])
  const { code, err } = await cert('issue', 'x.sstt9721.org', '--client', '--peer')
  assert.equal(code, 2)
  assert.match(err, /--client and --peer exclude each other/)
})
