/** Where a fact is to be looked up: in the journal, or in the capture that was handed in. */
import type { Assertion, Evidence, SeenFact } from '../check.ts'

/** The fact's number, and its frames if a capture shows it. */
export type Place = Pick<SeenFact, 'seq' | 'frames'>

/** What of a fact is kept: the rest of it is let go. */
export function placeOf({ seq, frames }: SeenFact): Place {
  return frames === undefined ? { seq } : { seq, frames }
}

/** What the report names, each number once. */
export function evidenceOf(places: readonly Place[]): Evidence {
  const frames = places.flatMap((place) => place.frames ?? [])
  if (frames.length > 0) return { frames: [...new Set(frames)] }
  return { facts: [...new Set(places.map(({ seq }) => seq))] }
}

/** Something is as wanted, but when it happened it was too early or too late. */
export function outOfTurn({ seq, frames }: Place): Assertion {
  const [what, cual] =
    frames === undefined ? [`fact ${seq}`, `el hecho ${seq}`] : [`frame ${seq}`, `la trama ${seq}`]
  return {
    title: {
      en: `${what} is of this kind, but comes before its turn or too late`,
      es: `${cual} es de esta clase, pero llega antes de su turno o demasiado tarde`,
    },
    holds: false,
    weight: 0,
  }
}

/** Steps that count and are not told yet. */
export function later(count: number): Assertion {
  const title =
    count === 1
      ? { en: 'one more step comes after it', es: 'después viene otro paso' }
      : { en: `${count} more steps come after it`, es: `después vienen otros ${count} pasos` }
  return { title, holds: false, weight: count }
}
