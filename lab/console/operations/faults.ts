/** Operations on what is broken, while the lab runs. */
import { z } from 'zod'
import { LabError } from '../../host/error.ts'
import type { FaultStatus } from '../../host/fault.ts'
import type { Lab } from '../../host/lab.ts'
import { spanishOf } from '../../kit/spanish.ts'
import { readFault } from '../../scenario/instances.ts'
import { faultSchema as hostSchema } from '../../scenario/schema.ts'
import type { Problem } from '../../service.ts'
import type { Desk } from '../desk.ts'
import { answering, noInput, placeless, type Operations } from '../operation.ts'
import { faultPointsSchema, faultSchema, faultsSchema } from '../schema.ts'
import { faultOf, settingsOf } from './lab.ts'

const id = z.int().min(1)

/** The operations on faults. */
export function faultOperations({ lab }: Desk): Operations {
  return {
    faults: answering({
      summary: 'The faults that are planned, by the scenario and live.',
      input: noInput,
      output: faultsSchema,
      run: async () => ({ faults: lab.faults.shown().map(faultOf) }),
    }),
    'faults.points': answering({
      summary: 'Where the lab can be broken, and what may be said there as JSON Schema.',
      input: noInput,
      output: faultPointsSchema,
      run: async () => ({ points: pointsOf(lab) }),
    }),
    'faults.add': answering({
      summary:
        'Plans a fault, as a scenario does: the point, and its settings beside it. It outlives a reload.',
      input: z.looseObject({ at: z.string().max(100) }),
      output: faultSchema,
      run: async (settings) => addFault(lab, settings),
    }),
    'faults.set': answering({
      summary: 'Switches a fault on or off.',
      input: z.strictObject({ id, isOn: z.boolean() }),
      output: faultSchema,
      run: async (wish) => setFault(lab, wish.id, wish.isOn),
    }),
    'faults.remove': answering({
      summary: 'Takes away a fault that was planned live.',
      input: z.strictObject({ id }),
      output: faultsSchema,
      run: async (wish) => {
        removeFault(lab, wish.id)
        return { faults: lab.faults.shown().map(faultOf) }
      },
    }),
  }
}

/** The points of the services that there are, each once, with the settings that all faults have behind its own. */
function pointsOf(lab: Lab): object[] {
  const points = new Map(
    lab.scenario.instances.flatMap(({ service }) => Object.entries(service.faults ?? {})),
  )
  // Who breaks something now has no need to hide it.
  const { at: _, hidden: _hidden, ...common } = jsonSchema(hostSchema).properties ?? {}
  return [...points].map(([at, schema]) => {
    const { $schema: _version, ...settings } = jsonSchema(schema)
    const properties = { ...settings.properties, ...common }
    return { at, settings: { ...settings, properties, 'x-es': spanishOf(schema) } }
  })
}

function jsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

function addFault(lab: Lab, value: object): object {
  const problems: Problem[] = []
  const { instances } = lab.scenario
  const place = { tree: placeless, base: [], value }
  const fault = readFault(place, { instances, isWhole: true }, problems)
  if (fault === undefined || problems.length > 0)
    throw new LabError((words) => words.faultWrong(problems.length), { blame: 'wrong', problems })
  const status = lab.faults.add(fault)
  if (status === undefined) throw new LabError((words) => words.faultsTooMany, { blame: 'wrong' })
  tell(lab, 'fault.planned', status)
  return faultOf(status)
}

function setFault(lab: Lab, wanted: number, isOn: boolean): object {
  const isShown = lab.faults.shown().some((fault) => fault.id === wanted)
  const status = isShown ? lab.faults.set(wanted, isOn) : undefined
  if (status === undefined) throw missing(wanted)
  tell(lab, isOn ? 'fault.enabled' : 'fault.disabled', status)
  return faultOf(status)
}

function removeFault(lab: Lab, wanted: number): void {
  const status = lab.faults.shown().find((fault) => fault.id === wanted)
  if (status === undefined) throw missing(wanted)
  if (!lab.faults.remove(wanted))
    throw new LabError((words) => words.faultOfScenario(wanted), { blame: 'wrong' })
  tell(lab, 'fault.removed', status)
}

function missing(wanted: number): LabError {
  return new LabError((words) => words.faultMissing(wanted), { blame: 'wrong' })
}

function tell(lab: Lab, kind: string, { id: number, fault }: FaultStatus): void {
  lab.journal.record('lab', { kind, data: { ...settingsOf(fault), id: number, at: fault.at } })
}
