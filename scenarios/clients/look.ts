/** A client that shows an answer as it came, as curl -i does, also one that is cut off or promises too much. */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { Address } from '../../lab/service.ts'

/** Milliseconds of silence after which the rest of a body is not waited for. */
const PATIENCE = 300

/** An answer, as far as it came. */
export interface Looked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Asks for a path on a connection of its own. */
export async function look(
  { host, port }: Address,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Looked> {
  const asking = request({ host, port, path, headers, agent: false, timeout: 5000 })
  asking.once('timeout', () => asking.destroy(new Error('the server is silent')))
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve)
    asking.on('error', reject)
  })
  asking.end()
  const answer = await answered
  const closed = new Promise<void>((resolve) => answer.once('close', () => resolve()))
  const pieces: Buffer[] = []
  const quiet = setTimeout(() => asking.destroy(), PATIENCE)
  answer.on('data', (piece: Buffer) => {
    pieces.push(piece)
    quiet.refresh()
  })
  // What is cut off ends with an error, and is what is looked for.
  answer.on('error', () => undefined)
  await closed
  clearTimeout(quiet)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) }
}
