import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLab } from '../../lab.ts'
import { site } from '../../conformance/http/subject.ts'
import { missing } from '../../tool.ts'
import { run } from './program.ts'

test(
  'wget fetches several files over one connection, and tells refusals',
  { skip: missing('wget') },
  async () => {
    await using lab = await openLab('services: { http: { root: www } }', { files: site })
    const { host, port } = lab.address('http', 'http')
    const base = `http://${host}:${port}`
    const { code, out } = await run('wget', '-q', '-O', '-', `${base}/`, `${base}/large.txt`, `${base}/sub`)
    assert.equal(code, 0)
    assert.equal(out.toString(), `<h1>Start</h1>${'x'.repeat(1_000_000)}sub`)
    assert.equal(lab.journal.since(0, ['connection.opened']).length, 1)
    // 8: the server answered with an error
    const refused = await run('wget', '-S', '-O', '/dev/null', `${base}/gone`)
    assert.equal(refused.code, 8)
    assert.match(refused.error, /404 Not Found/)
  },
)
