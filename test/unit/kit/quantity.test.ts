import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantity } from '../../../lab/kit/quantity.ts'

test('one of something is told in the singular, all else in the plural', () => {
  assert.deepEqual(
    [0, 0.5, 1, 2].map((count) => quantity(count, 'punto', 'puntos')),
    ['0 puntos', '0.5 puntos', '1 punto', '2 puntos'],
  )
  assert.equal(quantity(1.5, 'punto', 'puntos', '1,5'), '1,5 puntos')
})
