import type { Malformed } from './malformed-case.ts'
import { fields } from './malformed-fields.ts'
import { framing } from './malformed-framing.ts'
import { lines } from './malformed-line.ts'
import { sizes } from './malformed-sizes.ts'

/** All that must be refused. */
export const malformed: readonly Malformed[] = [...lines, ...fields, ...framing, ...sizes]
