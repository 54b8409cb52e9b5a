/** The end of a lab, which can be asked for whatever becomes of the files that all other operations are loaded from. */
import { once } from 'node:events'
import { z } from 'zod'
import type { LabActions } from '../desk.ts'
import { noInput, streaming, type Operations } from '../operation.ts'

/** The operation that ends the lab. */
export function stopOperations(actions: Pick<LabActions, 'stop'>): Operations {
  return {
    stop: streaming({
      summary: 'Stops the lab; the connection closes when it has stopped.',
      input: noInput,
      output: z.object({ stopping: z.literal(true) }),
      isLocal: true,
      run: (_input, signal) => stopping(actions, signal),
    }),
  }
}

async function* stopping(actions: Pick<LabActions, 'stop'>, signal: AbortSignal): AsyncGenerator<object> {
  // A lab that still starts ends at once, and its control socket with it: the answer goes first.
  setImmediate(() => actions.stop())
  yield { stopping: true }
  if (!signal.aborted) await once(signal, 'abort')
}
