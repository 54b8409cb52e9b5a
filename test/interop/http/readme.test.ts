import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { site } from '../../conformance/http/subject.ts'
import { openLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { run } from './program.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../services/http/README.md'), 'utf8')
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? ''

const skip = missing('curl', 'nc', 'sh')

test("the README's commands give what it says", { skip }, async () => {
  await using lab = await openLab('services: { http: {} }', { files: site })
  const { host, port } = lab.address('http', 'http')
  const lines = block('sh').trim().split('\n')
  assert.ok(lines.length > 5)
  for (const line of lines) {
    const command = line
      .replaceAll(/127\.0\.0\.1[: ]8080/g, (address) => `${host}${address.charAt(9)}${port}`)
      .replaceAll(/\bjar\b/g, '/dev/null')
    const { out, error } = await run('sh', '-c', command)
    const status = /# .*?(\d{3})/.exec(line)?.[1] ?? '200'
    assert.match(`${error}${out.toString('latin1')}`, new RegExp(`(?:HTTP/1\\.1 |^)${status}\\b`), line)
  }
})

test("the README's scenario starts", async () => {
  await using lab = await openLab(block('yaml'), { files: site })
  assert.equal(lab.status()[0]?.state, 'running')
})
