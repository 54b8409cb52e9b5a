/** A copy of a person's folder to run a program in, so that the program changes nothing of the person's. */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readlink, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { LabError } from '../host/error.ts'

/** Entries of a folder that is copied. */
const MOST_ENTRIES = 20_000

/** Octets of a folder that is copied. */
const MOST_OCTETS = 256 * 1024 * 1024

/** What no program needs, and is often large. */
const left: ReadonlySet<string> = new Set(['.git', '.lab'])

/** Copies files, folders, and links that stay inside; throws a LabError if that is too much. */
export async function copyProgram(from: string, to: string): Promise<void> {
  const open = [from]
  let [entries, octets] = [0, 0]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const target = join(to, relative(from, folder))
    await mkdir(target, { recursive: true })
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (left.has(entry.name)) continue
      entries += 1
      const [source, copy] = [join(folder, entry.name), join(target, entry.name)]
      if (entry.isDirectory()) open.push(source)
      else if (entry.isFile()) {
        octets += (await stat(source)).size
        bound(from, entries, octets)
        await copyFile(source, copy, constants.COPYFILE_FICLONE)
      } else if (entry.isSymbolicLink()) await copyLink(source, copy, from)
      bound(from, entries, octets)
    }
  }
}

/** A link that leads out of the folder would let the program reach what it has no copy of. */
async function copyLink(source: string, copy: string, root: string): Promise<void> {
  const target = await readlink(source)
  const whole = resolve(dirname(source), target)
  if (whole !== root && !whole.startsWith(root + sep)) return
  await symlink(relative(dirname(source), whole), copy)
}

function bound(folder: string, entries: number, octets: number): void {
  if (entries <= MOST_ENTRIES && octets <= MOST_OCTETS) return
  throw new LabError(
    {
      en: `${folder} holds more than ${MOST_ENTRIES} files or ${MOST_OCTETS / 1024 / 1024} MB; say which folder is the program's: --folder FOLDER`,
      es: `${folder} tiene más de ${MOST_ENTRIES} ficheros o ${MOST_OCTETS / 1024 / 1024} MB; di cuál es la carpeta del programa: --folder CARPETA`,
    },
    { blame: 'wrong' },
  )
}
