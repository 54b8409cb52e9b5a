/** BIND's named in the foreground with given zones, on a free port of the loopback, for as long as a test needs it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'

/** Milliseconds until which the server must run. */
const PATIENCE = 20_000
/** Another program may take the port that was free a moment ago. */
const TRIES = 5

/** A running server. */
export interface Bind extends AsyncDisposable {
  readonly address: Address
}

/** What the server is told beside its zones. */
interface BindOptions {
  /** More statements of named.conf's `options`. */
  readonly options?: string
  /** More statements of each zone. */
  readonly zone?: string
  /** False if not given. */
  readonly recursion?: boolean
}

/**
 * Starts a server that is authoritative for the master files, by the names of their zones, and for nothing else. Rejects
 * with its log if it does not run.
 */
export async function openBind(
  zones: Readonly<Record<string, string>>,
  { options = '', zone = '', recursion = false }: BindOptions = {},
): Promise<Bind> {
  for (let left = TRIES; ; left -= 1) {
    const port = await freePort()
    const folder = temporaryFolder()
    const files = Object.entries(zones).map(([name, text], index) => ({ name, text, file: `${index}.db` }))
    const statements = files.map(
      ({ name, file }) => [name, `type primary; file "${file}"; check-names ignore; ${zone}`] as const,
    )
    writeFiles(folder.path, {
      ...Object.fromEntries(files.map(({ text, file }) => [file, text])),
      'named.conf': namedConfiguration(
        { folder: folder.path, port },
        `${AUTHORITATIVE} recursion ${recursion ? 'yes' : 'no'}; ${options}`,
        Object.fromEntries(statements),
      ),
    })
    try {
      return await start(folder, port)
    } catch (error) {
      folder[Symbol.dispose]()
      if (left === 1 || !String(error).includes('address in use')) throw error
    }
  }
}

// As authoritative servers are run, and with the bounds that the lab's service has by default. The queue is for a hundred
// clients at once: a machine that is busy elsewhere would drop those beyond the ten of the default.
const AUTHORITATIVE = `
  tcp-listen-queue 128;
  allow-query { any; };
  allow-transfer { none; };
  minimal-any yes;
  max-udp-size 1232;
  edns-udp-size 1232;
  version "telelab";
  check-mx ignore;
  check-mx-cname ignore;
  check-srv-cname ignore;
  check-dup-records ignore;
 `

/** A named.conf for a server on a port of the loopback, with more statements of its `options` and those of zones by their names. */
export function namedConfiguration(
  { folder, port }: { readonly folder: string; readonly port: number },
  options: string,
  zones: Readonly<Record<string, string>>,
): string {
  const list = Object.entries(zones).map(([name, statements]) => `zone "${name}" { ${statements} };`)
  return `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  dnssec-validation no;
  empty-zones-enable no;
  minimal-responses no;
  check-integrity no;
  notify no;
  ${options}
};
controls { };
${list.join('\n')}
`
}

async function start(folder: ReturnType<typeof temporaryFolder>, port: number): Promise<Bind> {
  const server = spawn('named', ['-g', '-n', '1', '-c', join(folder.path, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    await running(server)
  } catch (error) {
    await stop(server)
    throw error
  }
  return {
    address: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      await stop(server)
      folder[Symbol.dispose]()
    },
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
}

/** Resolves when the server says that it runs with all its zones. */
function running(server: ChildProcess): Promise<void> {
  let log = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (why: string): void => reject(new Error(`named ${why}:\n${log.slice(-2000)}`))
  const timer = setTimeout(() => fail(`did not run within ${PATIENCE} ms`), PATIENCE)
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (log.length < 100_000) log += text
    if (/ (?:not loaded due to errors|loading from master file .* failed)/.test(log)) fail('refused a zone')
    else if (/^\S+ \S+ running$/m.test(log)) resolve()
  })
  server.once('error', (error) => fail(`could not be started (${error.message})`))
  server.once('exit', () => fail('ended'))
  return promise.finally(() => clearTimeout(timer))
}
