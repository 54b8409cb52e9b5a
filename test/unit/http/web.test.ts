import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { httpOptions } from '../../../lab/web/options.ts'
import { webProblems } from '../../../lab/web/web.ts'
import { httpsOptions } from '../../../services/https/options.ts'
import { temporaryFolder } from '../../lab.ts'

test('a site that is a file is told with that file, which has no paths of its own', () => {
  using folder = temporaryFolder()
  const path = (relative: string): string => join(folder.path, relative)
  writeFileSync(path('page.html'), 'x')
  const config = httpOptions.parse({ root: '.', hosts: { 'blog.example.org': { root: 'page.html' } } })
  const files = { path, text: () => '' }
  const [problem, ...others] = webProblems(config, files)
  assert.deepEqual([problem?.file, problem?.path, others], [path('page.html'), '', []])
  assert.match(problem?.message.es ?? '', /^page\.html es un fichero/)
})

test('a folder that is percent-encoded, and so would never be found, is refused', () => {
  for (const option of ['forbidden', 'listing']) {
    assert.equal(httpOptions.safeParse({ [option]: ['/a%20b/'] }).success, false)
    assert.equal(httpOptions.safeParse({ [option]: ['/a b/', '/100%/', '/'] }).success, true)
  }
  assert.equal(httpsOptions.safeParse({ clientPaths: ['/a%20b/'] }).success, false)
  assert.equal(httpsOptions.safeParse({ clientPaths: ['/a b/'] }).success, true)
})
