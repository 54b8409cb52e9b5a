import { answerFault, httpOptions } from '../../lab/web/options.ts'
import { openWeb, webProblems } from '../../lab/web/web.ts'
import { defineService } from '../../lab/service.ts'

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
  problems: webProblems,
  dissector: async () => (await import('../../lab/web/dissect/dissector.ts')).httpDissector,

  async start(ctx) {
    const web = await openWeb(ctx)
    await ctx.tcp('http', (stream, peer) => web.serve(stream, peer))
    return web
  },
})
