/** A file that is handed in, judged where it lies. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { CheckFailure, type Finding } from '../check.ts'
import { messageOf } from '../host/error.ts'
import { errorCode } from '../kit/files.ts'
import type { Text } from '../service.ts'
import type { Context } from './context.ts'
import type { ReadyCheck } from './verbs.ts'

/** Octets of the largest file that is judged as a whole; a capture is read piece by piece. */
const LARGEST = 64 * 1024 * 1024

/** Judges the file at the path; one that cannot be read fails the check. */
export async function judgeFile(
  path: string,
  check: ReadyCheck & { readonly kind: 'artifact' | 'capture' },
  context: Context,
): Promise<Finding> {
  const stats = await readable(path, () => stat(path))
  if (!stats.isFile()) throw unreadable(path, { en: 'it is no file', es: 'no es un fichero' })
  if (check.kind === 'capture') return check.judge(createReadStream(path), context)
  const { size } = stats
  if (size > LARGEST)
    throw unreadable(path, { en: `${size} octets are too many`, es: `${size} octetos son demasiados` })
  return check.judge(await readable(path, () => readFile(path)), context)
}

async function readable<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new CheckFailure({ en: `there is no file ${path}`, es: `no existe el fichero ${path}` })
    const reason = messageOf(error)
    throw unreadable(path, { en: reason, es: reason })
  }
}

function unreadable(path: string, { en, es }: Text): CheckFailure {
  return new CheckFailure({
    en: `the file ${path} cannot be read: ${en}`,
    es: `no se puede leer el fichero ${path}: ${es}`,
  })
}
