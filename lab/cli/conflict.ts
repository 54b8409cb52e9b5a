import { z } from 'zod'
import { ask, isAlive } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { LabError } from '../host/error.ts'

const statusSchema = z.object({
  pid: z.number(),
  services: z.array(z.object({ addresses: z.array(z.object({ host: z.string(), port: z.number() })) })),
})

/** The error that says which lab holds the state folder, in which process and on which ports. */
export async function alreadyRunning(scenario: string, state: string): Promise<LabError> {
  const path = controlPath(state)
  const answer = (await isAlive(path))
    ? statusSchema.safeParse(await ask(path, 'status').catch(() => undefined))
    : undefined
  const ports =
    answer?.data?.services.flatMap((service) =>
      service.addresses.map(({ host, port }) => `${host}:${port}`),
    ) ?? []
  return new LabError((words) => words.labRunning(scenario, answer?.data?.pid, ports))
}
