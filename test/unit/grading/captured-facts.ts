import { join, resolve } from 'node:path'
import type { SeenFact } from '../../../lab/check.ts'
import { Conversations } from '../../../lab/grading/captured/conversations.ts'
import { CaptureFile } from '../../../lab/grading/captured/file.ts'
import { Sources, type CaptureSource } from '../../../lab/grading/captured/sources.ts'
import { Tally } from '../../../lab/grading/captured/tally.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import type { Address } from '../../../lab/service.ts'

const registry = new Registry([join(resolve(import.meta.dirname, '..', '..', '..'), 'services')])

/** All that the witnesses of the shipped services tell of a capture. */
export async function factsIn(
  octets: Buffer,
  endpoints: Readonly<Record<string, Address>>,
): Promise<SeenFact[]> {
  const sources = await Promise.all(
    ['dns', 'http', 'https', 'mail'].map(async (service): Promise<CaptureSource[]> => {
      const { witnesses } = (await registry.loadChecks(service)) ?? {}
      const brought = await registry.load(service)
      return witnesses === undefined ? [] : [{ service, endpoints: brought.endpoints, witnesses }]
    }),
  )
  const facts: SeenFact[] = []
  const conversations = new Conversations({
    sources: await Sources.load(sources.flat(), endpoints),
    domain: 'lab.test',
    tally: new Tally(),
    see: (fact) => void facts.push(fact),
  })
  new CaptureFile((frame) => conversations.take(frame)).push(octets)
  conversations.finish()
  return facts
}
