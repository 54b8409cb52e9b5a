/** Where the parts of a ladder diagram stand, as data: nothing here knows of a page. */
import type { Ladder, LadderStep } from '../../traffic/schema.ts'
import { cut, makeVisible } from '../visible.ts'

/** One step in its place. */
export interface Rung {
  /** Its place among the steps. */
  readonly index: number
  readonly step: LadderStep
  /** The text for one line, fit to be shown, cut where it is too long. */
  readonly text: string
  /** Milliseconds since the first step. */
  readonly since: number
  readonly top: number
  readonly height: number
}

/** A time in which nothing happened, drawn as a break of the lifelines. */
export interface Gap {
  /** Milliseconds. */
  readonly wait: number
  readonly top: number
  readonly height: number
}

/** A stretch that crossed the network inside TLS. */
export interface Band {
  readonly top: number
  readonly height: number
}

/** A ladder in a given width; all lengths in pixels. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** The lifeline on the left. */
  readonly client: number
  /** The lifeline on the right. */
  readonly server: number
  readonly rungs: readonly Rung[]
  readonly gaps: readonly Gap[]
  readonly bands: readonly Band[]
}

/** The width of a column of the ladder's texts, which are monospaced at 12 pixels. */
export const COLUMN = 7.25
/** The least width that a ladder is drawn in. */
export const LEAST_WIDTH = 280
/** Beyond this many milliseconds a wait is drawn as a break. */
const LONG_WAIT = 500
const GAP = 34
const MARGIN = { time: 78, end: 18 }
const heights = { request: 38, reply: 38, refusal: 42, data: 38, tls: 38, fact: 30, event: 26 } as const

/** Places the steps of a conversation one below the other, in the order in which they come. */
export function layOut({ steps }: Ladder, wanted: number): Layout {
  const width = Math.max(LEAST_WIDTH, Math.floor(wanted))
  const client = MARGIN.time
  const server = width - MARGIN.end
  const columns = Math.floor((server - client - 16) / COLUMN)
  const start = steps[0]?.at ?? 0
  const rungs: Rung[] = []
  const gaps: Gap[] = []
  let top = 4
  let before = start
  for (const [index, step] of steps.entries()) {
    const wait = step.at - before
    if (wait >= LONG_WAIT) {
      gaps.push({ wait, top, height: GAP })
      top += GAP
    }
    // A fact may be stamped a little before the step that it stands behind: time never runs backwards in the next wait.
    before = Math.max(before, step.at)
    const isNote = step.from === 'lab' && step.kind !== 'event'
    const height = heights[isNote ? 'fact' : step.kind]
    // A note needs room for its frame, a refusal for its mark.
    const room = isNote || step.kind === 'refusal' ? columns - 3 : columns
    rungs.push({ index, step, text: cut(makeVisible(step.text), room), since: step.at - start, top, height })
    top += height
  }
  return { width, height: top + 12, client, server, rungs, gaps, bands: bandsOf(rungs) }
}

/** The stretches inside TLS; what the lab tells between two of their steps does not part them. */
function bandsOf(rungs: readonly Rung[]): Band[] {
  const bands: Band[] = []
  let first: Rung | undefined
  let last: Rung | undefined
  const close = (): void => {
    if (first && last) bands.push({ top: first.top, height: last.top + last.height - first.top })
    first = undefined
  }
  for (const rung of rungs) {
    if (rung.step.isEnciphered) {
      first ??= rung
      last = rung
    } else if (rung.step.from !== 'lab') close()
  }
  close()
  return bands
}
