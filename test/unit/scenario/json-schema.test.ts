/** What editors and persons are told of the verbs of tasks. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { verbLines } from '../../../lab/cli/verb-lines.ts'
import { spanishOf } from '../../../lab/kit/spanish.ts'
import { jsonSchema } from '../../../lab/scenario/json-schema.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import type { Verbs } from '../../../lab/scenario/tasks.ts'
import { loadVerbs } from '../../../lab/scenario/verbs.ts'
import type { Text } from '../../../lab/service.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')

const settingsSchema = z.object({ properties: z.record(z.string(), z.object({ description: z.string() })) })

describe('the verbs of tasks', () => {
  let verbs: Verbs
  let scenario: z.ZodType
  before(async () => {
    const registry = new Registry([join(root, 'services')])
    const services = await registry.loadAll()
    verbs = await loadVerbs(
      registry,
      services.map((service) => ({ service })),
    )
    scenario = z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(jsonSchema(services, verbs)))
  })

  for (const path of globSync('scenarios/*/scenario.yaml', { cwd: root })) {
    test(`the JSON Schema takes ${basename(dirname(path))}`, () => {
      const { error } = scenario.safeParse(parse(readFileSync(join(root, path), 'utf8')))
      assert.equal(error, undefined)
    })
  }

  for (const [what, check, isTaken] of [
    ['a verb with its settings', { 'dns.answered': { name: 'a.test', rcode: 'NXDOMAIN' } }, true],
    ['a verb without any', { 'dns.queried': null }, true],
    [
      'several verbs within a time',
      { order: [{ 'dns.queried': {} }, { 'http.visited': { count: 2 } }], within: '5s' },
      true,
    ],
    ['a setting that there is not', { 'dns.answered': { nome: 'a.test' } }, false],
    ['a value that there is not', { 'dns.answered': { rcode: 'NONE' } }, false],
    ['a verb without the setting that it needs', { 'http.visited': {} }, false],
    ['a verb that there is not', { 'dns.answerd': {} }, false],
    ['two verbs in one step', { all: [{ 'dns.queried': {}, 'http.visited': { count: 2 } }] }, false],
  ] as const)
    // prettier-ignore
    test(`the JSON Schema ${isTaken ? 'takes' : 'does not take'} ${what}`, () => {
      for (const task of [{ check }, { phases: [{ stop: 'dns', check }] }])
        assert.equal(
          scenario.safeParse({ title: 'a', tasks: [{ id: 'a', title: 'a', ...task }] }).success,
          isTaken,
        )
    })

  test('every verb and every setting is described in both languages', () => {
    for (const [name, { verb }] of verbs) {
      assert.notEqual(verb.summary.en, verb.summary.es, name)
      const { properties } = settingsSchema.parse(
        z.toJSONSchema(verb.settings, { io: 'input', unrepresentable: 'any' }),
      )
      assert.deepEqual(
        Object.keys(spanishOf(verb.settings)).toSorted(),
        Object.keys(properties).toSorted(),
        name,
      )
    }
    for (const language of ['en', 'es'] as const) {
      const lines = verbLines(verbs, { language, pick: (text: Text) => text[language] }).join('\n')
      for (const name of verbs.keys()) assert.ok(lines.includes(name))
      assert.match(lines, language === 'en' ? /rcode +Code of the answer/ : /rcode +Código de la respuesta/)
    }
  })
})
