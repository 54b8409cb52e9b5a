import { existsSync, readdirSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'
import type { Problem } from '../service.ts'
import { text } from '../words/index.ts'
import { nearest } from '../kit/nearest.ts'
import { readSource } from '../kit/source.ts'
import { parseTree, type Tree } from './tree.ts'
import { loadYaml } from './yaml.ts'

/** How long a chain of `extends` may be. */
const LONGEST_CHAIN = 8

/** Bytes of the longest scenario file. */
const LARGEST = 1024 * 1024

/** The shipped scenarios by name, each with its file. */
export function scenariosIn(folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const folder of folders) {
    for (const name of existsSync(folder) ? readdirSync(folder).toSorted() : []) {
      const path = join(folder, name, 'scenario.yaml')
      if (!found.has(name) && existsSync(path)) found.set(name, path)
    }
  }
  return found
}

/** The name of a scenario: that of its folder, or of its file if that has a name of its own. */
export function scenarioName(file: string): string {
  return basename(file) === 'scenario.yaml' ? basename(dirname(file)) : basename(file).replace(/\.ya?ml$/, '')
}

/** The file of a scenario given by name, by folder or by file; throws a LabError that suggests near names. */
export function findScenario(wanted: string, folders: readonly string[], from = process.cwd()): string {
  const shipped = scenariosIn(folders)
  const named = shipped.get(wanted)
  if (named !== undefined) return named
  const path = isAbsolute(wanted) ? wanted : resolve(from, wanted)
  const stats = statsOf(path)
  if (stats?.isFile()) return path
  if (stats?.isDirectory() && existsSync(join(path, 'scenario.yaml'))) return join(path, 'scenario.yaml')
  const names = [...shipped.keys()]
  throw new LabError((words) => words.scenarioUnknown(wanted, nearest(wanted, names), names), {
    blame: 'wrong',
  })
}

/** Undefined for what is not there and for what can be no path: too long, through a file, with a NUL. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** One scenario file of a chain of `extends`. */
export interface Layer {
  readonly file: string
  readonly tree: Tree
}

/** The file and those that it extends, its own first. */
export function readLayers(file: string, folders: readonly string[], problems: Problem[]): Layer[] {
  const yaml = loadYaml()
  const layers: Layer[] = []
  let next: string | undefined = file
  while (next !== undefined) {
    const current: string = next
    const { tree, problems: found } = parseTree(yaml, current, sourceOf(current))
    problems.push(...found)
    layers.push({ file: current, tree })
    next = undefined
    const base = tree.type === 'map' ? tree.entries.get('extends')?.value : undefined
    if (base?.type !== 'scalar' || typeof base.value !== 'string') continue
    try {
      next = findScenario(base.value, folders, dirname(current))
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push({ ...base.place, path: 'extends', message: error.text })
    }
    if (
      next !== undefined &&
      (layers.some((layer) => layer.file === next) || layers.length > LONGEST_CHAIN)
    ) {
      problems.push({ ...base.place, path: 'extends', message: text((words) => words.extendsItself) })
      next = undefined
    }
  }
  return layers
}

function sourceOf(file: string): string {
  let source: ReturnType<typeof readSource>
  try {
    source = readSource(file, LARGEST)
  } catch (error) {
    throw new LabError((words) => words.fileUnreadable(file, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
  if (typeof source === 'object') return source.text
  const said =
    source === 'long'
      ? text((words) => words.fileTooLong(file, LARGEST))
      : text((words) => words.fileSpecial(file))
  throw new LabError(said, { blame: 'wrong' })
}
