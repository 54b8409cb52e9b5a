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
import { readFault } from './instances.ts'
import { check, pathText } from './problems.ts'
import type { Instance } from './scenario.ts'
import {
  both,
  type Look,
  type Phase,
  type PlannedCheck,
  type PlannedTask,
  type Step,
  taskSchema,
} from './task.ts'
import { placeOf, type Tree, valueOf } from './tree.ts'

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
  readonly instances: readonly Instance[]
  readonly accounts: readonly string[]
  /** Without them only the form of the tasks is checked. */
  readonly verbs: Verbs | undefined
}

type Path = readonly PropertyKey[]

/** The tasks that are well formed; what is wrong is added to the problems. */
export function readTasks(scope: TaskScope, problems: Problem[]): PlannedTask[] {
  const tasks = scope.tree.type === 'map' ? scope.tree.entries.get('tasks')?.value : undefined
  const reader = new TaskReader(scope, problems)
  const items = tasks?.type === 'list' ? tasks.items : []
  const read = items.map((item, index) => reader.task(valueOf(item), ['tasks', index]))
  const found = read.filter((task) => task !== undefined)
  reader.relations(read)
  return found
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
    if (read.value === undefined) return undefined
    const { id, points, title, when, account, client, file, needs, hint, phases = [] } = read.value
    const looks = phases.map((phase, index) => this.#phase(phase, [...base, 'phases', index]))
    if (account !== undefined && !this.#scope.accounts.includes(account))
      this.#unknown(account, this.#scope.accounts, [...base, 'account'])
    if (client !== undefined && !isNetwork(client)) this.#tell([...base, 'client'], clientWrong(client))
    const look = this.#look(read.value, base)
    const looked = [read.value.check, ...phases.map((phase) => phase.check)]
    if (looked.every((each) => each === undefined))
      this.#tell(
        base,
        text((words) => words.keyMissing('check')),
      )
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
  relations(tasks: readonly (PlannedTask | undefined)[]): void {
    const byId = new Map<string, PlannedTask>()
    for (const [index, task] of tasks.entries()) {
      if (task === undefined) continue
      if (byId.has(task.id)) this.#tell(['tasks', index, 'id'], taskTwice(task.id))
      else byId.set(task.id, task)
    }
    const known = tasks.flatMap((task) => task?.id ?? [])
    for (const [index, task] of tasks.entries()) {
      for (const [at, need] of (task?.needs ?? []).entries()) {
        const path = ['tasks', index, 'needs', at]
        if (!byId.has(need)) this.#unknown(need, known, path)
        else if (task !== undefined && leadsTo(need, task.id, byId))
          this.#tell(path, needsCircle(task.id, need))
      }
    }
  }

  #phase(value: NonNullable<z.infer<typeof taskSchema>['phases']>[number], base: Path): Phase {
    const { stop, start, advance, fault, heal } = value
    const names = this.#scope.instances.map(({ name }) => name)
    for (const [key, name] of [
      ['stop', stop],
      ['start', start],
    ] as const)
      if (name !== undefined && !names.includes(name)) this.#unknown(name, names, [...base, key])
    const points = this.#scope.instances.flatMap(({ service }) => Object.keys(service.faults ?? {}))
    if (heal !== undefined && !points.includes(heal)) this.#unknown(heal, points, [...base, 'heal'])
    const place = { tree: this.#scope.tree, base: [...base, 'fault'], value: fault }
    const planned = fault === undefined ? undefined : readFault(place, this.#scope.instances, this.#problems)
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
    const { verbs, tree } = this.#scope
    const known = verbs?.get(verb)?.verb
    if (verbs !== undefined && known === undefined)
      this.#unknown(verb, [...verbs.keys()], [...base, verb], known === undefined && entries.length === 1)
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

  #unknown(value: string, known: readonly string[], path: Path, isKey = false): void {
    if (isKey) return this.#unknownKey(value, known, path)
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

/** Whether the needs of `from` lead to `to`. */
function leadsTo(from: string, to: string, tasks: ReadonlyMap<string, PlannedTask>): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    if (!seen.has(id)) open.push(...(tasks.get(id)?.needs ?? []))
    seen.add(id)
  }
  return false
}

function hintOf(hint: NonNullable<z.infer<typeof taskSchema>['hint']>): Hint {
  if (typeof hint === 'string' || !('text' in hint)) return { text: both(hint) }
  return { text: both(hint.text), cost: hint.cost }
}

function taskTwice(id: string): Text {
  return { en: `there is another task "${id}"`, es: `hay otra tarea "${id}"` }
}

function needsCircle(id: string, need: string): Text {
  return {
    en: `"${need}" needs "${id}" in turn, so neither could ever pass`,
    es: `"${need}" necesita a su vez "${id}", así que ninguna podría superarse`,
  }
}

function listWanted(mode: string): Text {
  return {
    en: `"${mode}" takes a list of verbs, each with its settings`,
    es: `"${mode}" lleva una lista de verbos, cada uno con sus opciones`,
  }
}

function oneVerb(): Text {
  return {
    en: 'one verb with its settings is wanted here, as in dns.queried: { type: MX }',
    es: 'aquí va un verbo con sus opciones, como dns.queried: { type: MX }',
  }
}

function kindsMixed(): Text {
  return {
    en: 'verbs that look at the journal, verbs that ask a server and verbs that judge a file do not go together in one task',
    es: 'los verbos que miran el diario, los que preguntan a un servidor y los que juzgan un fichero no van juntos en una tarea',
  }
}

function onlyNow(): Text {
  return {
    en: 'a check that asks a server, or has phases, can only look at what is so now: `when: now`',
    es: 'una comprobación que pregunta a un servidor, o que tiene fases, solo ve lo que ocurre ahora: `when: now`',
  }
}

function timeOfNow(key: string): Text {
  return {
    en: `"${key}" is for checks of now; the time between several facts stands beside "order" or "all"`,
    es: `"${key}" es para comprobaciones de ahora; el tiempo entre varios hechos va junto a "order" o "all"`,
  }
}

function clientWrong(client: string): Text {
  return {
    en: `"${client}" is neither an address nor a network such as 127.0.0.0/8`,
    es: `"${client}" no es una dirección ni una red como 127.0.0.0/8`,
  }
}
