/** Reads the tasks of a scenario: every mistake comes back with its place. */
import type { z } from 'zod'
import type { EvidenceVerb, Hint, ProbeVerb, ArtifactVerb } from '../check.ts'
import type { CaptureSource } from '../grading/captured/sources.ts'
import { nearest } from '../kit/nearest.ts'
import { isNetwork } from '../kit/networks.ts'
import type { Problem, Text } from '../service.ts'
import { text } from '../words/index.ts'
import { fileMisfits } from './captured.ts'
import { durationSchema, millisecondsOf } from './duration.ts'
import { isSurelyUnknown, readFault, type ReadInstances } from './instances.ts'
import { check, pathText, soundItems } from './problems.ts'
import {
  both,
  type Look,
  type Phase,
  type PlannedCheck,
  type PlannedTask,
  phaseSchema,
  type Step,
  taskSchema,
} from './task.ts'
import {
  clientWrong,
  kindsMixed,
  listWanted,
  needsCircle,
  oneVerb,
  onlyNow,
  taskTwice,
  timeOfNow,
} from './task-words.ts'
import { fieldsOf, placeOf, type Tree, valueOf } from './tree.ts'

/** A verb with the service that brings it. */
export interface BroughtVerb {
  readonly service: string
  readonly verb: EvidenceVerb | ProbeVerb | ArtifactVerb
  /** What finds the same in a capture that is handed in. */
  readonly capture?: CaptureSource
}

/** What tasks may say, by name. */
export type Verbs = ReadonlyMap<string, BroughtVerb>

/** What tasks are read against. */
export interface TaskScope {
  readonly tree: Tree
  readonly services: ReadInstances
  /** Undefined if they cannot be told. */
  readonly accounts: readonly string[] | undefined
  /** Without them only the form of the tasks is checked. */
  readonly verbs: Verbs | undefined
}

type Path = readonly PropertyKey[]

/** The tasks that are well formed; what is wrong is added to the problems, of the others as far as it can be told. */
export function readTasks(scope: TaskScope, problems: Problem[]): PlannedTask[] {
  const tasks = scope.tree.type === 'map' ? scope.tree.entries.get('tasks')?.value : undefined
  const reader = new TaskReader(scope, problems)
  const items = tasks?.type === 'list' ? tasks.items : []
  const values = items.map((item) => valueOf(item))
  const read = values.map((value, index) => reader.task(value, ['tasks', index]))
  reader.relations(values)
  return read.filter((task) => task !== undefined)
}

class TaskReader {
  readonly #scope: TaskScope
  readonly #problems: Problem[]

  constructor(scope: TaskScope, problems: Problem[]) {
    this.#scope = scope
    this.#problems = problems
  }

