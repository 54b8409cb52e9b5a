/** A zone whose serial has grown while the lab ran, or between two runs of it. */
import { z } from 'zod'
import type { Assertion, SeenFact } from '../../../lab/check.ts'
import { holds, NOTHING, same } from '../../../lab/kit/assertion.ts'
import { inSpanish } from '../../../lab/kit/spanish.ts'
import { said } from './judge.ts'

/** What a task says of it. */
export const zoneRenewed = inSpanish(
  z.strictObject({
    zone: z
      .string()
      .min(1)
      .transform((name) => name.toLowerCase().replace(/(?<=.)\.$/, ''))
      .describe('Name of the zone'),
  }),
  { zone: 'Nombre de la zona' },
)

/** Holds if secondary servers can tell by the serial that the zone is another one than before (RFC 1982). */
export function judgeRenewal(fact: SeenFact, { zone }: z.output<typeof zoneRenewed>): readonly Assertion[] {
  const serials = `${said(fact, 'previous') ?? '?'} → ${said(fact, 'serial') ?? '?'}`
  const grown = { en: 'its serial has grown', es: 'su número de serie ha crecido' }
  return [
    same({ en: `the zone is ${zone}`, es: `la zona es ${zone}` }, zone, said(fact, 'zone') ?? NOTHING, 2),
    holds(
      grown,
      fact.data?.['grown'] === true,
      { en: 'greater than before', es: 'mayor que antes' },
      serials,
    ),
  ]
}
