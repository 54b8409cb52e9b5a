import type { X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { certificateProblems } from '../../lab/kit/certificate-problems.ts'
import { readFault } from '../../lab/kit/fault.ts'
import { HttpServer } from '../../lab/kit/http/server.ts'
import { defineService, type FactData, type Peer, type ServiceContext } from '../../lab/service.ts'
import type { ClientProblem } from '../../lab/web/client-words.ts'
import { answerFault } from '../../lab/web/options.ts'
import { openWeb, webProblems, type Web } from '../../lab/web/web.ts'
import { ALERTS, ClientJudge, lineOf, userOf } from './client.ts'
import { BrokenKeys, faultName } from './fault.ts'
import { ServerKeys } from './keys.ts'
import { certificateFault, httpsOptions, type HttpsConfig } from './options.ts'
import { policies } from './policy.ts'
import { RedirectSession } from './redirect.ts'
import { TlsVisitor } from './visitor.ts'

/** The site of `http` over TLS, to clients that may have to show who they are. */
export const service = defineService({
  name: 'https',
  summary: {
    en: 'Secure web site, with certificates of the lab for the server and for its clients',
    es: 'Sitio web seguro, con certificados del laboratorio para el servidor y para sus clientes',
  },
  config: httpsOptions,
  endpoints: {
    https: {
      transport: 'tcp',
      standard: 443,
      fallback: 8443,
      try: 'curl --cacert .lab/${scenario}/certs/cacert.pem https://${host}:${port}/',
    },
    redirect: { transport: 'tcp', standard: 80, fallback: 8081 },
  },
  // Its certificate names where the authority tells of revocations.
  after: ['ca'],
  faults: { 'http.answer': answerFault, 'tls.certificate': certificateFault },
  problems: (config, files) => [
    ...webProblems(config, files),
    ...certificateProblems(config.certificate, policies[config.policy], files),
  ],
  dissector: async () => (await import('../../lab/web/dissect/dissector.ts')).httpDissector,

  async start(ctx) {
    const { config, log } = ctx
    if (config.policy === 'document-2019')
      log.warn(
        { policy: config.policy },
        'weak ciphers are offered, as the exercise wants it; never do so elsewhere',
      )
    const keys = new ServerKeys(ctx)
    await keys.start()
    const hsts = config.hsts === false ? '' : `Strict-Transport-Security: max-age=${config.hsts}\r\n`
    const judge = new ClientJudge(ctx.world.certificates, ctx.clock)
    const web = await openWeb(ctx, { fields: hsts, guarded: config.clientPaths, isSecure: true })
    const parts = { web, judge, keys, broken: new BrokenKeys(ctx, keys) }
    const { port } = await ctx.tcp('https', (stream, peer) => receive(ctx, parts, stream, peer))
    if (config.redirect) await redirect(ctx, port)
    return web
  },
})

interface Parts {
  readonly web: Web
  readonly judge: ClientJudge
  readonly keys: ServerKeys
  readonly broken: BrokenKeys
}

/** Runs the handshake, with what the scenario breaks in it. */
async function receive(
  ctx: ServiceContext<HttpsConfig>,
  parts: Parts,
  stream: Duplex,
  peer: Peer,
): Promise<void> {
  const taken = ctx.fault('tls.certificate', { client: peer.host, instance: ctx.instance })
  const broken = taken && readFault(certificateFault, taken)
  // What students are to find no fact tells them.
  const fault = broken && taken?.['hidden'] !== true ? faultName(broken) : undefined
  const fail = (error: unknown): void => {
    const data = { client: peer.host, why: reasonOf(error), fault }
    ctx.record({ kind: 'tls.failed', connection: peer.connection, data })
  }
  const options = broken === undefined ? parts.keys.options : await parts.broken.options(broken)
  if (stream.destroyed) return fail('the client left before the handshake')
  const socket = await ctx.upgrade(stream, options).catch(fail)
  // Of a client that is gone nothing can be asked any more.
  if (socket?.destroyed) fail('the client left after the handshake')
  else if (socket !== undefined) await welcome(ctx, parts, socket, peer, fault)
}

/** Serves a client whose handshake has ended, or refuses it. */
async function welcome(
  ctx: ServiceContext<HttpsConfig>,
  { web, judge }: Pick<Parts, 'web' | 'judge'>,
  socket: TLSSocket,
  peer: Peer,
  fault: string | undefined,
): Promise<void> {
  const { config } = ctx
  // Before the client is judged, for it may leave meanwhile.
  const agreed = { ...agreedBy(socket), fault }
  const { certificate, problem } =
    config.client === 'off' ? { certificate: undefined, problem: undefined } : await judge.judge(socket)
  const user = certificate === undefined || problem !== undefined ? undefined : userOf(certificate)
  tell(ctx, agreed, peer, { certificate, problem, user })
  if (config.client === 'required' && problem !== undefined) return ctx.refuse(socket, ALERTS[problem])
  // Of whoever has left meanwhile the web server would hear neither the end nor the close.
  if (socket.readableEnded) socket.end()
  else if (!socket.destroyed)
    web.serve(socket, peer, new TlsVisitor({ socket, certificate, problem, user }, config))
}

interface Found {
  readonly certificate: X509Certificate | undefined
  readonly problem: ClientProblem | undefined
  readonly user: string | undefined
}

/** The name of what ended a handshake; where there is none, its words. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}

/** What the handshake has agreed on. */
function agreedBy(socket: TLSSocket): FactData {
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    resumed: socket.isSessionReused(),
    name: typeof socket.servername === 'string' ? socket.servername : undefined,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
  }
}

function tell(
  ctx: ServiceContext<HttpsConfig>,
  agreed: FactData,
  peer: Peer,
  { certificate, problem, user }: Found,
): void {
  const isRefused = ctx.config.client === 'required' && problem !== undefined
  ctx.record({
    kind: isRefused ? 'tls.refused' : 'tls.handshaken',
    connection: peer.connection,
    data: {
      client: peer.host,
      ...agreed,
      ...(certificate && {
        subject: lineOf(certificate.subject),
        issuer: lineOf(certificate.issuer),
        serial: certificate.serialNumber,
      }),
      user,
      problem,
      alert: isRefused ? ALERTS[problem] : undefined,
    },
  })
}

async function redirect(ctx: ServiceContext<HttpsConfig>, port: number): Promise<void> {
  const { clock, config, signal } = ctx
  const server = new HttpServer({ clock, server: config.server, methods: ['GET', 'HEAD'] })
  signal.addEventListener('abort', () => server.close(), { once: true })
  await ctx.tcp('redirect', (stream, peer) => server.serve(stream, new RedirectSession(ctx, peer, port)))
}
