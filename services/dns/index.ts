/** The name service of the lab: authoritative for its zones, a forwarder for all else. */
import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { createNetworks, isNetwork } from '../../lab/kit/networks.ts'
import { defineService, type Address, type Problem, type ServiceContext } from '../../lab/service.ts'
import { findZone, type Zones } from './authority.ts'
import { Forwarder } from './forward/forwarder.ts'
import { parseName, printKey, PresentationError, ROOT } from './wire/name.ts'
import { Server } from './server.ts'
import { serveStream } from './stream.ts'
import { RCODE } from './wire/message.ts'
import { serialOf } from './zone/zone.ts'
import { joinZones, loadZones, type LoadedZone } from './zone/zones.ts'

const network = z.string().refine(isNetwork, 'write an address or a network, as in 192.168.56.0/24')

const config = z.strictObject({
  zone: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe("Master files of the zones to serve; none serves a zone of the lab's own names."),
  origin: z
    .string()
    .refine(isDomain, 'write a domain name, as in example.org')
    .optional()
    .describe('Completes relative names until a file says $ORIGIN; the domain of the scenario by default.'),
  forwarders: z
    .array(
      z
        .string()
        .refine(
          (text) => parseAddress(text) !== undefined,
          'write an address, as in 127.0.0.1, 127.0.0.1:5300 or [::1]:53',
        ),
    )
    .default([])
    .describe(
      'Servers to ask, in this order, for names outside the zones; none means that such names are refused.',
    ),
  allow: z.array(network).default(['0.0.0.0/0', '::/0']).describe('Networks that may ask.'),
  allowRecursion: z
    .array(network)
    .default(['127.0.0.0/8', '::1'])
    .describe('Networks for which names outside the zones are looked up.'),
  udpSize: z
    .int()
    .min(512)
    .max(4096)
    .default(1232)
    .describe('Octets of a UDP answer at most; longer ones are cut and asked for again over TCP.'),
  ttl: z
    .int()
    .min(0)
    .max(604_800)
    .default(3600)
    .describe('Seconds that names published by other services may be kept, where these do not say.'),
})

type Config = z.infer<typeof config>

const answerFault = z.strictObject({
  drop: z.boolean().optional().describe('Sends no answer.'),
  delay: z.int().min(0).max(60_000).optional().describe('Milliseconds to wait before the answer.'),
  rcode: z
    .enum(Object.keys(RCODE).filter((name) => name !== 'BADVERS'))
    .optional()
    .describe('Answers with this code and no records.'),
})

function isDomain(text: string): boolean {
  try {
    parseName(text, ROOT)
    return true
  } catch (error) {
    if (error instanceof PresentationError) return false
    throw error
  }
}

/** `host`, `host:port` or `[host]:port`, the host an IP address and the port 53 unless given. */
function parseAddress(text: string): Address | undefined {
  const whole = isIPv6(text) ? `[${text}]` : text
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(whole)
  const host = match?.groups?.['six'] ?? match?.groups?.['four'] ?? ''
  const port = Number(match?.groups?.['port'] ?? 53)
  return host !== '' && !host.includes('/') && isNetwork(host) && port > 0 && port <= 65_535
    ? { host, port }
    : undefined
}

/** TCP connections served at the same time; more are closed at once (RFC 7766 §6.2.2). */
const CONNECTION_LIMIT = 150

/** The `dns` service. */
export const service = defineService<Config>({
  name: 'dns',
  summary: {
    en: 'Name service: answers for its zones and forwards other questions.',
    es: 'Servicio de nombres: responde por sus zonas y reenvía las demás preguntas.',
  },
  config,
  endpoints: {
    dns: { transport: 'both', standard: 53, fallback: 5353, try: 'dig @${host} -p ${port} www.${domain}' },
  },
  faults: { 'dns.answer': answerFault },
  problems: (settings, files, world) => loadZones(settings, files, world).problems,
  start,
})

async function start(ctx: ServiceContext<Config>): Promise<{ [Symbol.asyncDispose](): Promise<void> }> {
  const { zones: loaded, problems } = loadZones(ctx.config, ctx.files, ctx.world)
  requireSound(problems)
  const { names } = ctx.world
  let zones = join(ctx, loaded)
  for (const zone of loaded) recordLoaded(ctx, zones, zone)
  let isStale = false
  const watch = names.watch(() => {
    isStale = true
  })
  const current = (): Zones => {
    if (isStale) zones = join(ctx, loaded)
    isStale = false
    return zones
  }
  const server = createServer(ctx, current)
  await listen(ctx, server)
  return {
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]()
    },
  }
}

function requireSound(problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity !== 'warning')
  if (errors.length === 0) return
  throw new Error(
    errors.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message.en}`).join('\n'),
  )
}

function join(ctx: ServiceContext<Config>, loaded: readonly LoadedZone[]): Zones {
  return joinZones(loaded, ctx.world.names.list(), ctx.config.ttl, (name, why) => {
    ctx.log.warn({ name: name.name, type: name.type, why }, 'a published name is not served')
  })
}

function recordLoaded(ctx: ServiceContext<Config>, zones: Zones, { file, apex }: LoadedZone): void {
  const zone = zones.get(apex.key)
  if (zone === undefined) return
  ctx.record({
    kind: 'dns.zone-loaded',
    data: { zone: printKey(apex.key), file, serial: serialOf(zone), records: zone.records },
  })
}

function createServer(ctx: ServiceContext<Config>, zones: () => Zones): Server {
  const { forwarders, allow, allowRecursion, udpSize } = ctx.config
  const addresses = forwarders.map(parseAddress).filter((address) => address !== undefined)
  const isOwn = (key: string): boolean => findZone(zones(), key) !== undefined
  const forwarder = addresses.length > 0 ? new Forwarder(addresses, ctx, udpSize, isOwn) : undefined
  return new Server(
    {
      zones,
      forwarder,
      allow: createNetworks(allow),
      allowRecursion: createNetworks(allowRecursion),
      udpSize,
    },
    ctx,
  )
}

async function listen(ctx: ServiceContext<Config>, server: Server): Promise<void> {
  await ctx.udp('dns', (message, peer) =>
    server.respond(message, { host: peer.host, connection: peer.connection, transport: 'udp' }),
  )
  let connections = 0
  await ctx.tcp('dns', (socket, peer) => {
    if (connections >= CONNECTION_LIMIT) {
      socket.destroy()
      return
    }
    connections += 1
    socket.once('close', () => {
      connections -= 1
    })
    const client = { host: peer.host, connection: peer.connection, transport: 'tcp' } as const
    serveStream(socket, ctx.clock, (query) => server.respond(query, client))
  })
}
