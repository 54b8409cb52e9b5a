import type { Registry } from './registry.ts'
import type { Instance } from './scenario.ts'
import type { Verbs } from './tasks.ts'

/** What the tasks of a scenario may say: the verbs of its services, each with the service that brings it. */
export async function loadVerbs(
  registry: Pick<Registry, 'loadChecks'>,
  instances: readonly Instance[],
): Promise<Verbs> {
  const services = [...new Set(instances.map(({ service }) => service.name))]
  const loaded = await Promise.all(
    services.map(async (service) => {
      const checks = await registry.loadChecks(service)
      return Object.entries(checks?.verbs ?? {}).map(([name, verb]) => [name, { service, verb }] as const)
    }),
  )
  return new Map(loaded.flat())
}
