/** No setting of a scenario is refused in the words of zod: every kind of issue that the schemas can raise is walked through. */
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { check, issueText } from '../../../lab/scenario/problems.ts'
import { paramSchema } from '../../../lab/scenario/params.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import { faultSchema, instanceSchema, scenarioSchema } from '../../../lab/scenario/schema.ts'
import { taskSchema } from '../../../lab/scenario/task.ts'
import type { Tree } from '../../../lab/scenario/tree.ts'

const tree: Tree = { type: 'scalar', place: { file: '', line: 1, column: 1 }, value: null }
const raw =
  /\b(?:Invalid|Unrecognized|expected|received|undefined|Too (?:big|small))\b|Entrada|inválid|Demasiado/

const odd: readonly unknown[] = [
  undefined,
  null,
  '',
  'x y',
  'x'.repeat(2000),
  -1,
  1.5,
  1e12,
  true,
  [],
  [null],
  Array.from({ length: 2000 }, () => 5),
  {},
  { 'no key': null },
]

/** Values that are wrong in one place each: the schema itself, and each setting below it. */
function wrongFor(schema: unknown, depth = 0): unknown[] {
  if (depth > 4) return []
  if (schema instanceof z.ZodObject) {
    const parts = Object.entries(schema.shape).flatMap(([key, part]) =>
      wrongFor(part, depth + 1).map((value) => ({ [key]: value })),
    )
    return [...odd, ...parts]
  }
  if (schema instanceof z.ZodArray)
    return [...odd, ...wrongFor(schema.element, depth + 1).map((each) => [each])]
  if (schema instanceof z.ZodRecord)
    return [...odd, ...wrongFor(schema.valueType, depth + 1).map((each) => ({ name: each }))]
  if (schema instanceof z.ZodUnion)
    return [...odd, ...schema.options.flatMap((each) => wrongFor(each, depth))]
  if (schema instanceof z.ZodPipe) return wrongFor(schema.in, depth)
  const inner: unknown =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable
      ? schema.unwrap()
      : undefined
  return inner === undefined ? [...odd] : wrongFor(inner, depth)
}

test('whatever a schema refuses is told in words of the lab, in both languages', async () => {
  const registry = new Registry([resolve(import.meta.dirname, '..', '..', '..', 'services')])
  const schemas: z.ZodType[] = [scenarioSchema, instanceSchema, faultSchema, taskSchema, paramSchema]
  for (const name of registry.names()) {
    const { config, faults = {} } = await registry.load(name)
    const { verbs = {} } = (await registry.loadChecks(name)) ?? {}
    schemas.push(config, ...Object.values(faults), ...Object.values(verbs).map((verb) => verb.settings))
  }
  const codes = new Set<string>()
  for (const schema of schemas)
    for (const value of wrongFor(schema)) {
      for (const { code } of schema.safeParse(value).error?.issues ?? []) codes.add(code)
      for (const { path, message } of check(schema, tree, [], value).problems) {
        assert.doesNotMatch(message.en, raw, path)
        assert.doesNotMatch(message.es, raw, path)
        assert.notEqual(message.en, message.es, path)
      }
    }
  for (const code of [
    'invalid_type',
    'invalid_value',
    'invalid_union',
    'too_big',
    'too_small',
    'unrecognized_keys',
    'invalid_format',
    'invalid_key',
    'custom',
  ])
    assert.ok(codes.has(code), `${code} of ${[...codes].join()}`)
})

test('each kind of issue has its words, also those that no setting raises today', () => {
  const cases: readonly (readonly [z.ZodType, unknown, string, string])[] = [
    [z.string(), 5, 'a text is wanted here, not 5: write "5"', 'aquí va un texto, no 5: escribe "5"'],
    [
      z.boolean(),
      'yes',
      'true or false is wanted here, not the text "yes"',
      'aquí va true o false, no el texto "yes"',
    ],
    [z.int(), 1.5, 'a whole number is wanted here, not 1.5', 'aquí va un número entero, no 1.5'],
    [z.array(z.string()), {}, 'a list is wanted here, not a map', 'aquí va una lista, no un mapa'],
    [z.string().max(1), 'ab', 'at most 1 character', 'como mucho 1 carácter'],
    [z.string().min(1), '', 'this must not be empty', 'no puede estar vacío'],
    [z.array(z.int()).min(2), [1], 'at least 2 items', 'al menos 2 elementos'],
    [z.string().length(2), 'a', 'exactly 2 characters', 'exactamente 2 caracteres'],
    [z.number().gt(3), 3, '3 is out of range: more than 3', '3 está fuera de rango: más de 3'],
    [z.number().multipleOf(2), 3, '3 is no multiple of 2', '3 no es múltiplo de 2'],
    [
      z.union([z.string(), z.number()]),
      [],
      'a text or a number is wanted here, not a list',
      'aquí va un texto o un número, no una lista',
    ],
    [z.enum(['a', 'b']), 5, '5 is not one of: a, b', '5 no es ninguno de: a, b'],
    [z.string().regex(/^a/), 'b', '"b" is not of the form /^a/', '"b" no tiene la forma /^a/'],
  ]
  for (const [schema, value, en, es] of cases) {
    assert.deepEqual(
      check(schema, tree, [], value).problems.map(({ message }) => message),
      [{ en, es }],
    )
    assert.deepEqual(
      schema.safeParse(value).error?.issues.map((issue) => issueText(issue, value)),
      [{ en, es }],
    )
  }
})

test('what a schema says by itself stays', () => {
  const schema = z.string().refine(() => false, 'it must be an absolute path')
  const said = schema.safeParse('x').error?.issues.map((issue) => issueText(issue, 'x').en)
  assert.deepEqual(said, ['it must be an absolute path'])
})
