/** One web server of a benchmark from its start to its end, and wrk against it. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stopServer } from './load.ts'
import type { Load, TlsLoad, WebServer, WebServerKind } from './web-servers.ts'

/** A file of the servers, with the connections that ask for it. */
export interface ServedFile {
  readonly name: string
  readonly octets: number
  readonly connections: number
}

/** Runs wrk for so many seconds. */
export function wrk(url: string, connections: number, seconds: number): { requests: number; rate: number } {
  const words = ['-t', '1', '-c', String(connections), '-d', String(seconds), url]
  const { stdout, stderr } = spawnSync('wrk', words, { encoding: 'utf8' })
  const [requests, rate] = [/(\d+) requests in/, /Requests\/sec:\s+([\d.]+)/].map((each) =>
    Number(each.exec(stdout)?.[1]),
  )
  if (!(requests && rate) || /Non-2xx|Socket errors: connect [1-9]/.test(stdout))
    throw new Error(`wrk ${url}: ${stdout}${stderr}`)
  return { requests, rate }
}

/** Starts a server over the files, waits until it serves them all, and ends it behind `run`. */
export async function withServer(
  kind: WebServerKind,
  load: Load & { readonly files: readonly ServedFile[] },
  run: (server: WebServer) => void | Promise<void>,
): Promise<void> {
  mkdirSync(join(load.folder, 'www'), { recursive: true })
  for (const { name, octets } of load.files) writeFileSync(join(load.folder, 'www', name), 'x'.repeat(octets))
  // The workers of nginx and Apache are another user's.
  chmodSync(load.folder, 0o755)
  const server = await kind.start(load)
  try {
    await waitFor(server.port, kind.name, load)
    await run(server)
  } finally {
    await stopServer(server.process)
  }
}

async function waitFor(
  port: number,
  name: string,
  { files, tls }: Load & { readonly files: readonly ServedFile[] },
): Promise<void> {
  const end = performance.now() + 10_000
  for (;;) {
    try {
      for (const file of files) {
        const octets = await sizeOf(port, file.name, tls)
        if (octets !== file.octets) throw new Error(`${name}: ${octets} octets of ${file.name}`)
      }
      return
    } catch (error) {
      if (performance.now() > end) throw new Error(`${name} does not answer`, { cause: error })
      await setTimeout(50)
    }
  }
}

async function sizeOf(port: number, name: string, tls: TlsLoad | undefined): Promise<number> {
  const place = { host: '127.0.0.1', port, path: `/${name}`, agent: false }
  const read = (path: string | undefined): Buffer | undefined =>
    path === undefined ? path : readFileSync(path)
  const request =
    tls === undefined
      ? getPlain(place)
      : getSecure({
          ...place,
          ca: read(tls.authority),
          cert: read(tls.client?.certificate),
          key: read(tls.client?.key),
        })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let octets = 0
  for await (const piece of answer as AsyncIterable<Buffer>) octets += piece.length
  return octets
}
