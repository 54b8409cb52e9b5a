/** Launch files: what one student gets of a course for one scenario. They hold values and a signature, and never a key. */
import { hash, verify } from 'node:crypto'
import { z } from 'zod'
import { LabError, messageOf } from '../host/error.ts'
import { readSource } from '../kit/source.ts'
import { STUDENT } from '../scenario/params.ts'
import type { Text } from '../service.ts'
import { publicKeyOf, type Course } from './course.ts'

/** Bytes of the longest launch file. */
export const LONGEST_LAUNCH = 256 * 1024

const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))

const launchSchema = z.strictObject({
  format: z.literal('telelab launch 1'),
  /** The course's public key. */
  course: hex(64),
  scenario: z.string().regex(/^[^/\\\p{Cc}]{1,200}$/u),
  /** Of all files of the scenario. */
  hash: hex(64),
  student: z.string().regex(STUDENT),
  values: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.union([z.string().max(1000), z.number()])),
  issued: z.iso.datetime(),
  /** When work on it counts as late; null for never. */
  ends: z.union([z.iso.datetime(), z.null()]),
  signature: hex(128),
})

/** What a launch file says. */
export type Launch = z.infer<typeof launchSchema>

/** What is to be put into a launch file. */
export type LaunchContent = Pick<Launch, 'scenario' | 'hash' | 'student' | 'values'> & {
  readonly issued: number
  readonly ends: number | undefined
}

/** Makes and signs a launch file. */
export function issueLaunch(course: Course, content: LaunchContent): Launch {
  const { issued, ends } = content
  const unsigned = {
    format: 'telelab launch 1',
    course: course.settings.key,
    scenario: content.scenario,
    hash: content.hash,
    student: content.student,
    values: content.values,
    issued: new Date(issued).toISOString(),
    ends: ends === undefined ? null : new Date(ends).toISOString(),
  } as const
  return { ...unsigned, signature: course.sign(signedOctets(unsigned)) }
}

/** The text of a launch file. */
export function launchText(launch: Launch): string {
  return `${JSON.stringify(launch, undefined, 2)}\n`
}

/** The SHA-256 of all that a launch file says, on which the chain of each of its runs stands. */
export function launchHash(launch: Launch): string {
  return hash('sha256', Buffer.concat([signedOctets(launch), Buffer.from(launch.signature, 'hex')]))
}

/** Reads a launch file; one that is none, or was changed, is an error. */
export function readLaunch(path: string): Launch {
  let source: ReturnType<typeof readSource>
  try {
    source = readSource(path, LONGEST_LAUNCH)
  } catch (error) {
    throw new LabError((words) => words.fileUnreadable(path, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
  const launch = typeof source === 'object' ? parseLaunch(source.text) : undefined
  if (launch === undefined)
    throw wrong({
      en: `${path} is no launch file, or is damaged: download it again`,
      es: `${path} no es un fichero de lanzamiento, o está dañado: descárgalo otra vez`,
    })
  if (!isSigned(launch))
    throw wrong({
      en: `${path} was changed after it was signed: download it again`,
      es: `${path} ha sido modificado después de firmarse: descárgalo otra vez`,
    })
  return launch
}

/** What the text of a launch file says, if it is one; its signature is not looked at. */
export function parseLaunch(text: string): Launch | undefined {
  try {
    return launchSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Whether the launch file says what was signed with its course's key; whether it is the right course is another question. */
export function isSigned(launch: Launch): boolean {
  return verify(null, signedOctets(launch), publicKeyOf(launch.course), Buffer.from(launch.signature, 'hex'))
}

/** For what a launch file is about to be used. */
export interface LaunchUse {
  readonly scenario: string
  /** Of the files as they are here. */
  readonly hash: string
  /** Who says that it is theirs. */
  readonly student: string | undefined
}

/** What keeps a launch file from this use; undefined if nothing does. */
export function launchProblem(launch: Launch, use: LaunchUse): Text | undefined {
  if (launch.scenario !== use.scenario)
    return {
      en: `the launch file is for the scenario "${launch.scenario}", not "${use.scenario}"`,
      es: `el fichero de lanzamiento es para el escenario "${launch.scenario}", no "${use.scenario}"`,
    }
  if (use.student !== undefined && launch.student !== use.student)
    return {
      en: `the launch file is that of student ${launch.student}, not ${use.student}`,
      es: `el fichero de lanzamiento es del estudiante ${launch.student}, no de ${use.student}`,
    }
  if (launch.hash !== use.hash)
    return {
      en: `the launch file is for another version of the scenario "${launch.scenario}": its files differ from those here. Get the version that the teacher names, or take back your changes`,
      es: `el fichero de lanzamiento es para otra versión del escenario "${launch.scenario}": sus ficheros difieren de los que hay aquí. Consigue la versión que indica el profesor, o deshaz tus cambios`,
    }
  return undefined
}

/** What is signed: all fields in one order, so that the form of the file does not matter. */
function signedOctets(launch: Omit<Launch, 'signature'>): Buffer {
  const { format, course, scenario, hash: files, student, values, issued, ends } = launch
  const pairs = Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.from(JSON.stringify([format, course, scenario, files, student, pairs, issued, ends]))
}

function wrong(text: Text): LabError {
  return new LabError(text, { blame: 'wrong' })
}
