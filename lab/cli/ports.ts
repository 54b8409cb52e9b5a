import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { bind, unbind } from '../host/bind.ts'
import { codeOf, LabError, textOf } from '../host/error.ts'
import { holderOf } from '../host/holder.ts'
import { addressText } from '../kit/address.ts'
import { isError } from '../scenario/load.ts'
import type { Address, Text } from '../service.ts'
import { text } from '../words/index.ts'
import type { Call } from './command.ts'
import { labAt } from './conflict.ts'
import { bindAddress, readScenario, registryOf, scenarioFile, stateRoot, stopCommand } from './places.ts'
import { quoted } from './program.ts'

/** What one look of `lab doctor` found. */
export interface Finding {
  readonly grade: 'good' | 'note' | 'bad'
  readonly text: Text
}

/** Tries every port that the scenario would use; one that a lab of the same person holds is no failure. */
export async function portFindings(call: Call): Promise<Finding[]> {
  const file = scenarioFile(call)
  const { scenario, problems } = await readScenario(call, file, registryOf(call))
  if (scenario === undefined) {
    const wrong = text((words) => words.fileWrong(file, problems.filter(isError).length))
    const see = `\`lab validate ${quoted(file)}\``
    return [{ grade: 'bad', text: { en: `${wrong.en}: ${see}`, es: `${wrong.es}: ${see}` } }]
  }
  const host = bindAddress(call)
  const findings: Finding[] = []
  for (const { name, service, ports } of scenario.instances) {
    for (const [endpoint, { transport, fallback }] of Object.entries(service.endpoints))
      findings.push(await portFinding(call, name, transport, { host, port: ports[endpoint] ?? fallback }))
  }
  return findings
}

async function portFinding(
  call: Call,
  name: string,
  transport: 'tcp' | 'udp' | 'both',
  address: Address,
): Promise<Finding> {
  const where = addressText(address)
  try {
    await unbind(await bind(name, transport, address))
    return {
      grade: 'good',
      text: { en: `${name} can listen on ${where}`, es: `${name} puede escuchar en ${where}` },
    }
  } catch (error) {
    const isTaken = error instanceof LabError && codeOf(error.cause) === 'EADDRINUSE'
    const lab = isTaken ? await ownLab(call, transport, address) : undefined
    if (lab !== undefined) return heldFinding(call, name, where, lab)
    return {
      grade: 'bad',
      text: textOf(error),
    }
  }
}

/** The state folder of the person's running lab that listens there, if one does. */
async function ownLab(
  call: Call,
  transport: 'tcp' | 'udp' | 'both',
  address: Address,
): Promise<string | undefined> {
  const here = await labAt(stateRoot(call), address)
  if (here !== undefined) return here
  const holder = await holderOf(transport === 'udp' ? 'udp' : 'tcp', address.host, address.port)
  const elsewhere = holder === undefined ? undefined : rootOf(holder.pid)
  return elsewhere === undefined ? undefined : labAt(elsewhere, address)
}

/** Where a lab that was started in another folder usually keeps its state; only Linux tells the folder of a process. */
function rootOf(pid: number): string | undefined {
  try {
    return join(readlinkSync(`/proc/${pid}/cwd`), '.lab')
  } catch {
    // Another system, or the process of somebody else: then nothing is known.
    return undefined
  }
}

function heldFinding(call: Call, name: string, where: string, folder: string): Finding {
  const { name: lab, stop } = stopCommand(call, folder)
  return {
    grade: 'note',
    text: {
      en: `${name}: your lab "${lab}" (${folder}) listens on ${where}. Stop it with: \`${stop}\`. Or keep both: --ports any`,
      es: `${name}: tu laboratorio "${lab}" (${folder}) escucha en ${where}. Detenlo con: \`${stop}\`. O conserva los dos: --ports any`,
    },
  }
}
