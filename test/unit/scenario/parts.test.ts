import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fillText, sourceColumn } from '../../../lab/scenario/fill.ts'
import { nearest } from '../../../lab/kit/nearest.ts'
import { deriveParam, type Param } from '../../../lab/scenario/params.ts'
import { languageOf } from '../../../lab/words/index.ts'

const place = { file: 'f', line: 1, column: 1 }

test('nearest finds what was meant and nothing far', () => {
  const known = ['zone', 'forwarders', 'allow', 'allowRecursion']
  const table = [
    ['zne', 'zone'],
    ['Zone', 'zone'],
    ['oznE', 'zone'],
    ['forwarder', 'forwarders'],
    ['forwardres', 'forwarders'],
    ['xyz', undefined],
    ['', undefined],
    ['completely-different', undefined],
  ] as const
  for (const [word, wanted] of table) assert.equal(nearest(word, known), wanted, word)
})

test('nearest of a candidate is the candidate', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1 }), (words) => {
      const [first = ''] = words
      assert.equal(nearest(first, [first, ...words])?.toLowerCase(), first.toLowerCase())
    }),
  )
})

test('filling replaces every hole, keeps what is escaped, and leaves all else as it was', () => {
  assert.equal(fillText('${a}-${b}-$${a}-$a', { a: 1, b: 'x' }, place).text, '1-x-${a}-$a')
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('${')),
      (text) => {
        assert.deepEqual(fillText(text, { a: 1 }, place), { text, problems: [], fillings: [] })
      },
    ),
  )
})

test('names of every object are no variables', () => {
  for (const name of ['constructor', '__proto__', 'toString'])
    assert.equal(fillText(`\${${name}}`, {}, place).problems.length, 1)
})

const params: readonly Param[] = [
  { kind: 'digits', length: 4, from: 'key' },
  { kind: 'digits', length: 4, from: 'student' },
  { kind: 'label', length: 8 },
  { kind: 'integer', min: 5, max: 60 },
  { kind: 'choice', of: ['a', 'b', 'c'] },
]

test('a parameter depends on scenario, student and name alone, and keeps its form', () => {
  const id = fc.stringMatching(/^[a-z0-9]{1,12}$/)
  fc.assert(
    fc.property(fc.constantFrom(...params), id, id, id, (param, name, scenario, student) => {
      const value = deriveParam(param, name, { scenario, student })
      assert.equal(deriveParam(param, name, { scenario, student }), value)
      if (param.kind === 'digits') assert.match(String(value), /^\d{4}$/)
      if (param.kind === 'digits' && param.from === 'student' && /\d{4}$/.test(student))
        assert.equal(value, student.slice(-4))
      if (param.kind === 'label') assert.match(String(value), /^[a-z][a-z0-9]{7}$/)
      if (param.kind === 'integer') assert.ok(Number(value) >= 5 && Number(value) <= 60)
      if (param.kind === 'choice') assert.ok(param.of.includes(value))
    }),
  )
})

test('two students seldom share a derived value', () => {
  const values = new Set(
    Array.from({ length: 200 }, (_, index) =>
      deriveParam({ kind: 'label', length: 8 }, 'p', { scenario: 's', student: `student${index}` }),
    ),
  )
  assert.ok(values.size >= 199)
})

test('the language follows --lang, then LC_ALL, LC_MESSAGES and LANG', () => {
  const table = [
    [undefined, {}, 'en'],
    [undefined, { LANG: 'es_ES.UTF-8' }, 'es'],
    [undefined, { LANG: 'es_ES', LC_ALL: 'C' }, 'en'],
    [undefined, { LANG: 'en', LC_MESSAGES: 'es_MX' }, 'es'],
    ['es', { LANG: 'en' }, 'es'],
    ['en', { LANG: 'es' }, 'en'],
    [undefined, { LANG: 'est' }, 'en'],
  ] as const
  for (const [option, environment, wanted] of table)
    assert.equal(languageOf(option, environment), wanted, JSON.stringify([option, environment]))
})

test('a column of the filled text leads back to where its author wrote', () => {
  const source = 'ns A ${address} extra\n@ SOA dns.${d}. h.${d}. bad $${x} end'
  const { text, fillings } = fillText(source, { address: '127.0.0.1', d: 'sstt9721.org' }, place)
  for (const word of ['ns', 'extra', 'SOA', 'h.', 'bad', 'end']) {
    const at = (lines: string): readonly [number, number] => {
      const line = lines.split('\n').findIndex((text_) => text_.includes(word))
      return [line + 1, (lines.split('\n')[line] ?? '').indexOf(word) + 1]
    }
    const [line, column] = at(text)
    assert.deepEqual([line, sourceColumn(fillings, line, column)], at(source), word)
  }
})