  task(value: unknown, base: Path): PlannedTask | undefined {
    const read = check(taskSchema, this.#scope.tree, base, value)
    this.#problems.push(...read.problems)
    const sound = read.value ?? soundTask(value)
    const { account, client, phases = [] } = sound
    const { accounts } = this.#scope
    const looks = phases.flatMap((phase, index) =>
      phase === undefined ? [] : [this.#phase(phase, [...base, 'phases', index])],
    )
    if (account !== undefined && accounts?.includes(account) === false)
      this.#unknown(account, accounts, [...base, 'account'])
    if (client !== undefined && !isNetwork(client)) this.#tell([...base, 'client'], clientWrong(client))
    const look = this.#look(sound, base)
    if (isMap(value) && !Object.hasOwn(value, 'check') && !hasPhaseChecks(value))
      this.#tell(
        base,
        text((words) => words.keyMissing('check')),
      )
    if (read.value === undefined) return undefined
    const { id, points, title, when, file, needs, hint } = read.value
    const task: PlannedTask = {
      id,
      points,
      title: both(title),
      needs,
      phases: looks,
      ...look,
      ...(when !== undefined && { when }),
      ...(account !== undefined && { account }),
      ...(client !== undefined && { client }),
      ...(file !== undefined && { file }),
      ...(hint !== undefined && { hint: hintOf(hint) }),
    }
    this.#kinds(task, base)
    return task
  }

  /** Ids that are there twice, needs that no task is, and circles. */
  relations(values: readonly unknown[]): void {
    const tasks = values.map((value) => soundTask(value))
    const needs = new Map<string, readonly string[]>()
    for (const [index, task] of tasks.entries()) {
      if (task.id === undefined) continue
      if (needs.has(task.id)) this.#tell(['tasks', index, 'id'], taskTwice(task.id))
      else needs.set(task.id, task.needs)
    }
    const known = [...needs.keys()]
    const isWhole = tasks.every((task) => task.id !== undefined)
    for (const [index, task] of tasks.entries()) {
      for (const [at, need] of task.needs.entries()) {
        const path = ['tasks', index, 'needs', at]
        if (needs.has(need)) {
          if (task.id !== undefined && leadsTo(need, task.id, needs))
            this.#tell(path, needsCircle(task.id, need))
        } else if (isWhole) this.#unknown(need, known, path)
      }
    }
  }

  #phase(value: NonNullable<z.infer<typeof taskSchema>['phases']>[number], base: Path): Phase {
    const { stop, start, advance, fault, heal } = value
    const { services, tree } = this.#scope
    const names = Object.keys(partsOf(tree, 'services'))
    for (const [key, name] of [
      ['stop', stop],
      ['start', start],
    ] as const)
      if (name !== undefined && !names.includes(name)) this.#unknown(name, names, [...base, key])
    const points = services.instances.flatMap(({ service }) => Object.keys(service.faults ?? {}))
    if (heal !== undefined && !points.includes(heal) && isSurelyUnknown(heal, points, services.isWhole))
      this.#unknown(heal, points, [...base, 'heal'])
    const place = { tree, base: [...base, 'fault'], value: fault }
    const planned = fault === undefined ? undefined : readFault(place, services, this.#problems)
    return {
      ...(stop !== undefined && { stop }),
      ...(start !== undefined && { start }),
      ...(advance !== undefined && { advance: millisecondsOf(advance) }),
      ...(planned !== undefined && { fault: planned }),
      ...(heal !== undefined && { heal }),
      ...this.#look(value, base),
    }
  }

  #look(
    value: {
      readonly check?: Record<string, unknown> | undefined
      within?: string | undefined
      for?: string | undefined
    },
    base: Path,
  ): Look {
    const planned = value.check === undefined ? undefined : this.#check(value.check, [...base, 'check'])
    return {
      ...(planned !== undefined && { check: planned }),
      ...(value.within !== undefined && { within: millisecondsOf(value.within) }),
      ...(value.for !== undefined && { for: millisecondsOf(value.for) }),
    }
  }

  #check(value: Readonly<Record<string, unknown>>, base: Path): PlannedCheck | undefined {
    const mode = (['all', 'order'] as const).find((word) => Object.hasOwn(value, word))
    if (mode === undefined) {
      const step = this.#step(value, base)
      return step && { mode: 'all', steps: [step] }
    }
    const { [mode]: items, within, ...rest } = value
    for (const key of Object.keys(rest)) this.#unknownKey(key, ['within'], [...base, key])
    if (!Array.isArray(items) || items.length === 0) {
      this.#tell([...base, mode], listWanted(mode))
      return undefined
    }
    const time =
      within === undefined ? undefined : check(durationSchema, this.#scope.tree, [...base, 'within'], within)
    this.#problems.push(...(time?.problems ?? []))
    const steps = items.map((item: unknown, index) => this.#step(item, [...base, mode, index]))
    return {
      mode,
      steps: steps.filter((step) => step !== undefined),
      ...(time?.value !== undefined && { within: millisecondsOf(time.value) }),
    }
  }

  /** A map with one verb and its settings. */
  #step(value: unknown, base: Path): Step | undefined {
    const entries =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
    const [only, another] = entries
    if (only === undefined || another !== undefined) {
      this.#tell(base, oneVerb())
      return undefined
    }
    const [verb, settings] = only
    const { verbs, tree, services } = this.#scope
    const known = verbs?.get(verb)?.verb
    const names = [...(verbs?.keys() ?? [])]
    if (verbs !== undefined && known === undefined && isSurelyUnknown(verb, names, services.isWhole))
      this.#unknownKey(verb, names, [...base, verb])
    if (known !== undefined)
      this.#problems.push(...check(known.settings, tree, [...base, verb], settings ?? {}).problems)
    return { verb, settings: settings ?? {} }
  }

