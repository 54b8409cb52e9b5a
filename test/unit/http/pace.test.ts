import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Pace } from '../../../lab/kit/http/pace.ts'

/** Bodies whose blocks take a quarter of a millisecond each, and what was moved in each turn of the event loop. */
class Bodies {
  readonly moved: string[][] = []
  #now = 0
  readonly #pace = new Pace(() => this.#now)
  #turn: string[] = []

  async move(name: string, blocks: number): Promise<void> {
    for (let block = 0; block < blocks; block += 1) {
      await this.#pace.take(block === 0)
      this.#now += 0.25
      this.#turn.push(name)
    }
  }

  /** Each begins when the one before has moved its first block, as requests that come in one turn do. */
  async during(...bodies: readonly (() => Promise<void>)[]): Promise<void> {
    const over = new AbortController()
    // Begun before the first body, it comes first in each turn, too.
    const watch = (async () => {
      while (!over.signal.aborted) {
        await turn()
        this.moved.push(this.#turn)
        this.#turn = []
      }
    })()
    const begun: Promise<void>[] = []
    for (const begin of bodies) {
      begun.push(begin())
      await new Promise<void>((resolve) => process.nextTick(resolve))
    }
    await Promise.all(begun)
    over.abort()
    await watch
  }
}

test('one body alone has the whole of each turn, and no more', async () => {
  const bodies = new Bodies()
  await bodies.during(() => bodies.move('a', 10))
  assert.deepEqual(
    bodies.moved.map(({ length }) => length).filter((length) => length > 0),
    [4, 4, 2],
  )
})

test('bodies take their turns in order, and all together have no more than one has', async () => {
  const bodies = new Bodies()
  const names = Array.from({ length: 100 }, (_, index) => String(index))
  await bodies.during(...names.map((name) => () => bodies.move(name, 3)))
  assert.ok(bodies.moved.every(({ length }) => length <= 4))
  const all = bodies.moved.flat()
  assert.equal(all.length, 300)
  // The first had all of the first turn.
  const others = all.filter((name) => Number(name) > 3)
  const order = names.slice(4)
  assert.deepEqual(others, [...order, ...order, ...order])
})

test('new bodies come before the next blocks of others, but not for ever', async () => {
  const bodies = new Bodies()
  const late: Promise<void>[] = []
  const come = async (): Promise<void> => {
    for (let each = 0; each < 60; each += 1) {
      await turn()
      late.push(bodies.move('late', 1))
    }
  }
  await bodies.during(...['a', 'b', 'c', 'd', 'e'].map((name) => () => bodies.move(name, 40)), come)
  await Promise.all(late)
  const empty = bodies.moved.map(({ length }) => (length === 0 ? '-' : '+')).join('')
  assert.match(empty, /^\+-{15,17}\+-{15,17}\+/)
  assert.equal(bodies.moved.flat().filter((name) => name === 'late').length, 60)
})
