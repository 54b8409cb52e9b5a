/** Finds what a class has handed in, and who each file is from, as Moodle and Gradescope pack it. */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { readSource } from '../kit/source.ts'
import type { Order } from './class-one.ts'
import type { Student } from './course.ts'
import type { Flag, Report } from './model.ts'

/** What a submission is called. */
export const SUFFIX = '.telelab'

/** How many entries, and how deep: a class hands in less. */
const [MOST, DEPTH] = [200_000, 8]

/** Octets of what Gradescope tells of its submissions. */
const LARGEST = 64 * 1024 * 1024

/** A folder, or a file itself, as Moodle's "Download all submissions" names it: the name, and the number of `Participant 1234567`. */
const MOODLE = /^(.+)_(\d+)_assignsubmission_file(?:_.*)?$/

/** What a gradebook knows of a student. */
interface Person {
  readonly name?: string | undefined
  readonly email?: string | undefined
  /** The number of the student at the university. */
  readonly sid?: string | undefined
}

const person = z.object({
  ':name': z.string().nullish(),
  ':email': z.string().nullish(),
  ':sid': z.union([z.string(), z.number()]).nullish(),
})

/** `submission_metadata.yml` of Gradescope's "Download Submissions": by folder, who has handed it in. */
const exportSchema = z.record(z.string(), z.object({ ':submitters': z.array(person) }))

/** `submission_metadata.json` of Gradescope's autograder, beside the folder of the submission. */
const autograderSchema = z.object({
  users: z.array(z.object({ name: z.string().nullish(), email: z.string().nullish() })),
})

/** The submissions at a path, a file or a folder of them in whatever depth, in the order of their names; `students` are the course's. */
export function submissionsAt(path: string, students: readonly Student[]): Order[] {
  const roster = rosterOf(students)
  if (!statSync(path).isDirectory()) return [orderOf(path, dirname(path), roster, new Map())]
  const gradescope = new Map<string, Person | undefined>()
  const files = filesBelow(path)
  for (const file of files.filter((each) => basename(each) === 'submission_metadata.yml'))
    for (const [folder, who] of exported(file)) gradescope.set(join(dirname(file), folder), who)
  const only = autograded(join(path, '..', 'submission_metadata.json'))
  if (only !== undefined) gradescope.set(path, only)
  const orders = files.map((file) => orderOf(file, path, roster, gradescope))
  const submissions = orders.filter(({ file }) => file.endsWith(SUFFIX))
  // Who has handed in something else is told that it is no submission, and is not taken for one who has handed in nothing.
  const seen = new Set(submissions.map(({ participant }) => participant))
  const strange = orders.filter(({ participant }) => {
    const isNew = participant !== undefined && !seen.has(participant)
    seen.add(participant)
    return isNew
  })
  return [...submissions, ...strange]
}

/** What the teacher is told of work that somebody hands in who is called otherwise than the student whose launch file it has. */
export function otherName(
  { name }: Pick<Order, 'name'> = {},
  { student }: Pick<Report, 'student'>,
  students: readonly Student[],
): Flag | undefined {
  const known = students.find(({ id }) => id === student)?.name ?? ''
  if (name === undefined || known === '' || nameKey(known) === nameKey(name)) return undefined
  return {
    kind: 'other-name',
    text: {
      en: `${name} has handed it in; student ${student} is called ${known} in the course`,
      es: `lo ha entregado ${name}; el estudiante ${student} se llama ${known} en la asignatura`,
    },
  }
}

/** By what is nearest to the file: its own name, then the folders that it lies in. */
function orderOf(
  file: string,
  top: string,
  roster: Roster,
  gradescope: ReadonlyMap<string, Person | undefined>,
): Order {
  for (let place = file; place.length >= top.length && place !== dirname(place); place = dirname(place)) {
    const [, said, participant] = MOODLE.exec(basename(place)) ?? []
    if (said !== undefined && participant !== undefined) {
      const name = said.replaceAll('_', ' ').trim()
      return { file, name, participant, student: roster({ name }) }
    }
    const who = gradescope.get(place)
    if (who !== undefined) return { file, name: who.name, student: roster(who) }
  }
  return { file }
}

/** The id of the one student of the course whom a gradebook means; undefined if it is none of them, or could be several. */
type Roster = (who: Person) => string | undefined

function rosterOf(students: readonly Student[]): Roster {
  const ids = new Map(students.map(({ id }) => [id.toLowerCase(), [id]]))
  const emails = collect(students, ({ email }) => email.toLowerCase())
  const names = collect(students, ({ name }) => nameKey(name))
  return ({ sid = '', email = '', name = '' }) => {
    const found =
      ids.get(sid.toLowerCase()) ?? emails.get(email.toLowerCase()) ?? names.get(nameKey(name)) ?? []
    return found.length === 1 ? found[0] : undefined
  }
}

function collect(students: readonly Student[], key: (student: Student) => string): Map<string, string[]> {
  const groups = Map.groupBy(students, key)
  return new Map(
    [...groups].flatMap(([said, group]) => (said === '' ? [] : [[said, group.map(({ id }) => id)]])),
  )
}

/** A name whatever the order of its words, their case and accents: each gradebook has its own. */
function nameKey(name: string): string {
  const words = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return (words ?? []).toSorted().join(' ')
}

/** Of a submission of a group nobody is the one who has handed it in. */
function exported(file: string): (readonly [string, Person])[] {
  const found = exportSchema.safeParse(yamlOf(textOf(file))).data ?? {}
  return Object.entries(found).flatMap(
    ([
      folder,
      {
        ':submitters': [one, another],
      },
    ]) => {
      if (one === undefined || another !== undefined) return []
      const { ':name': name, ':email': email, ':sid': sid } = one
      return [[folder, personOf({ name, email, sid: sid?.toString() })]]
    },
  )
}

function autograded(file: string): Person | undefined {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  // JSON is YAML, too.
  const [one, another] = autograderSchema.safeParse(yamlOf(textOf(file))).data?.users ?? []
  return one === undefined || another !== undefined ? undefined : personOf(one)
}

function personOf(who: { readonly [Key in keyof Person]: Person[Key] | null }): Person {
  const { name, email, sid } = who
  return { name: name ?? undefined, email: email ?? undefined, sid: sid ?? undefined }
}

function textOf(file: string): string {
  const source = readSource(file, LARGEST)
  return typeof source === 'object' ? source.text : ''
}

/** Undefined for what is no YAML: then nobody is known by it. */
function yamlOf(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false })
  if (document.errors.length > 0) return undefined
  try {
    return document.toJS({ maxAliasCount: 1000 })
  } catch {
    return undefined
  }
}

/** Links are not followed: what students pack may lead anywhere, and in circles. What is called a submission is named, whatever it is. */
function filesBelow(folder: string): string[] {
  const found: string[] = []
  const walk = (place: string, depth: number): void => {
    for (const entry of readdirSync(place, { withFileTypes: true }).toSorted(byName)) {
      const path = join(place, entry.name)
      if (entry.isDirectory()) {
        if (depth < DEPTH) walk(path, depth + 1)
      } else if (found.length < MOST) found.push(path)
    }
  }
  walk(folder, 0)
  return found
}

function byName(
  { name: one }: { readonly name: string },
  { name: other }: { readonly name: string },
): number {
  return one < other ? -1 : Number(one > other)
}
