/** Files that a command line names. */
import { LabError, messageOf } from '../host/error.ts'
import { readOctets } from '../kit/source.ts'

/** The octets of a regular file of at most `most` bytes; throws a LabError that says what is wrong with it. */
export function octetsAt(path: string, most: number): Buffer {
  let read: ReturnType<typeof readOctets>
  try {
    read = readOctets(path, most)
  } catch (error) {
    throw new LabError((words) => words.fileUnreadable(path, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
  if (read === 'long') throw new LabError((words) => words.fileTooLong(path, most), { blame: 'wrong' })
  if (read === 'special') throw new LabError((words) => words.fileSpecial(path), { blame: 'wrong' })
  return read.octets
}
