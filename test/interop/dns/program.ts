/** Real name servers on ports of the loopback, for as long as a test needs them. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { namedConfiguration } from '../../conformance/dns/bind.ts'
import { queryFor } from '../../conformance/dns/subject.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'

/** Milliseconds until which a server must answer. */
const PATIENCE = 20_000

/** What is to run. */
interface Program {
  readonly command: string
  /** Its configuration, in a file of that name beside `files`. */
  readonly configuration: (place: { readonly folder: string; readonly port: number }) => string
  /** The arguments, given the configuration's path. */
  readonly run: (configuration: string) => readonly string[]
  readonly files?: Readonly<Record<string, string>>
}

/** A server that can be killed and started again on the same port. */
export class ServerProgram implements AsyncDisposable {
  readonly port: number
  readonly #folder = temporaryFolder()
  readonly #program: Program
  #process: ChildProcess | undefined
  #said = ''

  private constructor(program: Program, port: number) {
    this.#program = program
    this.port = port
    writeFiles(this.#folder.path, {
      ...program.files,
      configuration: program.configuration({ folder: this.#folder.path, port }),
    })
  }

  /** Resolves once it answers; rejects with what it said if it does not. */
  static async open(program: Program): Promise<ServerProgram> {
    const server = new ServerProgram(program, await freePort())
    try {
      await server.start()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const { command, run } = this.#program
    const process = spawn(command, run(join(this.#folder.path, 'configuration')), {
      cwd: this.#folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = process
    for (const stream of [process.stdout, process.stderr])
      stream.on('data', (chunk: Buffer) => (this.#said = `${this.#said}${chunk.toString()}`.slice(-10_000)))
    const gone = once(process, 'exit').then(() => {
      throw new Error(`${command} ended:\n${this.#said}`)
    })
    await Promise.race([gone, this.#answers()])
    gone.catch(() => undefined)
  }

  /** As by `kill -9`. */
  async kill(): Promise<void> {
    const process = this.#process
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return
    const exit = once(process, 'exit')
    process.kill('SIGKILL')
    await exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.#folder[Symbol.dispose]()
  }

  /** Asks until there is any answer. */
  async #answers(): Promise<void> {
    const socket = createSocket('udp4')
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE) })
    const ask = (): void =>
      socket.send(queryFor('.', { type: 'SOA' }), this.port, '127.0.0.1', () => undefined)
    const timer = setInterval(ask, 50)
    try {
      await answered
    } catch (cause) {
      throw new Error(`${this.#program.command} does not answer:\n${this.#said}`, { cause })
    } finally {
      clearInterval(timer)
      socket.close()
    }
  }
}

/** Named with these statements of its `options`, and zones by their names; `files` are what they name. */
export function named(
  options: string,
  zones: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Program {
  return {
    command: 'named',
    run: (configuration) => ['-g', '-n', '1', '-c', configuration],
    files,
    configuration: (place) => namedConfiguration(place, options, zones),
  }
}

/** Unbound as a resolver that knows only where these zones are served, `domain=host@port` each, with more statements of its `server`. */
export function unbound(
  zones: readonly string[],
  statements: readonly string[] = ['module-config: "iterator"'],
): Program {
  const stubs = zones.map((zone) => zone.split('='))
  return {
    command: 'unbound',
    run: (configuration) => ['-d', '-p', '-c', configuration],
    configuration: ({ folder, port }) => `
server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  interface: 127.0.0.1@${port}
  do-ip6: no
  num-threads: 1
  do-not-query-localhost: no
  local-zone: "test." nodefault
${statements.map((statement) => `  ${statement}\n`).join('')}
remote-control:
  control-enable: no
${stubs.map(([domain, at]) => `stub-zone:\n  name: "${domain}"\n  stub-addr: ${at}\n`).join('')}`,
  }
}
