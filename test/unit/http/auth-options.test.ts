import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { check } from '../../../lab/scenario/problems.ts'
import { parseTree } from '../../../lab/scenario/tree.ts'
import { loadYaml } from '../../../lab/scenario/yaml.ts'
import { protect } from '../../../lab/web/auth/options.ts'

const schema = z.strictObject({ protect })

/** The mistakes of a scenario's part, each as its path and its text in English and Spanish. */
function problemsOf(yaml: string): string[] {
  const { tree, problems } = parseTree(loadYaml(), 'scenario.yaml', `protect: ${yaml}`)
  assert.deepEqual(problems, [])
  return check(schema, tree, []).problems.map(({ path, message }) => `${path}: ${message.en} | ${message.es}`)
}

test('what a scenario may say', () => {
  const good = [
    '{}',
    '{ /private/: { scheme: basic } }',
    '{ /private/: { scheme: digest, realm: Staff, users: { ana: secret } } }',
    '{ /: { scheme: basic, users: { José: "a:b ñ" } }, /a b/ñ/: { scheme: basic } }',
    '{ /.well-known/: { scheme: basic }, /a.b/c/: { scheme: basic } }',
  ]
  for (const yaml of good) assert.deepEqual(problemsOf(yaml), [], yaml)
  assert.deepEqual(protect.parse(undefined), {})
})

test("Digest without users is told in both languages, for the lab's accounts cannot do it", () => {
  const [problem, ...more] = problemsOf('{ /private/: { scheme: digest } }')
  assert.deepEqual(more, [])
  assert.match(problem ?? '', /^protect\.\/private\/\.users: .*users.*\|.*users/)
  const [english, spanish] = (problem ?? '').split(' | ')
  assert.ok(!(english ?? '').endsWith(spanish ?? ''))
})

test('what a scenario may not say', () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ['{ /private/: { scheme: ntlm } }', /basic.*digest|"ntlm"/],
    ['{ /private/: {} }', /scheme/],
    ['{ /private/: { scheme: basic, user: {} } }', /user/],
    ['{ /private/: { scheme: basic, realm: Área } }', /ASCII/],
    [`{ /private/: { scheme: basic, realm: 'a"b' } }`, /ASCII/],
    ['{ /private/: { scheme: basic, users: { "a:b": c } } }', /colon/],
    ['{ /private/: { scheme: basic, users: { "a\\n": c } } }', /colon/],
    ['{ /private/: { scheme: basic, users: { a: "b\\n" } } }', /control/],
    ['{ /private/: { scheme: basic, users: { a: "" } } }', /1 to 1024/],
    ['{ /private/: { scheme: basic, users: { a: 1 } } }', /text/],
    ['{ /private/: { scheme: basic, users: { "\\u00e9": a, "e\\u0301": b } } }', /accents/],
    ['{ /private/: { scheme: basic }, /Private/: { scheme: basic } }', /letter case/],
    ...[
      'private/',
      '/private',
      '//',
      '/a//b/',
      '/../',
      '/./',
      '/.git/',
      '/.well-knownx/',
      '/a\\b/',
      '/a%20b/',
      '/a?/',
      '/a#b/',
      '"/\\ud800/"',
      '""',
    ].map((path) => [`{ ${path}: { scheme: basic } }`, /begins and ends with a slash/] as const),
  ]
  for (const [yaml, expected] of bad) {
    const problems = problemsOf(yaml)
    assert.ok(problems.length > 0, yaml)
    assert.match(problems.join('\n'), expected, yaml)
  }
})
