import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ask, isAlive } from '../console/client.ts'
import { controlPath, stateFolders } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { isInWay } from '../host/holder.ts'
import { addressText } from '../kit/address.ts'
import type { Address } from '../service.ts'
import type { Call } from './command.ts'
import { stopCommand } from './places.ts'

/** Milliseconds to wait for another lab to say what it is. */
const PATIENCE = 2000

const statusSchema = z.object({
  pid: z.number(),
  services: z.array(z.object({ addresses: z.array(z.object({ host: z.string(), port: z.number() })) })),
})

/** The error that says which lab holds the state folder, in which process and on which ports. */
export async function alreadyRunning(call: Call, state: string): Promise<LabError> {
  const path = controlPath(state)
  // The other one may have just taken the folder and not answer yet.
  for (let tries = 0; tries < 10 && !(await isAlive(path)); tries += 1) await pause(100)
  const status = await statusOf(state)
  const ports = addressesOf(status).map(addressText)
  const { name, stop } = stopCommand(call, state)
  return new LabError((words) => words.labRunning(name, status?.pid, ports, stop))
}

/** The state folder of the running lab below the root that listens at the address; undefined if there is none, or it is not ours. */
export async function labAt(root: string, { host, port }: Address): Promise<string | undefined> {
  for (const folder of foldersIn(root)) {
    const held = addressesOf(await statusOf(folder))
    if (held.some((address) => address.port === port && isInWay(address.host, host))) return folder
  }
  return undefined
}

function foldersIn(root: string): string[] {
  try {
    return stateFolders(root)
  } catch (error) {
    if (error instanceof LabError) return []
    throw error
  }
}

async function statusOf(folder: string): Promise<z.infer<typeof statusSchema> | undefined> {
  try {
    return statusSchema.safeParse(await ask(controlPath(folder), 'status', {}, PATIENCE)).data
  } catch (error) {
    // It does not run, or does not answer us.
    if (error instanceof LabError) return undefined
    throw error
  }
}

function addressesOf(status: z.infer<typeof statusSchema> | undefined): Address[] {
  return status?.services.flatMap((service) => service.addresses) ?? []
}
