/** The web server that `http` and `https` share: sites by name, sessions, the access log, over streams that the service accepts. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { HttpServer } from '../kit/http/server.ts'
import type { AccessLog } from './access-log.ts'
import type { Peer, Problem, ScenarioFiles, ServiceContext } from '../service.ts'
import { Hosts } from './hosts.ts'
import { loadParts } from './parts.ts'
import type { HttpConfig } from './options.ts'
import { SiteSession, type Visitor } from './session.ts'
import type { SiteAnswer } from './site.ts'

/** What a service adds to the web server. */
export interface WebOptions {
  /** Field lines of every answer. */
  readonly fields?: string
  /** Folders that the service itself keeps closed to some clients, so that no link from outside may lead into them. */
  readonly guarded?: readonly string[]
  /** All clients come over TLS. */
  readonly isSecure?: boolean
}

/** A web server of one instance. */
export interface Web extends AsyncDisposable {
  /** Serves one connection until it ends; `visitor` is who came over TLS. */
  serve(stream: Duplex, peer: Peer, visitor?: Visitor): void
}

/** Opens the sites of a configuration; it listens to nothing by itself. */
export async function openWeb(ctx: ServiceContext<HttpConfig>, options: WebOptions = {}): Promise<Web> {
  const { config, clock } = ctx
  const tools = { ...ctx, parts: await loadParts(config), isSecure: options.isSecure ?? false }
  const hosts = new Hosts(config, (folder) => ctx.files.path(folder), tools, options.guarded)
  const log = config.accessLog ? await openLog(ctx) : undefined
  const server = new HttpServer<SiteAnswer>({
    clock,
    server: config.server,
    fields: options.fields ?? '',
    methods: config.head ? ['GET', 'HEAD'] : ['GET'],
    idleTime: config.idleTimeout * 1000,
    requestTime: config.requestTimeout * 1000,
    writeTime: config.writeTimeout * 1000,
    connections: config.maxConnections,
    requests: config.maxRequests,
    lineSize: config.maxLine,
    fieldsSize: config.maxFields,
    fieldsCount: config.maxFieldCount,
    bodySize: config.maxBody,
    pieceSize: config.pieceSize,
  })
  ctx.signal.addEventListener('abort', () => server.close(), { once: true })
  return {
    serve: (stream, peer, visitor) =>
      server.serve(stream, new SiteSession(ctx, { hosts, log, peer, visitor })),
    [Symbol.asyncDispose]: async () => log?.[Symbol.asyncDispose](),
  }
}

async function openLog(ctx: ServiceContext<HttpConfig>): Promise<AccessLog> {
  const { AccessLog } = await import('./access-log.ts')
  return new AccessLog(join(ctx.store().folder, 'access.log'), { clock: ctx.clock, log: ctx.log })
}

/** What is wrong with the folders of the sites: that one is a file. */
export function webProblems({ root, hosts }: HttpConfig, files: ScenarioFiles): readonly Problem[] {
  return [root, ...Object.values(hosts).map((host) => host.root)].flatMap((folder) => {
    const path = files.path(folder)
    if (statSync(path).isDirectory()) return []
    const message = {
      en: `${folder} is a file; name the folder that holds the pages`,
      es: `${folder} es un fichero; indica la carpeta que contiene las páginas`,
    }
    return [{ file: path, line: 1, column: 1, path: '', message }]
  })
}
