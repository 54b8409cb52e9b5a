/** Who can read what: the services whose verbs a task names, with the ports at which they are usually met. */
import type { OpenWitness, Witnesses } from '../../check.ts'
import type { Address, Endpoint } from '../../service.ts'
import type { Candidate } from './conversation.ts'
import type { Packet } from './packet.ts'
import type { Side } from './stream.ts'

/** A service whose conversations may be in a capture. */
export interface CaptureSource {
  readonly service: string
  readonly endpoints: Readonly<Record<string, Endpoint>>
  readonly witnesses: Witnesses
}

interface Source {
  readonly service: string
  readonly open: OpenWitness
  /** Endpoints by transport and port, as in `udp 53`. */
  readonly places: ReadonlyMap<string, string>
}

/** The services of a task, their witnesses loaded. */
export class Sources {
  readonly #sources: readonly Source[]

  /** `known`: where the endpoints of the lab are, as far as that is known. */
  static async load(
    sources: readonly CaptureSource[],
    known: Readonly<Record<string, Address>>,
  ): Promise<Sources> {
    const loaded = sources.map(async ({ service, endpoints, witnesses }) => ({
      service,
      open: await witnesses.load(),
      places: placesOf(endpoints, known),
    }))
    return new Sources(await Promise.all(loaded))
  }

  private constructor(sources: readonly Source[]) {
    this.#sources = sources
  }

  /** Who may read a conversation with a server at the port, the services that are met there first. */
  candidates(transport: 'tcp' | 'udp', port: number): readonly Candidate[] {
    const all = this.#sources.map(({ service, open, places }) => ({
      service,
      open,
      endpoint: places.get(`${transport} ${port}`),
    }))
    return [
      ...all.filter(({ endpoint }) => endpoint !== undefined),
      ...all.filter(({ endpoint }) => endpoint === undefined),
    ]
  }

  /** Which end of a conversation whose beginning was not seen is the server's; 0 is the packet's source. */
  serverSide({ source, destination, tcp }: Packet): Side {
    const transport = tcp === undefined ? 'udp' : 'tcp'
    const isKnown = (port: number): boolean =>
      this.#sources.some(({ places }) => places.has(`${transport} ${port}`))
    const [from, to] = [isKnown(source.port), isKnown(destination.port)]
    if (from !== to) return from ? 0 : 1
    // Servers have low ports; who speaks first in datagrams asks.
    return transport === 'tcp' && source.port < destination.port ? 0 : 1
  }
}

function placesOf(
  endpoints: Readonly<Record<string, Endpoint>>,
  known: Readonly<Record<string, Address>>,
): ReadonlyMap<string, string> {
  const places = new Map<string, string>()
  for (const [name, { transport, standard, fallback }] of Object.entries(endpoints)) {
    const transports = transport === 'both' ? ['tcp', 'udp'] : [transport]
    // Port 0 is any one, and says nothing.
    const ports = [known[name]?.port ?? 0, standard, fallback].filter((port) => port > 0)
    for (const each of transports)
      for (const port of ports) places.set(`${each} ${port}`, places.get(`${each} ${port}`) ?? name)
  }
  return places
}
