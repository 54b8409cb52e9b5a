/** What the service does when it starts; apart from its definition, so that a scenario can be read without it. */
import { isIPv6 } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { Address, Running, ServeStream, ServiceContext } from '../../lab/service.ts'
import { hostnameOf } from './hostname.ts'
import { MailKeys } from './keys.ts'
import { Logins } from './login.ts'
import { openOffice, type Office } from './office.ts'
import type { MailConfig } from './options.ts'
import { Pop3Server } from './pop3/server.ts'
import { queueOperations } from './queue/operations.ts'
import { SmtpServer } from './smtp/server.ts'

/** Opens the office and the endpoints that the configuration wants. */
export async function start(ctx: ServiceContext<MailConfig>): Promise<Running> {
  warn(ctx)
  const own: Address[] = []
  const office = await openOffice(ctx, { own: () => own })
  try {
    const servers = await listen(ctx, office, own)
    publish(ctx)
    return {
      operations: queueOperations(office),
      isBusy: () => office.isBusy || servers.some((server) => server.isBusy),
      [Symbol.asyncDispose]: () => office[Symbol.asyncDispose](),
    }
  } catch (error) {
    await office[Symbol.asyncDispose]()
    throw error
  }
}

/** What a scenario may want for its lesson, and nobody else. */
function warn({ config, log }: ServiceContext<MailConfig>): void {
  if (config.plaintext === 'allowed')
    log.warn(
      { plaintext: config.plaintext },
      'passwords may cross the network in clear, so that Wireshark shows them; unthinkable on a real server',
    )
  if (Object.keys(config.pop3 === false ? {} : config.pop3.apop).length > 0)
    log.warn({}, 'APOP needs passwords that are kept in clear, and MD5; for the lesson only')
}

/** Resolves with the servers of the protocols that are on. */
async function listen(
  ctx: ServiceContext<MailConfig>,
  office: Office,
  own: Address[],
): Promise<readonly { readonly isBusy: boolean }[]> {
  const { config } = ctx
  const logins = new Logins(ctx)
  const keys = config.tls || config.smtps || config.pop3s ? await MailKeys.open(ctx) : undefined
  const tlsOptions = (client: string): TlsOptions | Promise<TlsOptions> => keys?.options(client) ?? {}
  const implicit = (endpoint: string, serve: ServeStream): Promise<Address> =>
    ctx.tcp(endpoint, async (stream, peer) => {
      const options = await tlsOptions(peer.host)
      // The host tells of a handshake that fails, and closes the connection.
      const socket = await ctx.upgrade(stream, options).catch(() => undefined)
      if (socket !== undefined) await serve(socket, peer)
    })
  const smtp =
    config.smtp === false
      ? undefined
      : new SmtpServer({ ctx, config: config.smtp, office, tlsOptions, logins })
  if (smtp !== undefined) {
    own.push(await ctx.tcp('smtp', (stream, peer) => smtp.serve(stream, peer, 'smtp')))
    if (config.submission)
      own.push(await ctx.tcp('submission', (stream, peer) => smtp.serve(stream, peer, 'submission')))
    if (config.smtps) own.push(await implicit('smtps', (socket, peer) => smtp.serve(socket, peer, 'smtps')))
  }
  const servers = smtp === undefined ? [] : [smtp]
  if (config.pop3 === false) return servers
  const server = new Pop3Server({ ctx, config: config.pop3, tlsOptions, logins })
  await ctx.tcp('pop3', (stream, peer) => server.serve(stream, peer, false))
  if (config.pop3s) await implicit('pop3s', (socket, peer) => server.serve(socket, peer, true))
  return [...servers, server]
}

/** For a DNS that answers what services publish. */
function publish(ctx: ServiceContext<MailConfig>): void {
  const { address, domain, names } = ctx.world
  const hostname = hostnameOf(ctx)
  const type = isIPv6(address) ? 'AAAA' : 'A'
  for (const name of new Set([hostname, `smtp.${domain}`, `pop.${domain}`]))
    if (`.${name}`.endsWith(`.${domain}`)) names.publish({ name, type, data: address })
  for (const name of [domain, ...ctx.config.domains])
    names.publish({ name, type: 'MX', data: `10 ${hostname}.` })
}
