import { statSync } from 'node:fs'
import { join } from 'node:path'
import { HttpServer } from '../../lab/kit/http/server.ts'
import { defineService, type Problem } from '../../lab/service.ts'
import { AccessLog } from './access-log.ts'
import { Hosts } from './hosts.ts'
import { answerFault, httpOptions } from './options.ts'
import { SiteSession } from './session.ts'
import type { SiteAnswer } from './site.ts'

/** A site that answers GET and counts visits in a cookie. */
export const service = defineService({
  name: 'http',
  summary: {
    en: 'Web site that answers GET, counts visits in a cookie and keeps connections open',
    es: 'Sitio web que responde a GET, cuenta las visitas en una cookie y mantiene abiertas las conexiones',
  },
  config: httpOptions,
  endpoints: {
    http: { transport: 'tcp', standard: 80, fallback: 8080, try: 'curl http://${host}:${port}/' },
  },
  faults: { 'http.answer': answerFault },

  problems({ root, hosts }, files): readonly Problem[] {
    return [root, ...Object.values(hosts).map((host) => host.root)].flatMap((folder) => {
      const path = files.path(folder)
      if (statSync(path).isDirectory()) return []
      const message = {
        en: `${folder} is a file; name the folder that holds the pages`,
        es: `${folder} es un fichero; indica la carpeta que contiene las páginas`,
      }
      return [{ file: path, line: 1, column: 1, path: 'root', message }]
    })
  },

  async start(ctx) {
    const { config, clock } = ctx
    const hosts = new Hosts(config, (folder) => ctx.files.path(folder), ctx)
    const accessLog = config.accessLog
      ? new AccessLog(join(ctx.store().folder, 'access.log'), { clock, log: ctx.log })
      : undefined
    const server = new HttpServer<SiteAnswer>({
      clock,
      server: config.server,
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
    })
    ctx.signal.addEventListener('abort', () => server.close(), { once: true })
    await ctx.tcp('http', (stream, peer) =>
      server.serve(stream, new SiteSession(ctx, hosts, peer, accessLog)),
    )
    return { [Symbol.asyncDispose]: async () => accessLog?.[Symbol.asyncDispose]() }
  },
})
