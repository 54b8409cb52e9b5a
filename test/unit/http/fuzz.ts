/** Spoiled requests over many connections to a lab's web site, and what must hold of all that comes back. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createRandom } from '../../../lab/host/random.ts'
import type { Random } from '../../../lab/service.ts'
import { site } from '../../conformance/http/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { pick, sound, spoil } from './mutation.ts'
import { eventually } from './server.ts'

/** Connections that are open at the same time. */
const ABREAST = 64
/** Milliseconds after which a connection hangs: of one that the client ends, less than the lab's shortest time for one that it does not. */
const PATIENCE = { end: 9000, reset: 9000, silence: 60_000 } as const

/** A lab, and what went wrong inside it. */
export interface Fuzzed extends AsyncDisposable {
  readonly lab: TestLab
  /** What was logged as an error: nothing that a client sends may be one. */
  readonly errors: readonly string[]
}

/** Opens the lab with the site of the conformance tests, its large file just too large to be kept in memory. */
export async function openFuzzed(): Promise<Fuzzed> {
  const errors: string[] = []
  const quiet = (): void => undefined
  const error = (fields: object, message: string): void =>
    void errors.push(`${message} ${JSON.stringify(fields)}`)
  const lab = await openLab('services:\n  http: {}\n', {
    files: { ...site, 'www/large.txt': 'x'.repeat(70_000) },
    log: () => ({ debug: quiet, info: quiet, warn: quiet, error }),
  })
  return { lab, errors, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
}

/** Descriptors that this process holds (Linux), undefined elsewhere. */
export function descriptors(): number | undefined {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : undefined
}

/** How a client leaves: it closes its half, is gone at once, or says nothing more. */
type Leaving = 'end' | 'reset' | 'silence'

interface Dialogue {
  /** Spoiled requests in it. */
  readonly spoiled: number
  readonly text: string
  /** Offsets at which the text is cut into pieces. */
  readonly cuts: readonly number[]
  readonly leaving: Leaving
}

function invent(random: Random): Dialogue {
  const spoiled = random.integer(1, 4)
  let text = ''
  for (let each = 0; each < spoiled; each += 1) {
    // What is sound before it keeps the connection open, what is behind it must not be taken for a part of it.
    if (random.integer(0, 3) === 0) text += pick(random, sound)
    text += spoil(random)
  }
  const cuts = Array.from({ length: pick(random, [0, 0, 0, 1, 2, 6]) }, () =>
    random.integer(0, text.length + 1),
  )
  const chance = random.integer(0, 100)
  const leaving = chance < 3 ? 'reset' : chance < 4 ? 'silence' : 'end'
  return { spoiled, text, cuts: cuts.toSorted((a, b) => a - b), leaving }
}

/** Sends the pieces as pieces: each is on its way before the next is written. */
async function send(socket: Socket, { text, cuts, leaving }: Dialogue): Promise<void> {
  let from = 0
  for (const cut of [...cuts, text.length]) {
    socket.write(text.slice(from, cut), 'latin1')
    from = cut
    if (cut < text.length) await new Promise((resolve) => setImmediate(resolve))
  }
  if (leaving === 'end') socket.end()
  if (leaving === 'reset') socket.resetAndDestroy()
}

/** The status of each answer; throws if the octets are anything but whole answers. */
export function statusesOf(text: string): number[] {
  const statuses: number[] = []
  const answers = /HTTP\/1\.1 (\d{3}) [ -~]+\r\n((?:[!#$%&'*+\-.^_`|~\w]+: [\t -~\x80-\xff]*\r\n)*)\r\n/y
  while (answers.lastIndex < text.length) {
    const begun = answers.lastIndex
    const [, status = '', fields = ''] = answers.exec(text) ?? []
    assert.notEqual(status, '', `not an answer: ${text.slice(begun, begun + 300)}`)
    statuses.push(Number(status))
    if (/^1..|204|304$/.test(status)) continue
    const length = Number(/^Content-Length: (\d+)\r$/m.exec(fields)?.[1])
    const end = answers.lastIndex + length
    // The answer to HEAD has the length and no body; which one was HEAD is hard to tell of spoiled requests.
    const isNext = (at: number): boolean => at === text.length || text.startsWith('HTTP/1.1 ', at)
    if (end <= text.length && isNext(end)) answers.lastIndex = end
    else assert.ok(isNext(answers.lastIndex), `no whole body: ${text.slice(begun, begun + 500)}`)
  }
  return statuses
}

/** Holds one dialogue; resolves with all that came back when both ends are closed. */
function hold({ host, port }: { host: string; port: number }, dialogue: Dialogue): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect({ host, port })
    const hanging = globalThis.setTimeout(() => {
      socket.destroy()
      reject(new Error(`a connection hangs (${dialogue.leaving}): ${JSON.stringify(dialogue)}`))
    }, PATIENCE[dialogue.leaving])
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (received += text))
    // A reset is an end like any other; what came before it is judged all the same.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(hanging)
      resolve(received)
    })
    socket.once('connect', () => void send(socket, dialogue))
  })
}

/** How many answers of each status came back. */
export type Tally = Map<number, number>

/** Sends so many spoiled requests, then ends the clients that fell silent by the lab's clock; all connections must have ended. */
export async function fuzzRequests(
  { lab, errors }: Fuzzed,
  { count, seed }: { readonly count: number; readonly seed: string },
): Promise<Tally> {
  const random = createRandom(seed)
  const address = lab.address('http', 'http')
  const before = descriptors()
  const tally: Tally = new Map()
  const silent: Promise<unknown>[] = []
  let left = count
  const judge = async (dialogue: Dialogue): Promise<void> => {
    const received = await hold(address, dialogue)
    if (dialogue.leaving === 'reset') return
    try {
      for (const status of statusesOf(received)) tally.set(status, (tally.get(status) ?? 0) + 1)
      assert.deepEqual(errors, [])
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(dialogue)}`, { cause: error })
    }
  }
  const work = async (): Promise<void> => {
    while (left > 0) {
      const dialogue = invent(random)
      left -= dialogue.spoiled
      if (dialogue.leaving === 'silence') silent.push(judge(dialogue))
      else await judge(dialogue)
    }
  }
  await Promise.all(Array.from({ length: ABREAST }, work))
  const all = Promise.all(silent).then(() => true)
  // Sixty seconds of the lab are more than any of its times; what has just arrived counts from then on.
  while (!(await Promise.race([all, setTimeout(50, false)]))) lab.clock.advance(60_000)
  // The lab's half of a connection may close a moment after the client's.
  await eventually(() => descriptors() === before)
  return tally
}
