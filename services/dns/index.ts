/** The name service of the lab: authoritative for its zones, a forwarder for all else. */
import { createNetworks } from '../../lab/kit/networks.ts'
import { defineService, type Problem, type Running, type ServiceContext } from '../../lab/service.ts'
import { AnswerCache, type Standing } from './answer-cache.ts'
import { Answerer } from './answerer.ts'
import { config, parseAddress, type Config } from './config.ts'
import { answerFault } from './fault.ts'
import type { Forwarder } from './forward/forwarder.ts'
import { isOwn } from './forward/recursion.ts'
import { ownerOf } from './policy/address.ts'
import { Connections } from './policy/connections.ts'
import { Cookies } from './policy/cookie.ts'
import { RateLimit } from './policy/rate-limit.ts'
import { Primary } from './primary.ts'
import type { Client } from './query.ts'
import { Server } from './server.ts'
import { StreamConnection } from './stream.ts'
import { Notifier } from './transfer/notify.ts'
import { Transfers } from './transfer/transfers.ts'
import type { Zones } from './zone/lookup.ts'
import { loadZones } from './zone/zones.ts'

/** TCP connections served at the same time (RFC 7766 §6.2.2). */
const CONNECTION_LIMIT = 150

/** The `dns` service. */
export const service = defineService<Config>({
  name: 'dns',
  summary: {
    en: 'Name service: answers for its zones and forwards other questions',
    es: 'Servicio de nombres: responde por sus zonas y reenvía las demás preguntas',
  },
  config,
  endpoints: {
    dns: {
      transport: 'both',
      standard: 53,
      fallback: 5353,
      try: 'dig @${host} -p ${port} www.${domain} ${addressType}',
    },
  },
  faults: { 'dns.answer': answerFault },
  problems: (settings, files, world) => loadZones(settings, files, world).problems,
  dissector: async (_endpoint, transport) => (await import('./dissect/dissector.ts')).dnsDissector(transport),
  start,
})

async function start(ctx: ServiceContext<Config>): Promise<Running> {
  const { zones: loaded, problems } = loadZones(ctx.config, ctx.files, ctx.world)
  requireSound(ctx, problems)
  const notifier = new Notifier(ctx.config.notify.map(parseAddress).filter(isThere), ctx)
  // What a lab does not use, it does not load.
  const signer = ctx.config.dnssec
    ? await (await import('./dnssec/signing.ts')).openSigner(ctx, loaded)
    : undefined
  const primary = new Primary(ctx, loaded, (zone) => notifier.announce(zone), signer)
  const forwarder = await createForwarder(ctx, () => primary.current())
  await listen(ctx, createServer(ctx, primary, forwarder))
  // Whoever is told comes at once, so it comes last.
  for (const zone of primary.current().values()) notifier.announce(zone)
  return {
    health: () => forwarder?.health(),
    operations: operationsOf(primary, forwarder),
    rejected: (wrong) => recordRejected(ctx, wrong),
    async [Symbol.asyncDispose]() {
      primary[Symbol.dispose]()
      notifier[Symbol.dispose]()
    },
  }
}

/** What the console asks; loaded when it does. */
function operationsOf(primary: Primary, forwarder: Forwarder | undefined): Running['operations'] & object {
  const load = (): Promise<typeof import('./operations.ts')> => import('./operations.ts')
  return {
    zones: async (input) => (await load()).tellZones(primary.current(), input),
    ...(forwarder && { cache: async (input) => (await load()).tellCache(forwarder, input) }),
  }
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined
}

function requireSound(ctx: ServiceContext<Config>, problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity !== 'warning')
  if (errors.length === 0) return
  recordRejected(ctx, errors)
  throw new Error(
    errors.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message.en}`).join('\n'),
  )
}

/** One fact for each file with errors; the zone goes on as it was, if there was one. */
function recordRejected(ctx: ServiceContext<Config>, problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity !== 'warning')
  for (const file of new Set(errors.map((problem) => problem.file))) {
    const own = errors.filter((problem) => problem.file === file)
    ctx.record({ kind: 'zone.rejected', data: { file, errors: own.length, why: own[0]?.message.en } })
  }
}

function createServer(
  ctx: ServiceContext<Config>,
  primary: Primary,
  forwarder: Forwarder | undefined,
): Server {
  const { config: options, clock, random, instance } = ctx
  const zones = (): Zones => primary.current()
  const allow = createNetworks(options.allow)
  const recursive = createNetworks(options.allowRecursion)
  const isRecursive = (host: string): boolean => forwarder !== undefined && recursive.has(host)
  const standing = (host: string): Standing => ({
    isAllowed: allow.has(host),
    isRecursive: isRecursive(host),
  })
  const { version, identity = instance, rateLimit } = options
  return new Server(
    {
      // What is limited is judged answer by answer.
      cache: rateLimit === false ? new AnswerCache(zones, standing) : undefined,
      answerer: new Answerer(zones, forwarder),
      transfers: new Transfers({ zones, allow: createNetworks(options.allowTransfer) }, ctx),
      names: { version, identity },
      allow,
      isRecursive,
      udpSize: options.udpSize,
      identity: Buffer.from(identity),
      cookies: options.cookies === false ? undefined : new Cookies(clock, random),
      areCookiesRequired: options.cookies === 'required',
      rateLimit:
        rateLimit === false
          ? undefined
          : new RateLimit({ ...rateLimit, exempt: createNetworks(rateLimit.exempt) }, clock),
    },
    ctx,
  )
}

async function createForwarder(
  ctx: ServiceContext<Config>,
  zones: () => Zones,
): Promise<Forwarder | undefined> {
  const { forwarders, serveStale, cacheSize, udpSize } = ctx.config
  const servers = forwarders.map(parseAddress).filter(isThere)
  if (servers.length === 0) return undefined
  const { Forwarder } = await import('./forward/forwarder.ts')
  return new Forwarder({
    servers,
    context: ctx,
    size: udpSize,
    isOwn: (key) => isOwn(zones(), key),
    serveStale,
    cacheSize: cacheSize * 1024 * 1024,
  })
}

async function listen(ctx: ServiceContext<Config>, server: Server): Promise<void> {
  const address = await ctx.udp('dns', (message, peer) =>
    server.respond(message, { host: peer.host, connection: peer.connection, transport: 'udp' }),
  )
  const connections = new Connections(CONNECTION_LIMIT)
  await ctx.tcp('dns', (socket, peer) => {
    const connection = new StreamConnection(socket, ctx.clock, {
      respond: (query) => server.respond(query, client),
      used: () => connections.touch(held),
    })
    const held = {
      owner: ownerOf(peer.host),
      isIdle: () => connection.isIdle(),
      close: () => connection.close(),
    }
    const client: Client = {
      host: peer.host,
      connection: peer.connection,
      transport: 'tcp',
      transfer: (transfer) => connection.transfer(transfer),
    }
    if (!connections.admit(held)) return connection.close()
    socket.once('close', () => connections.remove(held))
    connection.start()
  })
  ctx.world.names.answerAt(address)
}
