import type { CaptureSource } from '../grading/captured/sources.ts'
import type { Registry } from './registry.ts'
import type { Instance } from './scenario.ts'
import type { BroughtVerb, Verbs } from './tasks.ts'

/** What tasks call those who bring no service's verb. */
const HOST = 'scenario'

/** What the tasks of a scenario may say: the host's own verbs, and those of its services, each with who brings it. */
export async function loadVerbs(
  registry: Pick<Registry, 'loadChecks'>,
  instances: readonly Pick<Instance, 'service'>[],
): Promise<Verbs> {
  const services = new Map(instances.map(({ service }) => [service.name, service]))
  const { answerVerbs } = await import('../grading/answers.ts')
  const loaded = await Promise.all(
    [...services].map(async ([name, { endpoints }]) => {
      const { verbs, witnesses } = (await registry.loadChecks(name)) ?? {}
      return brought(name, verbs, witnesses && { service: name, endpoints, witnesses })
    }),
  )
  return new Map([...brought(HOST, answerVerbs), ...loaded.flat()])
}

function brought(
  service: string,
  verbs: Readonly<Record<string, BroughtVerb['verb']>> = {},
  capture?: CaptureSource,
): (readonly [string, BroughtVerb])[] {
  return Object.entries(verbs).map(
    ([name, verb]) => [name, { service, verb, ...(capture && { capture }) }] as const,
  )
}
