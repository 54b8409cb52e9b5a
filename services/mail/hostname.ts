/** The names of this server. */
import type { World } from '../../lab/service.ts'
import type { MailConfig } from './options.ts'

/** What the server calls itself, in its greetings, in Received fields and to other servers. */
export function hostnameOf({
  config,
  world,
}: {
  readonly config: Pick<MailConfig, 'hostname'>
  readonly world: Pick<World, 'domain'>
}): string {
  return config.hostname ?? `mail.${world.domain}`
}

/** Whether mail for the domain, given in lower case, is for the accounts of the lab. */
export function isOwnDomain(
  domain: string,
  { config, world }: { readonly config: Pick<MailConfig, 'domains'>; readonly world: Pick<World, 'domain'> },
): boolean {
  return domain === world.domain.toLowerCase() || config.domains.includes(domain)
}
