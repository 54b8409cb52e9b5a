import { Page } from './page.ts'

/** Pages that are kept: 4 MiB, some 10,000 facts. */
const KEPT = 16

/** A place between two lines. */
export interface Mark {
  /** Lines before it. */
  readonly lines: number
  /** Octets of its page before it. */
  readonly used: number
}

/** What stands between two marks. */
export interface Passage {
  readonly lines: readonly string[]
  /** Behind the last of them. */
  readonly next: Mark
  /** How many lines are no longer there. */
  readonly lost: number
}

const START: Mark = { lines: 0, used: 0 }

/**
 * The newest lines of a text, as octets: kept as objects, ten thousand facts would survive one garbage collection after the
 * other, and each would hold up every service by a millisecond.
 */
export class Pages {
  /** Each with how many lines stand on the pages before. */
  #pages: readonly { readonly page: Page; readonly before: number }[] = []

  /** Appends a line of at most 65,536 characters, none of which ends a line. */
  append(line: string): void {
    let last = this.#pages.at(-1)
    if (last?.page.hasRoom(line) !== true) {
      last = { page: new Page(), before: this.end().lines }
      this.#pages = [...this.#pages.slice(1 - KEPT), last]
    }
    last.page.add(line)
  }

  /** Behind the last line. */
  end(): Mark {
    const last = this.#pages.at(-1)
    return last === undefined ? START : { lines: last.before + last.page.lines, used: last.page.used }
  }

  /** The lines behind a mark as far as its page goes, of those that are still there. */
  read(mark: Mark = START): Passage {
    const found = this.#pages.find(({ before, page }) => before + page.lines > mark.lines)
    if (found === undefined) return { lines: [], next: mark, lost: 0 }
    const { before, page } = found
    const text = page.octets(mark.lines > before ? mark.used : 0).toString('utf8')
    return {
      lines: text.slice(0, -1).split('\n'),
      next: { lines: before + page.lines, used: page.used },
      lost: Math.max(0, before - mark.lines),
    }
  }
}
