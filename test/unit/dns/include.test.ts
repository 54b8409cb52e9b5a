import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { files, problems, START } from './master.ts'

const ORIGIN = parseName('example.org', ROOT)

test('files that include themselves are refused at once, however often and by whatever spelling', () => {
  const itself = problems(`${START}${'$INCLUDE zone.db\n'.repeat(6)}`)
  assert.equal(itself.length, 6)
  assert.ok(itself.every((problem) => /^\d+:1 zone\.db includes itself: /.test(problem)))
  const circle = problems(`${START}${'$INCLUDE sub.db\n'.repeat(6)}`, {
    'sub.db': '$INCLUDE ./zone.db\n'.repeat(6),
  })
  assert.equal(circle.length, 36)
  assert.match(circle[0] ?? '', /^sub\.db:1:1 \.\/zone\.db includes itself/)
})

test('the number of files read for a zone is bounded', () => {
  const levels = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`f${index}.db`, `$INCLUDE f${index + 1}.db\n`.repeat(6)]),
  )
  let reads = 0
  const sources = files({ 'zone.db': `${START}$INCLUDE f0.db`, ...levels, 'f9.db': '' })
  const { problems: found } = parseFile('zone.db', ORIGIN, (name) => {
    reads += 1
    return sources.text(name)
  })
  assert.equal(reads, 100)
  assert.match(found[0]?.message.en ?? '', /more than 100 files/)
})

test('files may include each other ten deep', () => {
  const chain = (last: number): readonly string[] => {
    const entries = Array.from({ length: last }, (_, index) => [`f${index}.db`, `$INCLUDE f${index + 1}.db`])
    return problems(`${START}$INCLUDE f0.db`, { ...Object.fromEntries(entries), [`f${last}.db`]: '' })
  }
  assert.deepEqual(chain(9), [])
  assert.match(chain(10)[0] ?? '', /^f9\.db:1:1 files include each other more than 10 deep/)
})

test('a mistake in an included file is reported there', () => {
  assert.deepEqual(
    problems(`${START}$INCLUDE sub.db`, { 'sub.db': '\nw A x' }).map((problem) => problem.slice(0, 14)),
    ['sub.db:2:5 "x"'],
  )
})

test('a mistake between two files names the other file', () => {
  assert.deepEqual(problems(`${START}w CNAME dns\n$INCLUDE sub.db`, { 'sub.db': 'w CNAME @' }), [
    'sub.db:1:1 w.example.org. has a second CNAME; the first is at line 5 of zone.db',
  ])
})
