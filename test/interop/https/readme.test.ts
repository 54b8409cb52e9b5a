import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { httpsOptions } from '../../../services/https/options.ts'
import { httpOptions } from '../../../lab/web/options.ts'
import { openLab, temporaryFolder, writeFiles } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { run } from '../http/program.ts'
import { authorityIn } from './forge.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../services/https/README.md'), 'utf8')
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? ''
const files = { 'www/index.html': 'start', 'www/private/index.html': 'private' }

const skip = missing('curl', 'openssl', 'sh')

test("the README's commands give what it says", { skip }, async () => {
  await using lab = await openLab(block('yaml'), { files })
  using folder = temporaryFolder()
  const certs = authorityIn(join(lab.stateFolder, 'certs'))
  const { key, chain } = await certs.issueNew({ names: ['me'], purpose: 'client' })
  writeFiles(folder.path, { 'me.pem': chain, 'me.key': key })
  const lines = block('sh').trim().split('\n')
  assert.ok(lines.length > 5)
  for (const line of lines) {
    const command = line
      .replaceAll('127.0.0.1:8443', `127.0.0.1:${lab.address('https', 'https').port}`)
      .replaceAll('127.0.0.1:8081', `127.0.0.1:${lab.address('https', 'redirect').port}`)
      .replaceAll('.lab/sstt', lab.stateFolder)
      .replaceAll(/\bme\.(?=pem|key)/g, `${folder.path}/me.`)
    const { out, error } = await run('sh', '-c', command)
    const [, expected = ''] =
      /# (\d{3}|alert|Verification: OK|Cert Status: good|certificate has expired)/.exec(line) ?? []
    assert.notEqual(expected, '', line)
    const pattern = /^\d/.test(expected) ? `^HTTP/1\\.1 ${expected}\\b` : expected
    assert.match(out.toString('latin1') + error, new RegExp(pattern, 'm'), line)
  }
})

test('the README has each option of TLS with its default', () => {
  const options = Object.keys(httpsOptions.shape).filter((name) => !Object.hasOwn(httpOptions.shape, name))
  const defaults = httpsOptions.parse({})
  for (const name of options) {
    const row = new RegExp(`^\\| \`${name}\` \\| (.*?) \\|`, 'm').exec(readme)?.[1]
    assert.ok(row !== undefined, name)
    const value = Object.entries(defaults).find(([key]) => key === name)?.[1]
    if (value !== undefined) assert.equal(row, `\`${JSON.stringify(value).replaceAll('"', '')}\``, name)
  }
})
