import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readScenario, temporaryFolder, writeFiles } from '../../lab.ts'

/** What is wrong with one fault of a scenario, in a language. */
async function problemsOf(fault: string, language: 'en' | 'es'): Promise<readonly string[]> {
  using place = temporaryFolder()
  writeFiles(place.path, {
    'scenario.yaml': `title: Test\nservices: { https: }\nfaults: [{ at: tls.certificate, ${fault} }]\n`,
    'www/index.html': 'start',
  })
  const { problems } = await readScenario(join(place.path, 'scenario.yaml'))
  return problems.map(({ line, path, message }) => `${line} ${path}: ${message[language]}`)
}

test('a fault of certificates that there is not is refused, in both languages', async () => {
  const kinds = 'expired, not yet valid, wrong name, self-signed, broken chain, other authority, weak key'
  const cases = [
    [
      'show: expird',
      `3 faults[0].show: "expird" is not one of: ${kinds} (did you mean "expired"?)`,
      `3 faults[0].show: "expird" no es ninguno de: ${kinds} (¿querías decir "expired"?)`,
    ],
  ] as const
  for (const [fault, en, es] of cases) {
    assert.deepEqual(await problemsOf(fault, 'en'), [en])
    assert.deepEqual(await problemsOf(fault, 'es'), [es])
  }
  for (const language of ['en', 'es'] as const)
    for (const fault of ['ask: expired', 'staple: good', 'shows: expired'])
      assert.equal((await problemsOf(fault, language)).length, 1, fault)
})

test('every fault of certificates is known, alone and together', async () => {
  const shows = [
    'expired',
    'not yet valid',
    'wrong name',
    'self-signed',
    'broken chain',
    'other authority',
    'weak key',
  ]
  const faults = [...shows.map((show) => `show: ${show}`), 'ask: other authority', 'staple: revoked']
  for (const fault of [...faults, 'show: expired, ask: other authority, staple: revoked, times: 1'])
    assert.deepEqual(await problemsOf(fault, 'en'), [])
})
