import type { Conversation, Ladder, LadderStep } from '../../../../lab/console/traffic/schema.ts'

/** A conversation that differs from a plain one by what is given. */
export function conversation(changes: Partial<Conversation> = {}): Conversation {
  return {
    id: 1,
    service: 'mail',
    endpoint: 'smtp',
    transport: 'tcp',
    direction: 'inbound',
    client: '127.0.0.1:40000',
    server: '127.0.0.1:2525',
    account: null,
    openedAt: 1000,
    closedAt: null,
    reset: null,
    octets: { client: 10, server: 20 },
    isTls: false,
    isRefused: false,
    summary: 'EHLO client.example',
    isWhole: true,
    ...changes,
  }
}

/** A step of that kind so many milliseconds after the beginning. */
export function step(at: number, kind: LadderStep['kind'], changes: Partial<LadderStep> = {}): LadderStep {
  const from = kind === 'fact' ? 'lab' : kind === 'request' ? 'client' : 'server'
  return { at: 1000 + at, from, kind, text: kind, isEnciphered: false, octets: 5, parts: [], ...changes }
}

/** A ladder of these steps. */
export function ladder(...steps: readonly LadderStep[]): Ladder {
  return { conversation: conversation(), steps: [...steps], left: 0 }
}
