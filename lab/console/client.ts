import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { codeOf, LabError } from '../host/error.ts'
import type { Json, Problem } from '../service.ts'
import { readMessages, replySchema, writeMessage, type Reply } from './message.ts'

/** Milliseconds to wait for the socket to be accepted. */
const PATIENCE = 2000

/** Milliseconds to wait for an answer; starting a service is the slowest of them. */
const ANSWER = 15_000

/** True if a lab answers at the path. */
export async function isAlive(path: string): Promise<boolean> {
  const socket = await open(path)
  socket?.destroy()
  return socket !== undefined
}

/** Asks a running lab for one answer within so many milliseconds; throws its error, or one that says that no lab runs there or none answers. */
export async function ask(
  path: string,
  operation: string,
  input: Json = {},
  patience = ANSWER,
): Promise<unknown> {
  for await (const item of stream(path, operation, input, AbortSignal.timeout(patience))) return item
  throw new LabError((words) => words.labSilent)
}

/** Asks a running lab for a stream of answers. */
export async function* stream(
  path: string,
  operation: string,
  input: Json,
  signal?: AbortSignal,
): AsyncGenerator {
  const socket = await open(path)
  if (socket === undefined) throw new LabError((words) => words.labNotRunning(undefined))
  const stop = (): void => void socket.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await writeMessage(socket, { operation, input })
    for await (const message of readMessages(socket)) {
      const reply = replySchema.parse(message)
      if ('item' in reply) yield reply.item
      else if ('end' in reply) return
      else throw remote(reply.error)
    }
  } catch (error) {
    if (signal?.aborted === true) return
    if (error instanceof LabError) throw error
    // Whatever cuts the connection, the person learns the same: no answer came.
    if (codeOf(error) !== undefined) throw new LabError((words) => words.labSilent, { cause: error })
    // What comes is no message of ours: another version of the lab, or another program.
    throw new LabError((words) => words.labStrange(path), { cause: error })
  } finally {
    signal?.removeEventListener('abort', stop)
    socket.destroy()
  }
}

/** The lab's error, as it was there. */
function remote({ message, blame, problems }: Extract<Reply, { error: unknown }>['error']): LabError {
  const told = problems.map(({ severity, ...problem }): Problem => ({
    ...problem,
    ...(severity !== undefined && { severity }),
  }))
  return new LabError(message, { blame, problems: told })
}

async function open(path: string): Promise<Socket | undefined> {
  const socket = connect({ path })
  const timer = setTimeout(
    () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
    PATIENCE,
  )
  try {
    await once(socket, 'connect')
    socket.on('error', () => undefined)
    return socket
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(codeOf(error) ?? ''))
      throw new LabError((words) => words.labForbidden(path), { cause: error })
    // Nothing listens there, or what listens is about to end.
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
