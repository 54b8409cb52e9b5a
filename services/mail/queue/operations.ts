import { z } from 'zod'
import type { Json } from '../../../lab/service.ts'
import type { Office } from '../office.ts'

const one = z.strictObject({ id: z.string().max(100) })
const some = z.strictObject({ id: z.string().max(100).optional() })

/** What `lab mail` asks of the running service. */
export function queueOperations(
  office: Pick<Office, 'queue' | 'flush' | 'remove'>,
): Readonly<Record<string, (input: Json) => Json | Promise<Json>>> {
  return {
    queue: () =>
      office
        .queue()
        .map((entry) => ({ ...entry, recipients: entry.recipients.map((each) => ({ ...each })) })),
    flush: (input) => office.flush(some.parse(input).id),
    remove: (input) => office.remove(one.parse(input).id),
  }
}
