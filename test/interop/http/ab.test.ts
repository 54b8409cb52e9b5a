import assert from 'node:assert/strict'
import { test } from 'node:test'
import { site } from '../../conformance/http/subject.ts'
import { openLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { run } from './program.ts'

const skip = missing('ab')

/** The numbers that ab prints, by their titles. */
async function measure(url: string, ...words: string[]): Promise<(title: string) => number | undefined> {
  const { code, out, error } = await run('ab', '-n', '2000', '-c', '20', ...words, url)
  assert.equal(code, 0, error)
  return (title) => {
    const figure = new RegExp(`^${title}: +(\\d+)`, 'm').exec(out.toString())?.[1]
    return figure === undefined ? undefined : Number(figure)
  }
}

for (const [title, words, kept] of [
  ['over connections that stay open', ['-k'], 1980],
  ['over a connection each', [], 0],
] as const) {
  for (const path of ['index.html', 'es.html', 'large.txt'] as const) {
    test(`ab gets ${path} 2,000 times ${title}`, { skip }, async () => {
      await using lab = await openLab('services: { http: {} }', {
        // ab wants the end of one answer before it sends the next: the large file is just too large for memory.
        files: { ...site, 'www/large.txt': 'x'.repeat(70_000) },
      })
      const { host, port } = lab.address('http', 'http')
      const figure = await measure(`http://${host}:${port}/${path}`, ...words)
      const length = { 'index.html': 14, 'es.html': 18, 'large.txt': 70_000 }[path]
      assert.equal(figure('Complete requests'), 2000)
      assert.equal(figure('Failed requests'), 0)
      assert.equal(figure('Non-2xx responses'), undefined)
      assert.equal(figure('Document Length'), length)
      assert.equal(figure('HTML transferred'), 2000 * length)
      // The last of the hundred requests that a connection may bring ends it.
      const persistent = figure('Keep-Alive requests') ?? 0
      assert.ok(persistent >= kept && persistent <= kept * 1.01, `${persistent} over open connections`)
    })
  }
}
