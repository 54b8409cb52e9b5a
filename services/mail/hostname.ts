import type { ServiceContext } from '../../lab/service.ts'
import type { MailConfig } from './options.ts'

/** What the server calls itself, in its greetings, in Received fields and to other servers. */
export function hostnameOf({
  config,
  world,
}: {
  readonly config: Pick<MailConfig, 'hostname'>
  readonly world: Pick<ServiceContext<MailConfig>['world'], 'domain'>
}): string {
  return config.hostname ?? `mail.${world.domain}`
}
