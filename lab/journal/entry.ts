import type { FactData } from '../service.ts'

/** A fact in its place in the journal. */
export interface Entry {
  /** Counts from 1; a gap means facts that were dropped. */
  readonly seq: number
  /** Milliseconds since 1970 in the lab's time. */
  readonly at: number
  /** The service instance, or `lab`. */
  readonly service: string
  readonly connection: number | undefined
  readonly kind: string
  readonly data: FactData | undefined
}

/** Whether the kind is one of those asked for; `dns.*` and `dns` stand for all that begins with `dns.`, and no list for all. */
export function isAsked(kind: string, asked: readonly string[] | undefined): boolean {
  if (asked === undefined || asked.length === 0) return true
  return asked.some(
    (wish) => kind === wish || kind.startsWith(`${wish.replace(/\.?\*$/, '')}.`) || wish === '*',
  )
}
