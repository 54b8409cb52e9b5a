/** What the overview is made of. */
import type { Overview } from '../../schema.ts'

/** A part of the overview that follows the lab. */
export interface Piece {
  readonly node: HTMLElement
  update(overview: Overview): void
}
