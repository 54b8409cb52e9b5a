/** What every format of results is: reports in, text out. */
import type { Report } from '../model.ts'
import type { Text } from '../../service.ts'

/** For whom a format is written. */
export interface FormatOptions {
  readonly language: keyof Text
  /** Whether a terminal reads it that shows colours; false if not given. */
  readonly isColored?: boolean
  /** The Moodle worksheet that is filled in, as it was downloaded. */
  readonly worksheet?: string
  /** Takes what the person should know of the writing, as of a student whom the worksheet does not have. */
  readonly tell?: (text: Text) => void
}

/** Writes reports; the points come from `totalOf` and `earned` alone. */
export type Format = (reports: readonly Report[], options: FormatOptions) => string
