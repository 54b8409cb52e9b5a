/** What checks want and find is said in both languages, or it is what stands on the wire. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..', '..')

/** Which arguments of a call say what was wanted and what was there. */
const calls: Readonly<Record<string, readonly number[]>> = { holds: [2, 3], same: [1, 2], claim: [2] }

const ENGLISH =
  /\b(?:no|not|none|nothing|missing|silence|open|closed|or|and|than|that|the|after|before|at (?:least|most)|octets?|records?|lines?|times?)\b/

/** The pieces between the commas of what begins behind the bracket at that place. */
function piecesFrom(source: string, start: number): readonly string[] {
  const pieces: string[] = []
  const open: string[] = []
  let from = start + 1
  for (let at = start; at < source.length; at += 1) {
    const character = source.charAt(at)
    const top = open.at(-1)
    if (top === "'" || top === '`') {
      if (character === '\\') at += 1
      else if (character === top) open.pop()
      else if (top === '`' && source.startsWith('${', at)) {
        open.push('{')
        at += 1
      }
      continue
    }
    if ("'`([{".includes(character)) open.push(character)
    if (')]}'.includes(character)) open.pop()
    if (open.length > 1 || (open.length === 1 && character !== ',')) continue
    if (open.length === 1) pieces.push(source.slice(from, at))
    else return [...pieces, source.slice(from, at)]
    from = at + 1
  }
  return pieces
}

/** Without the texts in both languages. */
function bare(piece: string): string {
  const at = piece.search(/\{\s*en:/)
  if (at < 0) return piece
  const text = piecesFrom(piece, at).join(',')
  return piece.slice(0, at) + bare(piece.slice(at + text.length + 2))
}

/** The literals of a piece of source, without the values in templates. */
function literalsOf(piece: string): readonly string[] {
  return (bare(piece).match(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? []).map((literal) =>
    literal.replaceAll(/\$\{[^}]*\}/g, ''),
  )
}

function saidIn(source: string): readonly string[] {
  return [...source.matchAll(/\b(holds|same|claim)\(/g)].flatMap(({ 0: call, 1: name = '', index }) => {
    const pieces = piecesFrom(source, index + call.length - 1)
    return (calls[name] ?? []).flatMap((place) => literalsOf(pieces[place] ?? ''))
  })
}

test('words of one language alone are found', () => {
  const title = "{ en: 'the end', es: 'el final' }"
  const found = (call: string): readonly string[] => saidIn(call).filter((said) => ENGLISH.test(said))
  assert.deepEqual(found(`holds(${title}, isOver, 'closed', \`\${count} octets\`)`), [
    "'closed'",
    '` octets`',
  ])
  assert.deepEqual(found(`same(${title}, 'a', name ?? 'none')`), ["'none'"])
  assert.deepEqual(found(`claim(${title}, true, { expected: 'no end', actual: line })`), ["'no end'"])
  assert.deepEqual(found(`holds(${title}, f(1, ')'), { en: \`no \${f({})}\`, es: 'sin' }, 'OK')`), [])
})

test('no check says what it wants, or what it has found, in English alone', () => {
  const files = globSync('{services/*/checks,lab/web/checks,lab/grading,scenarios}/**/*.ts', { cwd: root })
  assert.ok(files.length > 50)
  const alone = files.flatMap((file) =>
    saidIn(readFileSync(join(root, file), 'utf8'))
      .filter((said) => ENGLISH.test(said))
      .map((said) => `${file}: ${said}`),
  )
  assert.deepEqual(alone, [])
})
