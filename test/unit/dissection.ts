/** What must hold of every dissector, whatever is said. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { MOST_IN_A_ROW } from '../../lab/kit/dissect/bounded.ts'
import { inLanguage } from '../../lab/kit/dissect/said.ts'
import type { Beginning, Dissector, Step, StepPart } from '../../lab/service.ts'
import { heap } from '../heap.ts'

/** One end's octets. */
export type Said = readonly [from: Step['from'], octets: Buffer]

/** What was said, from lines as `C: …` and `S: …` whose ends are CR LF; what a line of their own does not begin with goes on from the one before. */
export function dialogue(...texts: readonly string[]): readonly Said[] {
  return texts.map((text) => [
    text.startsWith('C:') ? 'client' : 'server',
    Buffer.from(`${text.slice(3)}\r\n`),
  ])
}

/** All ways to begin. */
const beginnings: readonly Beginning[] = ['start', 'upgraded', 'middle']

/** Makes the dissector that is tested. */
type Make = (begin: Beginning) => Dissector

/** All steps of a conversation. */
export function stepsOf(make: Make, said: readonly Said[], begin: Beginning = 'start'): readonly Step[] {
  const dissector = make(begin)
  return [...said.flatMap(([from, octets]) => dissector.read(from, octets)), ...(dissector.end?.() ?? [])]
}

/** Steps in short: an arrow, `!` for a refusal and `#` for data, and the text. */
export function ladder(steps: readonly Step[], language: 'en' | 'es' = 'en'): readonly string[] {
  const marks = { request: '', reply: '', refusal: '!', data: '#' }
  return steps.map(
    ({ from, kind, text }) => `${from === 'client' ? '→' : '←'}${marks[kind]} ${inLanguage(text, language)}`,
  )
}

/** The parts of a step in English. */
export function partsOf(
  step: Pick<Step, 'parts'> | undefined,
): readonly { readonly name: string; readonly lines: readonly string[] }[] {
  return (step?.parts ?? []).map(({ name, lines }) => ({
    name: inLanguage(name, 'en'),
    lines: lines.map((line) => inLanguage(line, 'en')),
  }))
}

/** The lines of a part, which is named in English. */
export function partOf(step: Step | undefined, name: string): readonly string[] | undefined {
  return partsOf(step).find((part) => part.name === name)?.lines
}

/** Words that stand in our English, and in no Spanish of ours. */
const english =
  /\b(?:the|of|more|that|at|from|with|after|octets?|lines?|answers?|messages?|records?|requests?|short|malformed|truncated|encrypted|not|none|any|subject|issuer|names|key|header|body|size|version|session)\b/i

/** Our own words are said in both languages, with the same numbers; plain strings are of the protocol, and so is what is quoted. */
export function checkLanguages(
  steps: readonly { readonly text: Step['text']; readonly parts?: readonly StepPart[] }[],
  protocol: RegExp,
  quoted = /$^/,
): void {
  const numbers = (text: string): readonly string[] => (text.match(/\d+/g) ?? []).toSorted()
  for (const { text, parts = [] } of steps)
    for (const said of [text, ...parts.flatMap(({ name, lines }) => [name, ...lines])]) {
      if (typeof said === 'string') {
        assert.match(said, protocol)
        continue
      }
      assert.ok(said.en !== '' && said.es !== '' && said.en !== said.es, said.en)
      assert.deepEqual(numbers(said.es), numbers(said.en))
      assert.doesNotMatch(said.es.replace(quoted, ''), english)
    }
}

/** Each octet that was said stands in one step. */
export function checkOctets(steps: readonly Step[], said: readonly Said[]): void {
  const sums = { client: 0, server: 0 }
  for (const [from, { length }] of said) sums[from] += length
  for (const { from, octets = 0 } of steps) sums[from] -= octets
  assert.deepEqual(sums, { client: 0, server: 0 })
}

/** However a conversation, made of pieces of `samples` and of chance, is cut: the steps are the same, and nothing throws. */
export function checkChunking(make: Make, samples: readonly Said[], numRuns = 300): void {
  const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
  const sample = fc.constantFrom(...samples)
  const spoiled = fc
    .tuple(sample, fc.nat(), fc.nat(), octets)
    .map(([[from, whole], at, length, other]): Said => {
      const start = at % (whole.length + 1)
      return [from, Buffer.concat([whole.subarray(0, start), other, whole.subarray(start + (length % 20))])]
    })
  const noise = fc.tuple(fc.constantFrom<Step['from'][]>('client', 'server'), octets)
  const talk = fc.array(fc.oneof({ arbitrary: sample, weight: 3 }, spoiled, noise), { maxLength: 12 })
  fc.assert(
    fc.property(
      talk,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      (said, cuts) => {
        const whole = stepsOf(make, said)
        assert.deepEqual(
          stepsOf(
            make,
            said.flatMap((each) => [...cutUp(each, cuts)]),
          ),
          whole,
        )
        for (const { text, parts = [] } of whole)
          for (const line of [text, ...parts.flatMap(({ lines }) => lines)])
            assert.ok(!/[\p{Cc}]/u.test(inLanguage(line, 'es')), inLanguage(line, 'en'))
      },
    ),
    { numRuns },
  )
}

function* cutUp([from, octets]: Said, cuts: readonly number[]): Generator<Said> {
  for (let at = 0, turn = 0; at < octets.length; turn += 1) {
    const length = cuts[turn % cuts.length] ?? 1
    yield [from, octets.subarray(at, at + length)]
    at += length
  }
}

/**
 * Nothing that a password could be found from is shown of talks in which somebody tries to log in with it, however they begin.
 * `word` and `plain` are the password and the response of PLAIN in base64; each talk is tried behind a greeting, too.
 */
export function checkPasswords(
  make: Make,
  talks: (password: string, word: string, plain: string) => readonly (readonly Said[])[],
  greeting: readonly Said[],
): void {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{8,24}$/), (password) => {
      const [word = '', plain = ''] = [password, `\0ana\0${password}`].map((text) =>
        Buffer.from(text).toString('base64'),
      )
      for (const talk of talks(password, word, plain))
        for (const whole of [talk, [...greeting, ...talk]]) {
          // Some servers repeat what they do not know in capitals.
          const text = JSON.stringify(beginnings.map((begin) => stepsOf(make, whole, begin))).toUpperCase()
          for (const secret of [password, word, plain]) assert.ok(!text.includes(secret.toUpperCase()), text)
        }
    }),
  )
}

/** Floods of all kinds leave little in memory and few steps, and a megabyte in single octets is no great work. */
export function checkFloods(make: Make): void {
  for (const from of ['client', 'server'] as const)
    for (const piece of ['\n', 'a', 'a b\r\n', '250-a\r\n', '\0']) {
      const flood = Buffer.alloc(1_000_000, piece, 'latin1')
      const dissector = make('start')
      const before = heap()
      let steps = dissector.read(from, flood).length
      // What is quadratic shows with one kind of flood as well as with all.
      const singles = piece === 'a b\r\n' ? flood.length : 20_000
      for (let at = 0; at < singles; at += 1) steps += dissector.read(from, flood.subarray(at, at + 1)).length
      const kept = heap() - before
      assert.ok(kept < 400_000, `${from} ${JSON.stringify(piece)}: ${kept} octets are kept`)
      steps += dissector.end?.().length ?? 0
      assert.ok(steps <= MOST_IN_A_ROW + 10, `${from} ${JSON.stringify(piece)}: ${steps} steps`)
    }
}
