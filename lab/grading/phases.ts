/** Does to the lab what the phases of a task say, looks, and undoes it whatever happens. */
import type { Lab } from '../host/lab.ts'
import { LabError } from '../host/error.ts'
import type { PlannedFault } from '../host/fault.ts'
import type { Ended } from './runner.ts'
import type { ReadyLook, ReadyPhase } from './verbs.ts'

/** What phases may do. */
export interface PhaseHost {
  isRunning(service: string): boolean
  start(service: string): Promise<void>
  stop(service: string): Promise<void>
  advance(milliseconds: number): void
  /** Plans a fault; the result takes it away. */
  add(fault: PlannedFault): () => void
  /** Switches the faults of a point off; the result switches them on again. */
  heal(point: string): () => void
}

/** Runs the phases, then the look of the task itself; all of them have to pass, and the first that does not is the last. */
export async function runPhases(
  phases: readonly ReadyPhase[],
  last: ReadyLook,
  host: PhaseHost,
  look: (look: ReadyLook) => Promise<Ended>,
): Promise<Ended> {
  const undo: (() => Promise<void> | void)[] = []
  const ended: Ended[] = []
  try {
    for (const phase of phases) {
      await act(phase, host, undo)
      if (phase.check !== undefined) ended.push(await look(phase))
      if (ended.some(({ outcome }) => outcome !== 'passed')) break
    }
    if (last.check !== undefined && ended.every(({ outcome }) => outcome === 'passed'))
      ended.push(await look(last))
  } finally {
    await undoAll(undo)
  }
  return together(ended, phases, last)
}

/** What a running lab does for phases. */
export function phaseHost(lab: Lab): PhaseHost {
  const { clock, faults } = lab
  return {
    isRunning: (service) => lab.status().some(({ name, state }) => name === service && state === 'running'),
    start: (service) => lab.startService(service),
    stop: (service) => lab.stopService(service),
    advance: (milliseconds) => clock.advance(milliseconds),
    add(fault) {
      const added = faults.add(fault)
      if (added === undefined)
        throw new LabError({ en: 'too many faults are planned', es: 'hay demasiados fallos planificados' })
      return () => void faults.remove(added.id)
    },
    heal(point) {
      const on = faults.list().filter(({ fault, isOn }) => fault.at === point && isOn)
      for (const { id } of on) faults.set(id, false)
      return () => {
        for (const { id } of on) faults.set(id, true)
      }
    },
  }
}

async function act(phase: ReadyPhase, host: PhaseHost, undo: (() => Promise<void> | void)[]): Promise<void> {
  const { stop, start, advance, fault, heal } = phase
  if (stop !== undefined && host.isRunning(stop)) {
    undo.push(() => host.start(stop))
    await host.stop(stop)
  }
  if (start !== undefined && !host.isRunning(start)) {
    undo.push(() => host.stop(start))
    await host.start(start)
  }
  if (fault !== undefined) undo.push(host.add(fault))
  if (heal !== undefined) undo.push(host.heal(heal))
  // The clock of a lab never goes back: what has expired stays so.
  if (advance !== undefined) host.advance(advance)
}

/** Undoes the last first; what fails does not keep the others from being undone. */
async function undoAll(undo: readonly (() => Promise<void> | void)[]): Promise<void> {
  const errors: unknown[] = []
  for (const each of undo.toReversed()) {
    try {
      await each()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'what a phase has done could not be undone')
}

/** One end of several looks; those that were not reached any more count as failed. */
function together(ended: readonly Ended[], phases: readonly ReadyPhase[], last: ReadyLook): Ended {
  const broken = ended.find(({ outcome }) => outcome === 'broken')
  if (broken !== undefined) return broken
  const failed = ended.find(({ outcome }) => outcome !== 'passed')
  const looks = [...phases, last].filter(({ check }) => check !== undefined).length
  const missing = Array.from({ length: looks - ended.length }, () => ({
    title: { en: 'what comes after was not looked at', es: 'lo que sigue no se ha mirado' },
    holds: false,
  }))
  const transcript = ended.flatMap(({ evidence }) => evidence?.transcript ?? [])
  return {
    outcome: failed?.outcome ?? 'passed',
    assertions: [...ended.flatMap(({ assertions }) => assertions), ...missing],
    ...(transcript.length > 0 && { evidence: { transcript } }),
    ...(failed?.reason !== undefined && { reason: failed.reason }),
  }
}
