/** One number for all files of a scenario: two labs of the same number are of the same version. */
import { hash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'
import { readLayers } from '../scenario/layers.ts'
import type { Problem } from '../service.ts'

/** How many files, how many bytes of them, and how deep. */
const [FILES, BYTES, DEPTH] = [5000, 256 * 1024 * 1024, 16]

/** What students do not get, or make: solutions, what begins with a dot, and what the lab itself may write where they work. */
const LEFT_OUT = /^\.|^(?:solution|node_modules)$|\.(?:telelab|pcapng)$|\.launch\.json$/

/**
 * The SHA-256, in hexadecimal, of all files of a scenario and of those that it extends. A scenario in a folder is all of that
 * folder, without `omit` (files that the students write); one whose file has a name of its own is that file alone.
 */
export function scenarioHash(
  file: string,
  folders: readonly string[],
  omit: ReadonlySet<string> = new Set(),
): string {
  const problems: Problem[] = []
  const layers = readLayers(file, folders, problems)
  if (problems.length > 0)
    throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
  const budget = { files: FILES, bytes: BYTES }
  try {
    const lines = layers.flatMap((layer, index) => {
      const paths =
        basename(layer.file) === 'scenario.yaml'
          ? filesIn(dirname(layer.file)).filter((path) => !omit.has(path))
          : [basename(layer.file)]
      return paths
        .toSorted()
        .map((path) => `${index}/${path}\0${fileHash(join(dirname(layer.file), path), budget)}\n`)
    })
    return hash('sha256', lines.join(''))
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.fileUnreadable(dirname(file), messageOf(error)), { cause: error })
  }
}

/** The files of a scenario's folder that its students get, by their paths in it. */
export function filesIn(folder: string, below = '', depth = 0): string[] {
  if (depth > DEPTH) throw tooMuch(folder)
  const entries = readdirSync(join(folder, below), { withFileTypes: true })
  // A teacher may keep the course beside the scenario.
  if (entries.some(({ name }) => name === 'course.key')) return []
  return entries.flatMap((entry) => {
    if (LEFT_OUT.test(entry.name)) return []
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? filesIn(folder, path, depth + 1) : entry.isFile() ? [path] : []
  })
}

function fileHash(path: string, budget: { files: number; bytes: number }): string {
  budget.files -= 1
  budget.bytes -= lstatSync(path).size
  if (budget.files < 0 || budget.bytes < 0) throw tooMuch(dirname(path))
  const octets = readFileSync(path)
  // A checkout on Windows may end lines with CR LF: that is no other version.
  const isText = !octets.includes(0)
  return hash('sha256', isText ? octets.toString('latin1').replaceAll('\r\n', '\n') : octets)
}

function tooMuch(folder: string): LabError {
  return new LabError(
    {
      en: `${folder} holds too much for a scenario (${FILES} files, ${BYTES / 1024 / 1024} MB): give it a folder of its own`,
      es: `${folder} contiene demasiado para un escenario (${FILES} ficheros, ${BYTES / 1024 / 1024} MB): dale una carpeta propia`,
    },
    { blame: 'wrong' },
  )
}
