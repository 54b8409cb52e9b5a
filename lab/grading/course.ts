/** The folder of a course: its keys, which never leave it, its students, and what was handed to them. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError, messageOf } from '../host/error.ts'
import { createDurably, createFolder, writeDurably } from '../kit/files.ts'
import { readSource } from '../kit/source.ts'
import { STUDENT } from '../scenario/params.ts'

/** Octets of the key from which the students' values are derived. */
const KEY_OCTETS = 32

/** Bytes of the longest file of a course. */
const LARGEST = 32 * 1024 * 1024

/** Students of the largest course. */
export const MOST_STUDENTS = 20_000

const studentSchema = z.strictObject({
  id: z.string().regex(STUDENT),
  name: z.string().max(300),
  email: z.string().max(320),
})

/** One student of a roster; name and address may be empty. */
export type Student = z.infer<typeof studentSchema>

const rosterSchema = z.strictObject({ students: z.array(studentSchema).max(MOST_STUDENTS) })

const settingsSchema = z.strictObject({
  format: z.literal('telelab course 1'),
  name: z.string().max(200),
  created: z.iso.datetime(),
  /** The public half of what signs launch files, in hexadecimal. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
})

/** What is known of a course without its secrets. */
export type CourseSettings = z.infer<typeof settingsSchema>

/** A public Ed25519 key as 64 hexadecimal digits. */
export function publicHex(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex')
}

/** The Ed25519 key of 64 hexadecimal digits. */
export function publicKeyOf(hex: string): KeyObject {
  // RFC 8410 §4: the SubjectPublicKeyInfo of an Ed25519 key is these octets and the key.
  const der = Buffer.from(`302a300506032b6570032100${hex}`, 'hex')
  return createPublicKey({ key: der, type: 'spki', format: 'der' })
}

/** Makes the folder of a course with new keys; one that is there already is an error. */
export async function createCourse(folder: string, name: string, now = Date.now()): Promise<Course> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const settings: CourseSettings = {
    format: 'telelab course 1',
    name,
    created: new Date(now).toISOString(),
    key: publicHex(privateKey),
  }
  try {
    await createFolder(folder, 0o700)
    // The key first: two that make a course at once do not mix their files.
    const isNew = await createDurably(
      join(folder, 'course.key'),
      `${randomBytes(KEY_OCTETS).toString('hex')}\n`,
      0o600,
    )
    if (!isNew)
      throw new LabError(
        {
          en: `there is a course in ${folder} already; give another folder`,
          es: `ya hay una asignatura en ${folder}; da otra carpeta`,
        },
        { blame: 'wrong' },
      )
    await writeDurably(
      join(folder, 'signing.key'),
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
      0o600,
    )
    await writeDurably(join(folder, 'roster.json'), json({ students: [] }), 0o600)
    await writeDurably(join(folder, 'course.json'), json(settings), 0o600)
  } catch (error) {
    throw error instanceof LabError ? error : unusable(folder, error)
  }
  return openCourse(folder)
}

/** Whether a folder is that of a course. */
export function isCourse(folder: string): boolean {
  return existsSync(join(folder, 'course.json'))
}

/** Opens the folder of a course; one that is none, is damaged, or whose keys others can read, is an error. */
export function openCourse(folder: string): Course {
  if (!isCourse(folder))
    throw new LabError(
      {
        en: `there is no course in ${folder}. Make one with: \`lab course init\`, or name its folder: --course FOLDER`,
        es: `no hay ninguna asignatura en ${folder}. Créala con: \`lab course init\`, o di su carpeta: --course CARPETA`,
      },
      { blame: 'wrong' },
    )
  const settings = settingsSchema.safeParse(readJson(folder, 'course.json')).data
  const roster = rosterSchema.safeParse(readJson(folder, 'roster.json')).data
  const key = /^([0-9a-f]{64})\n?$/.exec(readSecret(folder, 'course.key'))?.[1]
  if (settings === undefined) throw damaged(folder, 'course.json')
  if (roster === undefined) throw damaged(folder, 'roster.json')
  if (key === undefined) throw damaged(folder, 'course.key')
  const signing = signingKey(folder)
  if (publicHex(signing) !== settings.key) throw damaged(folder, 'signing.key')
  return new Course(folder, settings, roster.students, { key: Buffer.from(key, 'hex'), signing })
}

/** A course; what is secret of it can be used but not read. */
export class Course {
  readonly folder: string
  readonly settings: CourseSettings
  #students: readonly Student[]
  readonly #key: Buffer
  readonly #signing: KeyObject

  constructor(
    folder: string,
    settings: CourseSettings,
    students: readonly Student[],
    secrets: { readonly key: Buffer; readonly signing: KeyObject },
  ) {
    this.folder = folder
    this.settings = settings
    this.#students = students
    this.#key = secrets.key
    this.#signing = secrets.signing
  }

  /** In the order in which they came: who comes later never changes the values of those before. */
  get students(): readonly Student[] {
    return this.#students
  }

  /** Runs something with the key from which values are derived. */
  withKey<Result>(run: (key: Buffer) => Result): Result {
    return run(this.#key)
  }

  /** The signature of some octets, in hexadecimal. */
  sign(octets: Buffer): string {
    return sign(null, octets, this.#signing).toString('hex')
  }

  /** Takes students in, and newer names and addresses of those that are there; nobody goes. */
  async enrol(students: readonly Student[]): Promise<{ readonly added: number; readonly changed: number }> {
    const known = new Map(this.#students.map((student) => [student.id.toLowerCase(), student]))
    let [added, changed] = [0, 0]
    for (const student of students) {
      const before = known.get(student.id.toLowerCase())
      if (before === undefined) added += 1
      else if (before.name !== student.name || before.email !== student.email) changed += 1
      known.set(student.id.toLowerCase(), { ...student, id: before?.id ?? student.id })
    }
    const all = [...known.values()]
    if (all.length > MOST_STUDENTS)
      throw new LabError(
        {
          en: `a course has at most ${MOST_STUDENTS} students`,
          es: `una asignatura tiene como mucho ${MOST_STUDENTS} estudiantes`,
        },
        { blame: 'wrong' },
      )
    await writeDurably(join(this.folder, 'roster.json'), json({ students: all }), 0o600)
    this.#students = all
    return { added, changed }
  }

  /** Where the launch files of a scenario are. */
  launchFolder(scenario: string): string {
    return join(this.folder, 'launches', scenario)
  }

  /** The launch files that were issued for a scenario. */
  launchFiles(scenario: string): string[] {
    const folder = this.launchFolder(scenario)
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => name.endsWith('.launch.json'))
      .toSorted()
      .map((name) => join(folder, name))
  }
}

function signingKey(folder: string): KeyObject {
  try {
    return createPrivateKey(readSecret(folder, 'signing.key'))
  } catch (error) {
    throw error instanceof LabError ? error : damaged(folder, 'signing.key')
  }
}

/** As ssh does, no key is used that others can read: they may have it already. */
function readSecret(folder: string, name: string): string {
  const path = join(folder, name)
  try {
    const { mode } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new LabError({
        en: `others can read ${path}: keep it to yourself (chmod 600 "${path}")`,
        es: `otros pueden leer ${path}: quítales el permiso (chmod 600 "${path}")`,
      })
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw error instanceof LabError ? error : unusable(path, error)
  }
}

function readJson(folder: string, name: string): unknown {
  const path = join(folder, name)
  try {
    const source = readSource(path, LARGEST)
    return typeof source === 'object' ? JSON.parse(source.text) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw unusable(path, error)
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function damaged(folder: string, name: string): LabError {
  return new LabError({
    en: `${join(folder, name)} is damaged: put back a copy of it`,
    es: `${join(folder, name)} está dañado: recupera una copia`,
  })
}

function unusable(path: string, error: unknown): LabError {
  const why = messageOf(error)
  return new LabError(
    { en: `${path} cannot be used: ${why}`, es: `no se puede usar ${path}: ${why}` },
    { cause: error },
  )
}
