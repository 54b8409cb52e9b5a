/** Files that people write. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** What keeps a file from being read. */
export type SourceProblem = 'special' | 'long'

// Never waits for the other end of a FIFO, which would hold up every lab of the process.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The whole of a regular file of at most `most` bytes, or why not; throws the system's error. */
export function readOctets(path: string, most: number): { readonly octets: Buffer } | SourceProblem {
  const file = openSync(path, flags)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) return 'special'
    return stats.size > most ? 'long' : { octets: readFileSync(file) }
  } finally {
    closeSync(file)
  }
}

/** The same of a text file. */
export function readSource(path: string, most: number): { readonly text: string } | SourceProblem {
  const read = readOctets(path, most)
  return typeof read === 'object' ? { text: read.octets.toString('utf8') } : read
}
