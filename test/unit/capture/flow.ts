import type { Flow } from '../../../lab/wire/flow.ts'

/** A connection to an echo service, from a port of its own. */
export function flowOf(id: number, more: Partial<Flow> = {}): Flow {
  return {
    id,
    service: 'echo',
    endpoint: 'echo',
    transport: 'tcp',
    direction: 'inbound',
    local: { host: '127.0.0.1', port: 7 },
    remote: { host: '127.0.0.1', port: 40_000 + id },
    openedAt: 0,
    ...more,
  }
}
