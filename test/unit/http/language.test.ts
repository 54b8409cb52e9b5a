import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { preferLanguage } from '../../../lab/kit/http/language.ts'

test('the reader gets the language that weighs most', () => {
  const cases = [
    [undefined, 'en'],
    ['', 'en'],
    ['es', 'es'],
    ['es-ES,es;q=0.9,en;q=0.8', 'es'],
    ['ES-mx', 'es'],
    ['en;q=0.5, es;q=0.6', 'es'],
    ['en, es', 'en'],
    ['es, en', 'es'],
    ['fr, de;q=0.5', 'en'],
    ['fr, es;q=0.1', 'es'],
    ['*', 'en'],
    ['es;q=0', 'en'],
    ['es;q=0.001', 'es'],
    ['es;q=2, en;q=0.1', 'en'],
    ['es ; q=0.5 , en;q=0.4', 'es'],
    ['estonian', 'en'],
    ['en;q=0, *', 'es'],
    ['*, en;q=0', 'es'],
    ['en;q=0', 'es'],
    ['en;q=0, es;q=0, *', 'en'],
    ['es;q=0, *', 'en'],
    ['en-GB;q=0, *', 'en'],
    ['en;q=0.5, *', 'es'],
    ['es;q=0.5, *;q=0', 'es'],
    ['es;q=0.5, *;q=0.1', 'es'],
    [`${'fr,'.repeat(1000)}es`, 'en'],
  ] as const
  for (const [field, language] of cases)
    assert.equal(preferLanguage(field, ['en', 'es']), language, field ?? 'none')
  assert.equal(preferLanguage('fr', ['es', 'en']), 'es')
})

test('any field gives one of the languages', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (field) =>
      ['en', 'es'].includes(preferLanguage(field, ['en', 'es'])),
    ),
  )
})
