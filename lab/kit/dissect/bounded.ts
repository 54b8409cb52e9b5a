import type { Buffer } from 'node:buffer'
import type { Text } from '../text.ts'

/** The end of a conversation that speaks. */
export type End = 'client' | 'server'

/** What reads a conversation and tells of it in steps. */
interface Reader<Step> {
  read(from: End, octets: Buffer): readonly Step[]
  end?(): readonly Step[]
}

/** Steps of one end in a row, none of the other's between them, that are shown. */
export const MOST_IN_A_ROW = 1000

/** The step that stands for all that are not shown. */
interface Flood {
  readonly from: End
  readonly kind: 'data'
  readonly text: Text
  readonly about: { readonly text: Text }
}

const flood: Omit<Flood, 'from'> = {
  kind: 'data',
  text: {
    en: `… more than ${MOST_IN_A_ROW} messages in a row`,
    es: `… más de ${MOST_IN_A_ROW} mensajes seguidos`,
  },
  about: {
    text: {
      en: 'One end speaks on and on without an answer. What follows is not shown until the other end speaks.',
      es: 'Un extremo habla sin parar y sin respuesta. Lo que sigue no se muestra hasta que hable el otro extremo.',
    },
  },
}

/** Shows only so many steps of one end in a row, and then one that says so: of a flood nobody wants each drop. */
export function bounded<Step extends { readonly from: End }>(reader: Reader<Step>): Reader<Step | Flood> {
  let last: End | undefined
  let row = 0
  const admit = (steps: readonly Step[]): readonly (Step | Flood)[] =>
    steps.flatMap((step): readonly (Step | Flood)[] => {
      row = step.from === last ? row + 1 : 1
      last = step.from
      if (row <= MOST_IN_A_ROW) return [step]
      return row === MOST_IN_A_ROW + 1 ? [{ from: step.from, ...flood }] : []
    })
  return {
    read: (from, octets) => admit(reader.read(from, octets)),
    end: () => admit(reader.end?.() ?? []),
  }
}
