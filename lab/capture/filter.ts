/** Which flows a capture is of. */
import { LabError } from '../host/error.ts'
import { createNetworks, isNetwork } from '../kit/networks.ts'
import { nearest } from '../kit/nearest.ts'
import type { Flow } from '../wire/flow.ts'

/** What is asked for; an empty list asks for all. */
export interface FlowFilter {
  /** Instances, or one endpoint of them, as in `mail/smtps`. */
  readonly services: readonly string[]
  /** Addresses of the other end, or networks in CIDR notation. */
  readonly clients: readonly string[]
}

/** What there is to choose from: endpoints by instance. */
export type Known = ReadonlyMap<string, readonly string[]>

/** Whether a flow is wanted; throws a `LabError` for a service, an endpoint or an address that there is not. */
export function createFilter({ services, clients }: FlowFilter, known: Known): (flow: Flow) => boolean {
  for (const service of services) checkService(service, known)
  const wrong = clients.find((client) => !isNetwork(client))
  if (wrong !== undefined)
    throw new LabError(
      {
        en: `--client takes an address or a network, as in 127.0.0.1 or 10.0.0.0/8, not "${wrong}"`,
        es: `--client espera una dirección o una red, como 127.0.0.1 o 10.0.0.0/8, no "${wrong}"`,
      },
      { blame: 'wrong' },
    )
  const wanted = new Set(services)
  const networks = createNetworks(clients)
  return ({ service, endpoint, remote }) =>
    (services.length === 0 || wanted.has(service) || wanted.has(`${service}/${endpoint}`)) &&
    (clients.length === 0 || networks.has(remote.host))
}

function checkService(asked: string, known: Known): void {
  const [instance = '', endpoint] = asked.split('/')
  const endpoints = known.get(instance)
  const names = [...known.keys()]
  if (endpoints === undefined)
    throw new LabError((words) => words.instanceUnknown(instance, nearest(instance, names), names), {
      blame: 'wrong',
    })
  if (endpoint !== undefined && !endpoints.includes(endpoint))
    throw new LabError((words) => words.valueUnknown(endpoint, nearest(endpoint, endpoints), endpoints), {
      blame: 'wrong',
    })
}
