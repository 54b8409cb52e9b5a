import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLab } from '../../lab.ts'
import { parseAnswers, site } from '../../conformance/http/subject.ts'
import { missing } from '../../tool.ts'
import { pipe } from './program.ts'

test(
  'printf … | nc -N gets its whole answer although it closes its half at once',
  { skip: missing('nc') },
  async () => {
    await using lab = await openLab('services: { http: { root: www } }', { files: site })
    const { host, port } = lab.address('http', 'http')
    const ask = (raw: string): Promise<string> => pipe(raw, 'nc', '-N', host, String(port))
    assert.match(await ask('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[^]*<h1>Start<\/h1>$/)
    assert.equal(parseAnswers(await ask('GET /large.txt HTTP/1.0\r\n\r\n'))[0]?.body.length, 1_000_000)
    assert.match(await ask('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 [^]*requires the Host field/)
    assert.match(await ask('GET / HTTP/1.1\nHost: a\n\n'), /^HTTP\/1\.1 400 [^]*ends with LF alone/)
    assert.match(await ask('hello\r\n'), /^HTTP\/1\.1 400 [^]*GET \/index\.html HTTP\/1\.1/)
  },
)
