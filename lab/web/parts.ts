/** The parts of a site that only some configurations use, loaded where one does: the others do not pay for them. */
import type { Gate } from './auth/auth.ts'
import type { HttpConfig } from './options.ts'
import type { Proxy } from './proxy.ts'

/** What a configuration needs. */
export interface SiteParts {
  readonly Gate: typeof Gate | undefined
  readonly Proxy: typeof Proxy | undefined
}

/** Loads what a configuration, or one of its further sites, needs. */
export async function loadParts({ hosts, ...first }: HttpConfig): Promise<SiteParts> {
  const sites = [first, ...Object.values(hosts)]
  const isAsked = (option: 'protect' | 'proxy'): boolean =>
    sites.some((site) => Object.keys(site[option]).length > 0)
  return {
    Gate: isAsked('protect') ? (await import('./auth/auth.ts')).Gate : undefined,
    Proxy: isAsked('proxy') ? (await import('./proxy.ts')).Proxy : undefined,
  }
}
