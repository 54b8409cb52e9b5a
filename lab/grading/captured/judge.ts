/** Judges a capture that was handed in by the verbs that judge the journal. */
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { setImmediate as breathe } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { CheckFailure, type Assertion, type CheckTarget, type Finding } from '../../check.ts'
import { errorCode } from '../../kit/files.ts'
import type { Text } from '../../service.ts'
import { EvidenceJudge, type WantedFacts } from '../evidence.ts'
import { Conversations } from './conversations.ts'
import { CaptureError, CaptureFile } from './file.ts'
import { Sources, type CaptureSource } from './sources.ts'
import { Tally } from './tally.ts'
import { cutAfter, noFrames, nothingIn, notUnpacked, tooLarge } from './words.ts'

/** Octets of a capture, unpacked, that are read. */
const MOST = 128 * 1024 * 1024
/** Octets after which others have their turn. */
const TURN = 256 * 1024

/** The octets of a file, whole or as they are read. */
export type CaptureOctets = Iterable<Buffer> | AsyncIterable<Buffer>

/** What a capture has to show, and how it is read. */
export interface CaptureTask {
  readonly wanted: WantedFacts
  readonly sources: readonly CaptureSource[]
  readonly target: CheckTarget
  readonly signal: AbortSignal
}

/** Reads a capture, perhaps compressed by gzip, until all that is wanted was found; fails with a CheckFailure if it is none. */
export async function judgeCapture(octets: CaptureOctets, task: CaptureTask): Promise<Finding> {
  const { wanted, target } = task
  const tally = new Tally()
  let isFound = false
  const judge = new EvidenceJudge([wanted], { passed: () => (isFound = true) })
  const conversations = new Conversations({
    sources: await Sources.load(task.sources, target.endpoints),
    domain: target.domain,
    tally,
    see: (fact) => judge.see(fact),
  })
  const file = new CaptureFile((frame) => conversations.take(frame))
  const problem = await read(octets, file, task.signal, () => isFound)
  conversations.finish()
  if (file.frames === 0) throw new CheckFailure(problem ?? noFrames)
  const ended = judge.result(wanted.id)
  // A verb that fails is the lab's own mistake.
  if (ended === undefined || ended.outcome === 'broken')
    throw new Error(ended?.reason?.en ?? 'nothing was looked for')
  if (ended.outcome === 'passed') return ended
  const told = [
    ...(problem === undefined ? [] : [problem]),
    ...(tally.facts === 0 ? [nothingIn(file.frames)] : []),
    ...tally.texts,
  ]
  return {
    ...ended,
    assertions: [
      ...ended.assertions,
      ...told.map((title): Assertion => ({ title, holds: false, weight: 0 })),
    ],
  }
}

/** The octets of a file that is in memory, piece by piece. */
export function* piecesOf(octets: Buffer): Generator<Buffer> {
  for (let at = 0; at < octets.length; at += TURN) yield octets.subarray(at, at + TURN)
}

/** Reads as far as the file can be read; resolves with what kept it from the rest. */
async function read(
  octets: CaptureOctets,
  file: CaptureFile,
  signal: AbortSignal,
  isEnough: () => boolean,
): Promise<Text | undefined> {
  let [size, turn] = [0, TURN]
  try {
    for await (const piece of unpacked(octets)) {
      signal.throwIfAborted()
      size += piece.length
      if (size > MOST) return tooLarge(MOST / 1024 / 1024)
      file.push(piece)
      if (isEnough()) return undefined
      if (size < turn) continue
      turn = size + TURN
      await breathe()
    }
  } catch (error) {
    if (error instanceof CaptureError) return error.text
    if (/^(?:Z_|ERR_PADDING)/.test(errorCode(error) ?? '')) return notUnpacked(file.frames)
    throw error
  }
  return file.isComplete ? undefined : cutAfter(file.frames)
}

async function* unpacked(octets: CaptureOctets): AsyncGenerator<Buffer> {
  const pieces: AsyncIterator<Buffer> = Readable.from(octets)[Symbol.asyncIterator]()
  const first = await pieces.next()
  if (first.done === true) return
  const all = async function* (): AsyncGenerator<Buffer> {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => pieces }
  }
  // RFC 1952 §2.3.1
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all()
    return
  }
  const gunzip = createGunzip({ chunkSize: 65_536 })
  // What goes wrong is told to whoever reads.
  pipeline(all(), gunzip).catch(() => undefined)
  yield* gunzip
}
