import { z } from 'zod'
import { addressText } from '../../lab/kit/address.ts'
import { HttpServer } from '../../lab/kit/http/server.ts'
import { defineService } from '../../lab/service.ts'
import { AuthoritySession } from './session.ts'

const config = z.strictObject({
  isPublished: z
    .boolean()
    .default(true)
    .describe('Certificates that are issued while it runs name it for revocations and for their issuer'),
})

/** Serves the authority's certificate, its list of revocations and its OCSP responder over HTTP. */
export const service = defineService({
  name: 'ca',
  summary: {
    en: "The lab's certificate authority on the web: its root, its revocations, OCSP",
    es: 'La autoridad de certificación del laboratorio en la web: su raíz, sus revocaciones, OCSP',
  },
  config,
  endpoints: {
    ca: { transport: 'tcp', standard: 8088, fallback: 8088, try: 'curl http://${host}:${port}/ca.pem' },
  },
  dissector: async () => (await import('../../lab/web/dissect/dissector.ts')).httpDissector,

  async start(ctx) {
    const { clock, world, signal } = ctx
    const server = new HttpServer({ clock, server: 'telelab', methods: ['GET', 'POST'], keepsBodies: true })
    signal.addEventListener('abort', () => server.close(), { once: true })
    const at = await ctx.tcp('ca', (stream, peer) => server.serve(stream, new AuthoritySession(ctx, peer)))
    const base = `http://${addressText({ host: world.address, port: at.port })}`
    const published = ctx.config.isPublished
      ? world.certificates.publish({
          crl: `${base}/crl`,
          ocsp: `${base}/ocsp`,
          issuer: `${base}/issuer.der`,
          root: { crl: `${base}/root.crl`, issuer: `${base}/ca.der` },
        })
      : undefined
    return { [Symbol.asyncDispose]: async () => published?.[Symbol.dispose]() }
  },
})
