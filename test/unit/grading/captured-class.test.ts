/** A capture on its way through `lab validate`, `lab check`, `lab submit` and `lab grade`. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { readReports } from '../../../lab/grading/formats/json.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { run, startLab } from '../../program.ts'
import { exchange, pcap } from './frames.ts'

const scenario = `
title: Test
params: { dni: { kind: label } }
domain: "\${dni}.org"
services: { dns: {} }
tasks:
  - id: seen
    points: 2
    title: { en: Hand in a capture, es: Entrega una captura }
    file: trace.pcapng
    check: { order: [{ dns.answered: { name: "\${domain}", type: MX } }, { dns.answered: { name: "www.\${domain}" } }] }
`

test('a capture is checked, handed in and graded', async () => {
  using place = temporaryFolder()
  const folder = place.path
  const lab = (...words: readonly string[]): ReturnType<typeof run> => run(words, { folder })
  writeFiles(folder, { 'my/scenario.yaml': scenario, 'r.csv': 'id;name\nana;Ana\nluis;Luis\n' })
  assert.equal((await lab('validate', 'my/scenario.yaml')).code, 0)
  assert.equal((await lab('course', 'init', '--name', 'Telematics')).code, 0)
  assert.equal((await lab('course', 'roster', 'import', 'r.csv')).code, 0)
  assert.equal((await lab('course', 'launch', 'my', '--all', '-o', 'out')).code, 0)
  const launch: unknown = JSON.parse(readFileSync(join(folder, 'out', 'ana.launch.json'), 'utf8'))
  const { dni } = z.looseObject({ values: z.object({ dni: z.string() }) }).parse(launch).values
  const [mx, www] = [exchange(`${dni}.org`, 15), exchange(`www.${dni}.org`, 1, { id: 8 })]
  {
    const words = ['--launch', 'out/ana.launch.json', '-p', 'any', '--no-console']
    await using _lab = await startLab(words, { folder })
    const none = await lab('check', 'seen')
    assert.match(none.out, /there is no file .*trace\.pcapng/)
    writeFiles(folder, { 'trace.pcapng': 'No.,Time,Source\n' })
    assert.match(
      (await lab('check', 'seen', '--lang', 'es')).out,
      /esto no es una captura: ni pcapng ni pcap/,
    )
    // By what is in it, not by its name.
    writeFiles(folder, { 'trace.pcapng': pcap([...www, ...mx]) })
    const turned = await lab('check', 'seen')
    assert.equal(turned.code, 1)
    assert.match(turned.out, /frame 2 is of this kind, but comes before its turn or too late/)
    writeFiles(folder, { 'trace.pcapng': pcap([...mx, ...www]) })
    assert.equal((await lab('check', 'seen')).code, 0)
  }
  assert.match((await lab('submit')).out, /trace\.pcapng/)
  const { code, out } = await lab('grade', 'my', 'ana-my.telelab', '-f', 'json')
  assert.equal(code, 0, out)
  const results = readReports(out).flatMap((report) => report.results)
  assert.deepEqual(
    results.map(({ id, outcome, evidence }) => [id, outcome, evidence?.frames]),
    [['seen', 'passed', [1, 2, 3, 4]]],
  )
  // Somebody else's capture is of somebody else's names.
  rmSync(join(folder, '.lab'), { recursive: true })
  {
    const words = ['--launch', 'out/luis.launch.json', '-p', 'any', '--no-console']
    await using _lab = await startLab(words, { folder })
    assert.equal((await lab('check', 'seen')).code, 1)
  }
  await lab('submit')
  const other = await lab('grade', 'my', 'luis-my.telelab', '-f', 'text')
  assert.equal(other.code, 1)
  assert.match(other.out, /see it: tshark -r trace\.pcapng\n/)
  assert.match(other.out, new RegExp(`actual +${dni}\\.org`))
})
