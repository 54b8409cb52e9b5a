import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ask, isAlive } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { addressText } from '../kit/address.ts'

const statusSchema = z.object({
  pid: z.number(),
  services: z.array(z.object({ addresses: z.array(z.object({ host: z.string(), port: z.number() })) })),
})

/** The error that says which lab holds the state folder, in which process and on which ports. */
export async function alreadyRunning(scenario: string, state: string): Promise<LabError> {
  const path = controlPath(state)
  // The other one may have just taken the folder and not answer yet.
  for (let tries = 0; tries < 10 && !(await isAlive(path)); tries += 1) await pause(100)
  const answer = statusSchema.safeParse(await ask(path, 'status').catch(() => undefined))
  const ports = answer.data?.services.flatMap((service) => service.addresses.map(addressText)) ?? []
  return new LabError((words) => words.labRunning(scenario, answer.data?.pid, ports))
}
