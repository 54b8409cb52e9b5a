import type { About, Step, StepPart } from '../../service.ts'
import type { LadderStep } from './schema.ts'

/** One step of a ladder. */
export interface Rung {
  readonly from: LadderStep['from']
  readonly kind: LadderStep['kind']
  readonly text: Step['text']
  readonly octets: number
  readonly isEnciphered: boolean
  readonly parts: readonly StepPart[]
  readonly about?: About
  /** It tells that something does not work, as a refusal always does. */
  readonly isTrouble?: boolean
  /** When it came, if that was before what it is told with. */
  readonly at?: number
}
