import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layOut } from '../../../../lab/console/page/traffic/layout.ts'
import { ladder, step } from './conversation.ts'

test('steps stand one below the other, and nothing overlaps', () => {
  const { rungs, gaps, height } = layOut(
    ladder(
      step(0, 'event'),
      step(0.25, 'reply'),
      step(3, 'request'),
      step(3000, 'refusal'),
      step(3001, 'fact'),
      step(3002, 'data'),
      step(3003, 'tls'),
    ),
    700,
  )
  const places = [...rungs, ...gaps].toSorted((one, other) => one.top - other.top)
  for (const [index, place] of places.entries()) {
    const next = places[index + 1]
    if (next) assert.equal(next.top, place.top + place.height)
    else assert.ok(place.top + place.height <= height)
  }
  assert.deepEqual(
    rungs.map(({ since }) => since),
    [0, 0.25, 3, 3000, 3001, 3002, 3003],
  )
})

test('a wait is a break where it is long, and its place is between the two steps', () => {
  const { rungs, gaps } = layOut(ladder(step(0, 'request'), step(499, 'reply'), step(2000, 'request')), 700)
  assert.deepEqual(
    gaps.map(({ wait }) => wait),
    [1501],
  )
  assert.deepEqual(
    gaps.map(({ top, height }) => top + height),
    [rungs[2]?.top],
  )
})

test('a fact that is stamped before the step above makes no break of what follows', () => {
  const { gaps } = layOut(
    ladder(step(0, 'request'), step(600, 'reply'), step(50, 'fact'), step(601, 'request')),
    700,
  )
  assert.equal(gaps.length, 1)
})

test('what goes inside TLS is a band, which facts do not part and plain steps do', () => {
  const inside = { isEnciphered: true }
  const { bands, rungs } = layOut(
    ladder(
      step(0, 'request'),
      step(1, 'tls', inside),
      step(2, 'fact'),
      step(3, 'reply', inside),
      step(4, 'event', { from: 'client' }),
      step(5, 'request', inside),
    ),
    700,
  )
  const ends = bands.map(({ top, height }) => [top, top + height])
  const edge = (index: number): number => rungs[index]?.top ?? Number.NaN
  assert.deepEqual(ends, [
    [edge(1), edge(4)],
    [edge(5), edge(5) + (rungs[5]?.height ?? 0)],
  ])
})

test('texts are visible, and cut to the room between the lifelines', () => {
  const long = step(0, 'request', { text: `\u202E${'x'.repeat(400)}` })
  const texts = [360, 1000].map((width) => layOut(ladder(long), width).rungs[0]?.text ?? '')
  for (const text of texts) assert.match(text, /^‹U\+202E›x+…$/)
  assert.ok((texts[0]?.length ?? 0) < 40 && (texts[1]?.length ?? 0) > 100, texts.join())
})

test('a note, of whatever kind, leaves room for its frame', () => {
  const text = 'x'.repeat(400)
  const [arrow, tls, fact] = layOut(
    ladder(step(0, 'tls', { text }), step(0, 'tls', { text, from: 'lab' }), step(0, 'fact', { text })),
    500,
  ).rungs.map((rung) => rung.text.length)
  assert.ok(arrow !== undefined && tls !== undefined && tls < arrow)
  assert.equal(fact, tls)
})

test('a ladder without steps, or in no width, is laid out too', () => {
  assert.deepEqual(layOut(ladder(), 0).rungs, [])
  assert.ok(layOut(ladder(step(0, 'fact')), 0).server > 0)
})
