/** What the schemas of options say of a wrong value is said in both languages. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { isExplanation } from '../../lab/kit/explain.ts'
import { Registry } from '../../lab/scenario/registry.ts'
import { faultSchema, instanceSchema, scenarioSchema } from '../../lab/scenario/schema.ts'
import { readScenario, temporaryFolder, writeFiles } from '../lab.ts'

const services = resolve(import.meta.dirname, '..', '..', 'services')

/** Every error that a schema, what it is made of, or one of their checks has of its own. */
function errorsOf(part: unknown, seen = new Set<unknown>()): unknown[] {
  if (typeof part !== 'object' || part === null || seen.has(part)) return []
  seen.add(part)
  const definition = '_zod' in part ? Reflect.get(Object(part._zod), 'def') : undefined
  const error = typeof definition === 'object' ? Reflect.get(Object(definition), 'error') : undefined
  const parts = Object.values(typeof definition === 'object' ? Object(definition) : part)
  return [...(error === undefined ? [] : [error]), ...parts.flatMap((each) => errorsOf(each, seen))]
}

test('no schema explains itself in one language alone', async () => {
  const registry = new Registry([services])
  let count = 0
  for (const name of readdirSync(services)) {
    const { config, faults } = await registry.load(name)
    const { verbs = {} } = (await registry.loadChecks(name)) ?? {}
    const settings = Object.values(verbs).map((verb) => verb.settings)
    for (const error of errorsOf([config, faults, settings, scenarioSchema, instanceSchema, faultSchema])) {
      assert.ok(
        isExplanation(error),
        `${name}: ${String(error)}; write explain({ en, es }) of lab/kit/explain.ts`,
      )
      assert.ok(error.text.en !== '' && error.text.es !== '' && error.text.en !== error.text.es)
      count += 1
    }
  }
  assert.ok(count > 20, String(count))
})

test('a mistake in an option is told in the words of its schema, in both languages', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': `title: Test
services:
  mail:
    resolver: a b
    relay: { from: [here] }
  http:
    protect: { private: { scheme: basic } }
    proxy: { /app/: ftp://x }
`,
  })
  const { problems } = await readScenario(join(folder.path, 'scenario.yaml'))
  assert.deepEqual(problems.map(({ line, message }) => `${line} ${message.es}`).toSorted(), [
    '4 escribe host o host:puerto, como mail.example.org:2525 o [::1]:2525',
    '5 escribe una dirección o una red, como 192.168.56.0/24',
    '7 escribe la ruta de una carpeta: empieza y acaba en barra, sin codificar con porcentajes, como /privado/',
    '8 escribe http://, una dirección IP o localhost, un puerto si no es el 80 y una ruta que acabe en barra, como http://127.0.0.1:8081/base/',
  ])
})
