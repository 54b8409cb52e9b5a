/** What each student of a course gets in a scenario, and whose a value is. */
import { LabError } from '../host/error.ts'
import { fillText, type Variables } from '../scenario/fill.ts'
import { readLayers, scenarioName } from '../scenario/layers.ts'
import { deriveParam, deriveUnique, isUnique, type Param } from '../scenario/params.ts'
import { check } from '../scenario/problems.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import { overlay, valueOf, type Tree } from '../scenario/tree.ts'
import type { Problem } from '../service.ts'
import type { Course } from './course.ts'

/** Characters of the shortest text that tells of its owner wherever it stands: shorter ones are met by chance. */
const TELLING = 6

/** What of a scenario differs between students, before anything is filled in. */
export interface Template {
  readonly scenario: string
  readonly params: Readonly<Record<string, Param>>
  /** The domain and the names of the accounts. */
  readonly texts: readonly string[]
}

/** Reads the parameters of a scenario; a file that is wrong rejects with its mistakes. */
export function readTemplate(file: string, folders: readonly string[]): Template {
  const problems: Problem[] = []
  const layers = readLayers(file, folders, problems)
  const tree = layers.map((layer) => layer.tree).reduceRight((base, changes) => overlay(base, changes))
  const params = part(tree, 'params')
  const read = check(
    scenarioSchema.shape.params,
    tree,
    ['params'],
    params === undefined ? undefined : valueOf(params),
  )
  problems.push(...read.problems)
  if (read.value === undefined || problems.some((problem) => problem.severity !== 'warning'))
    throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
  const accounts = part(tree, 'accounts')
  const names = accounts?.type === 'list' ? accounts.items.map((item) => part(item, 'name')) : []
  const texts = [part(tree, 'domain'), ...names].flatMap((found) =>
    found?.type === 'scalar' && typeof found.value === 'string' ? [found.value] : [],
  )
  return { scenario: scenarioName(file), params: read.value, texts }
}

function part(tree: Tree, key: string): Tree | undefined {
  return tree.type === 'map' ? tree.entries.get(key)?.value : undefined
}

/** The values of a scenario's parameters for all students of a course. */
export class CourseValues {
  readonly #template: Template
  readonly #values = new Map<string, Variables>()
  /** By parameter and value, whose it is. */
  readonly #owners = new Map<string, string[]>()

  constructor(course: Course, template: Template) {
    this.#template = template
    course.withKey((key) => {
      // One after the other: of two that would get the same unique value, the earlier one keeps it.
      for (const { id } of course.students) this.#add(key, id)
    })
  }

  /** The values of a student; undefined for one who is not of the course. */
  of(student: string): Variables | undefined {
    return this.#values.get(student)
  }

  /** Whose a value is; undefined if it is nobody's, or of several. */
  owner(parameter: string, value: string | number): string | undefined {
    const owners = this.#owners.get(placed(parameter, value)) ?? []
    return owners.length === 1 ? owners[0] : undefined
  }

  /** Texts that one student alone meets in the lab (domain, accounts, long values), in lower case, each with whose it is. */
  marks(): Map<string, string> {
    const owners = new Map<string, string | undefined>()
    for (const [student, values] of this.#values) {
      for (const mark of new Set(this.#marksOf(student, values)))
        owners.set(mark, owners.has(mark) ? undefined : student)
    }
    return new Map([...owners].flatMap(([mark, whose]) => (whose === undefined ? [] : [[mark, whose]])))
  }

  #marksOf(student: string, values: Variables): string[] {
    const filled = this.#template.texts.flatMap((source) => {
      const { text, problems } = fillText(
        source,
        { ...values, student, scenario: this.#template.scenario },
        { file: '', line: 1, column: 1 },
      )
      return problems.length === 0 ? [text] : []
    })
    const long = Object.values(values).map(String)
    return [...filled, ...long].filter((mark) => mark.length >= TELLING).map((mark) => mark.toLowerCase())
  }

  #add(key: Buffer, student: string): void {
    const { scenario, params } = this.#template
    const values = Object.entries(params).map(([name, param]) => {
      const origin = { scenario, student, key }
      const value = isUnique(param)
        ? deriveUnique(param, name, origin, (other) => this.#owners.has(placed(name, other)))
        : deriveParam(param, name, origin)
      if (value === undefined) throw tooFew(name)
      const owners = this.#owners.get(placed(name, value))
      if (owners === undefined) this.#owners.set(placed(name, value), [student])
      else owners.push(student)
      return [name, value] as const
    })
    this.#values.set(student, Object.fromEntries(values))
  }
}

/** Whose the value of a scenario's parameter is; undefined if it is nobody's of the course, or of several. */
export function owner(
  course: Course,
  template: Template,
  parameter: string,
  value: string | number,
): string | undefined {
  return new CourseValues(course, template).owner(parameter, value)
}

function placed(parameter: string, value: string | number): string {
  return `${parameter}\n${value}`
}

function tooFew(name: string): LabError {
  return new LabError(
    {
      en: `the parameter "${name}" is unique, but has fewer values than the course has students: give it a wider range`,
      es: `el parámetro "${name}" es único, pero tiene menos valores que estudiantes la asignatura: dale un rango más amplio`,
    },
    { blame: 'wrong' },
  )
}
