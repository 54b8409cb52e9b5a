/** What is said and what is wrong, as the lab tells it over the control socket and over HTTP alike. */
import { z } from 'zod'

/** A text in both languages. */
export const textSchema = z.object({ en: z.string(), es: z.string() })

/** One thing that is wrong in what somebody wrote. */
export const problemSchema = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  path: z.string(),
  message: textSchema,
  severity: z.enum(['error', 'warning']).optional(),
})
