/** What a student's program is to serve, put into the copy of its folder. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { layFiles } from '../../../lab/grading/program-files.ts'
import { LabError } from '../../../lab/host/error.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

const site = {
  'www/index.html': 'start\n',
  'www/picture.jpg': Buffer.from([0xff, 0, 0xd8]),
  'outside.txt': 'no\n',
}

test('files are laid, and those that give way are told; what is the same does not count', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'www/index.html': 'mine\n', 'www/own.html': 'mine\n', 'outside.txt': 'no\n' })
  assert.deepEqual(await layFiles(folder.path, site), ['www/index.html'])
  assert.deepEqual(readFileSync(join(folder.path, 'www/picture.jpg')), site['www/picture.jpg'])
  assert.equal(readFileSync(join(folder.path, 'www/index.html'), 'utf8'), 'start\n')
  assert.equal(readFileSync(join(folder.path, 'www/own.html'), 'utf8'), 'mine\n')
  assert.deepEqual(await layFiles(folder.path, site), [])
})

test('a file in the place of a folder is told by its name', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { www: 'a file' })
  await assert.rejects(layFiles(folder.path, site), (error: unknown) => {
    assert.ok(error instanceof LabError)
    assert.match(error.text.es, /^www\/index\.html, por el que pregunta la batería, no se puede poner/)
    return error.blame === 'wrong'
  })
})