  /** What the kinds of the verbs and the rest of the task have to do with each other. */
  #kinds(task: PlannedTask, base: Path): void {
    const { check: planned, phases, when, file } = task
    const { verbs } = this.#scope
    if (verbs === undefined) return
    const steps = [planned, ...phases.map((phase) => phase.check)].flatMap((each) => each?.steps ?? [])
    const kinds = new Set(steps.flatMap(({ verb }) => verbs.get(verb)?.verb.kind ?? []))
    const isEver = when === 'ever' || (when === undefined && !kinds.has('probe') && phases.length === 0)
    if (kinds.has('artifact') && file === undefined)
      this.#tell(
        base,
        text((words) => words.keyMissing('file')),
      )
    for (const { key, text: wrong } of fileMisfits(task, verbs)) this.#tell([...base, key], wrong)
    if (kinds.size > 1) this.#tell([...base, 'check'], kindsMixed())
    else if (isEver && (kinds.has('probe') || phases.length > 0)) this.#tell([...base, 'when'], onlyNow())
    else if (isEver) {
      for (const key of ['within', 'for'] as const)
        if (task[key] !== undefined) this.#tell([...base, key], timeOfNow(key))
    }
  }

  #unknown(value: string, known: readonly string[], path: Path): void {
    this.#tell(
      path,
      text((words) => words.valueUnknown(value, nearest(value, known), known)),
    )
  }

  #unknownKey(key: string, known: readonly string[], path: Path): void {
    this.#tell(
      path,
      text((words) => words.keyUnknown(key, nearest(key, known), known)),
    )
  }

  #tell(path: Path, message: Text): void {
    this.#problems.push({ ...placeOf(this.#scope.tree, path), path: pathText(path), message })
  }
}

/** What a task that is not as it has to be says beyond doubt. */
function soundTask(value: unknown): {
  readonly id: string | undefined
  readonly needs: readonly string[]
  readonly account: string | undefined
  readonly client: string | undefined
  readonly check: Record<string, unknown> | undefined
  readonly phases: readonly (z.infer<typeof phaseSchema> | undefined)[]
} {
  const { id, needs, account, client, check: checked } = taskSchema.shape
  const fields: Record<string, unknown> = isMap(value) ? { ...value } : {}
  return {
    id: id.safeParse(fields['id']).data,
    needs: needs.safeParse(fields['needs']).data ?? [],
    account: account.safeParse(fields['account']).data,
    client: client.safeParse(fields['client']).data,
    check: checked.safeParse(fields['check']).data,
    phases: soundItems(phaseSchema, fields['phases']),
  }
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a phase of the task looks at something, or what stands in their place is wrong itself. */
function hasPhaseChecks(task: object): boolean {
  const phases: unknown = Reflect.get(task, 'phases')
  if (phases === undefined) return false
  return !Array.isArray(phases) || phases.some((phase) => !isMap(phase) || Object.hasOwn(phase, 'check'))
}

/** The values of a part of the scenario by key. */
function partsOf(tree: Tree, key: string): Record<string, unknown> {
  const part = tree.type === 'map' ? tree.entries.get(key)?.value : undefined
  return part === undefined ? {} : fieldsOf(part)
}

/** Whether the needs of `from` lead to `to`. */
function leadsTo(from: string, to: string, needs: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    if (!seen.has(id)) open.push(...(needs.get(id) ?? []))
    seen.add(id)
  }
  return false
}

function hintOf(hint: NonNullable<z.infer<typeof taskSchema>['hint']>): Hint {
  if (typeof hint === 'string' || !('text' in hint)) return { text: both(hint) }
  return { text: both(hint.text), cost: hint.cost }
}
