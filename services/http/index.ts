import { statSync } from 'node:fs'
import { HttpServer } from '../../lab/kit/http/server.ts'
import { defineService, type Problem } from '../../lab/service.ts'
import { answerFault, httpOptions } from './options.ts'
import { SiteSession } from './session.ts'
import { Site, type SiteAnswer } from './site.ts'

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

  problems({ root }, files): readonly Problem[] {
    const path = files.path(root)
    if (statSync(path).isDirectory()) return []
    const message = {
      en: `${root} is a file; name the folder that holds the pages`,
      es: `${root} es un fichero; indica la carpeta que contiene las páginas`,
    }
    return [{ file: path, line: 1, column: 1, path: 'root', message }]
  },

  async start(ctx) {
    const { config, clock } = ctx
    const site = new Site(ctx.files.path(config.root), config)
    const server = new HttpServer<SiteAnswer>({
      clock,
      server: 'telelab',
      idleTime: config.idleTimeout * 1000,
      requestTime: config.requestTimeout * 1000,
      requests: config.maxRequests,
    })
    ctx.signal.addEventListener('abort', () => server.close(), { once: true })
    await ctx.tcp('http', (stream, peer) => server.serve(stream, new SiteSession(ctx, site, peer)))
  },
})
