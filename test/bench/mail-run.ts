/** What the parts of the mail benchmark share: clients, what a run costs, and how it is printed. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { temporaryFolder } from '../lab.ts'
import { median, ratio } from './figures.ts'
import { stopServer } from './load.ts'
import type { Task } from './mail-client.ts'

/** A client that measures until it is told to end. */
export interface RunningClient {
  readonly process: ChildProcess
  readonly figures: Promise<number[]>
}

/** Starts a client with its task. */
export function startClient(task: Task): RunningClient {
  const child = fork(join(import.meta.dirname, 'mail-client.ts'), [JSON.stringify(task)])
  const told = once(child, 'message').then(([figures]) => figures as number[])
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the client of ${JSON.stringify(task)} ended with ${code}`)
  })
  ended.catch(() => undefined)
  return { process: child, figures: Promise.race([told, ended]) }
}

/** Runs a client to its end. */
export function runClient(task: Task): Promise<number[]> {
  return startClient(task).figures
}

/** Resolves when something answers there. */
export async function waitFor(port: number, name: string): Promise<void> {
  const end = performance.now() + 20_000
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port })
    const answered = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.end('QUIT\r\n')
    socket.on('error', () => undefined)
    if (answered) return
    if (performance.now() > end) throw new Error(`${name} does not answer`)
    await setTimeout(50)
  }
}

/** What all servers write stays until the end: to make a file where many were removed just before takes some file systems long. */
const all = temporaryFolder()
chmodSync(all.path, 0o755)
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const each of running) each.kill('SIGTERM')
  all[Symbol.dispose]()
})
let folders = 0

/** Runs something over a server in a folder of its own. */
export async function within<Server extends { readonly process: ChildProcess; readonly port: number }>(
  kind: { readonly name: string; start(folder: string): Promise<Server> },
  run: (server: Server) => Promise<void>,
): Promise<void> {
  const folder = join(all.path, String((folders += 1)))
  // Those who deliver are nobody.
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  const server = await kind.start(folder)
  running.add(server.process)
  try {
    await waitFor(server.port, kind.name)
    await run(server)
  } finally {
    await stopServer(server.process)
    running.delete(server.process)
    // A master leaves before its last workers do.
    await setTimeout(200)
  }
}

/** Runs something over several servers that run beside each other, so that a busy minute is busy for all of them. */
export async function withAll<Server extends { readonly process: ChildProcess; readonly port: number }>(
  kinds: readonly { readonly name: string; start(folder: string): Promise<Server> }[],
  run: (servers: ReadonlyMap<string, Server>) => Promise<void>,
  servers: ReadonlyMap<string, Server> = new Map(),
): Promise<void> {
  const [kind, ...others] = kinds
  if (kind === undefined) return run(servers)
  await within(kind, (server) => withAll(others, run, new Map([...servers, [kind.name, server]])))
}

/** The kinds that can take part, and are asked for; says which cannot. */
export function present<Kind extends { readonly name: string; readonly missing: string | undefined }>(
  kinds: readonly Kind[],
  only: readonly string[],
): readonly Kind[] {
  for (const { name, missing } of kinds)
    if (missing !== undefined) process.stdout.write(`without ${name}, which ${missing}\n`)
  return kinds.filter(
    ({ name, missing }) => missing === undefined && (only.length === 0 || only.includes(name)),
  )
}

/** Figures by name of part and server, in the order of the rounds. */
export class Figures {
  readonly #all = new Map<string, Map<string, number[]>>()

  add(part: string, name: string, value: number): void {
    this.#all
      .getOrInsertComputed(part, () => new Map<string, number[]>())
      .getOrInsertComputed(name, () => [])
      .push(value)
  }

  /** One line for each server, with the ratio of ours to its. */
  print(format: (value: number) => string): void {
    for (const [part, servers] of this.#all) {
      process.stdout.write(`${part}\n`)
      const ours = servers.get('telelab') ?? []
      for (const [name, values] of servers) {
        const beside = name === 'telelab' || ours.length === 0 ? '' : ratio(ours, values)
        const range = `(${format(Math.min(...values))}–${format(Math.max(...values))})`
        process.stdout.write(
          `  ${name.padEnd(28)} ${format(median(values)).padStart(12)} ${range.padEnd(26)} ${beside}\n`,
        )
      }
    }
  }
}
