import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, readdirSync, type Dirent } from 'node:fs'
import { platform, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'
import { makeFolder } from '../host/lock.ts'

/** Bytes that the path of a local socket may have on every system. */
const LONGEST = 100

/** The local socket (a named pipe on Windows) through which the lab of a state folder is reached. */
export function controlPath(state: string): string {
  const whole = resolve(state)
  const short = createHash('sha256').update(whole).digest('hex').slice(0, 24)
  if (platform() === 'win32') return `\\\\.\\pipe\\telelab-${short}`
  const path = join(whole, 'control.sock')
  return Buffer.byteLength(path) <= LONGEST ? path : join(privateFolder(), `${short}.sock`)
}

/** A folder for sockets whose own path would be too long; only its owner may enter it. */
function privateFolder(): string {
  const folder = join(tmpdir(), `telelab-${userInfo().uid}`)
  makeFolder(folder)
  const stats = lstatSync(folder)
  if (!stats.isDirectory() || stats.uid !== userInfo().uid)
    throw new LabError((words) => words.folderForeign(folder))
  chmodSync(folder, 0o700)
  return folder
}

/** The state folders under the root, one for each scenario that has ever run there. */
export function stateFolders(root: string): string[] {
  if (!existsSync(root)) return []
  return entriesOf(root)
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'lock.db')))
    .map((entry) => join(root, entry.name))
    .toSorted()
}

function entriesOf(root: string): Dirent[] {
  try {
    return readdirSync(root, { withFileTypes: true })
  } catch (error) {
    throw new LabError((words) => words.stateUnreadable(root, messageOf(error)), { cause: error })
  }
}
