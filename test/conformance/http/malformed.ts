import type { RefusalReason } from '../../../lab/kit/http/refusal.ts'
import { fields } from './malformed-fields.ts'
import { framing } from './malformed-framing.ts'
import { lines } from './malformed-line.ts'
import { sizes } from './malformed-sizes.ts'

/** Bytes that are not a request the engine serves, one character for each octet, why it refuses them, and a title of their own. */
export type Malformed = readonly [reason: RefusalReason, raw: string, title: string]

/** All that must be refused. */
export const malformed: readonly Malformed[] = [...lines, ...fields, ...framing, ...sizes]
