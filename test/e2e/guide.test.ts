/** What a scenario tells its student, on the command line. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run, startLab } from '../program.ts'

const scenarios = resolve(import.meta.dirname, '..', '..', 'scenarios')

test('the guide of a scenario is filled in for its student', async () => {
  using folder = temporaryFolder()
  const { out, code } = await run(['guide', 'dns-zone', '--student', '4711', '--lang', 'es'], {
    folder: folder.path,
  })
  assert.equal(code, 0)
  assert.match(out, /^# Escribe tu propia zona\n[^]*`zona4711\.org`/)
})

test('commands in a guide are written as they can be typed', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'mine/scenario.yaml': 'title: Mine\nservices: { mail: {} }\n',
    'mine/en.md':
      '# Mine\n\nSee `lab check` of the\nlab that runs.\n\n```sh\nlab reload          # by `lab stop`\nlab log\n```\n\n1. Then\n   ```sh\n   lab stop\n   ```\n',
  })
  const environment = { npm_execpath: 'npm' }
  const { out } = await run(['guide', 'mine'], { folder: folder.path, environment })
  assert.equal(
    out,
    '# Mine\n\nSee `npx lab check` of the\nlab that runs.\n\n```sh\nnpx lab reload      # by `npx lab stop`\nnpx lab log\n```\n\n1. Then\n   ```sh\n   npx lab stop\n   ```\n',
  )
})

test('each shipped guide can be filled in, and is there in both languages', async () => {
  using folder = temporaryFolder()
  const names = readdirSync(scenarios, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of names.filter((entry) => entry.name !== 'clients'))
    for (const lang of ['en', 'es']) {
      const { out, err, code } = await run(['guide', name, '--lang', lang], { folder: folder.path })
      assert.equal(code, 0, err)
      const [title = ''] = readFileSync(join(scenarios, name, `${lang}.md`), 'utf8').split('\n')
      assert.ok(out.startsWith(title), name)
      assert.doesNotMatch(out, /\$\{/, name)
    }
})

test('a running lab tells its own guide; one in the other language is better than none', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'mine/scenario.yaml':
      'title: Mine\nparams: { room: { kind: student } }\ndomain: r${room}.test\nservices: { mail: {} }\n',
    'mine/es.md': '# Lo mío\n\nEn ${domain}.\n',
  })
  await using lab = await startLab(['-s', 'mine', '--student', '12', '--ports', 'any'], {
    folder: folder.path,
  })
  assert.match(lab.out, /lab guide .*there is to do/)
  const { out } = await run(['guide'], { folder: folder.path })
  assert.equal(out, '# Lo mío\n\nEn r12.test.\n')
  const other = await run(['guide', '--student', '13'], { folder: folder.path })
  assert.deepEqual([other.code, other.out], [2, ''])
  assert.match(other.err, /say which scenario: .*lab guide SCENARIO --student ID/)
})

test('a scenario without a guide, and a guide that cannot be filled in, say so', async () => {
  using folder = temporaryFolder()
  const scenario = 'title: Mine\nservices: { mail: {} }\n'
  writeFiles(folder.path, {
    'bare/scenario.yaml': scenario,
    'wrong/scenario.yaml': scenario,
    'wrong/en.md': 'In ${dominio}.\n',
  })
  const bare = await run(['guide', 'bare'], { folder: folder.path })
  assert.deepEqual([bare.code, bare.out], [1, ''])
  assert.match(bare.err, /this scenario has no guide/)
  const wrong = await run(['guide', 'wrong'], { folder: folder.path })
  assert.equal(wrong.out, '')
  assert.match(wrong.err, /en\.md:1:4.*dominio/)
})
