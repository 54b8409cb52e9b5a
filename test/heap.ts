/** What a process holds when all that nobody needs is gone. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Octets of the heap and of buffers, without garbage. */
export function heap(): number {
  collect()
  // What the first one lets go of may let go of more.
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
