import type { HttpRequest } from '../kit/http/request.ts'
import type { HttpConfig } from './options.ts'
import { Site, type SiteOptions, type SiteTools } from './site.ts'

/** The sites behind one address, chosen by the name in Host (RFC 9110 §7.2). */
export class Hosts {
  /** Answers for every name that is not listed, and for requests that could not be read. */
  readonly first: Site
  readonly #named: ReadonlyMap<string, Site>

  /** `locate` gives the absolute path of a folder of the scenario. */
  constructor(
    { hosts, ...first }: HttpConfig,
    locate: (folder: string) => string,
    tools: SiteTools,
    guarded: readonly string[] = [],
  ) {
    const open = (options: SiteOptions): Site => new Site(locate(options.root), options, tools, guarded)
    this.first = open(first)
    this.#named = new Map(
      Object.entries(hosts).map(([name, { index = first.index, cookie = first.cookie, ...own }]) => [
        name,
        open({ ...first, ...own, index, cookie }),
      ]),
    )
  }

  /** The site that a request is meant for. */
  find({ host }: Pick<HttpRequest, 'host'>): Site {
    if (this.#named.size === 0) return this.first
    // RFC 9110 §4.2.3: letter case and the port make no other name; RFC 1034 §3.1: nor does a final dot.
    let name = host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
    const exact = this.#named.get(name)
    if (exact !== undefined) return exact
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.')) {
      name = name.slice(dot + 1)
      const site = this.#named.get(`*.${name}`)
      if (site !== undefined) return site
    }
    return this.first
  }
}
