import type { Address } from '../service.ts'

/** One connection, or one datagram exchange, between the lab and another end. */
export interface Flow {
  /** Counts from 1 within a lab; the journal's `connection`. */
  readonly id: number
  /** The service instance. */
  readonly service: string
  readonly endpoint: string
  readonly transport: 'tcp' | 'udp'
  readonly direction: 'inbound' | 'outbound'
  readonly local: Address
  readonly remote: Address
  /** Milliseconds since 1970 in the lab's time. */
  readonly openedAt: number
}

/** What an attachment wants done with bytes: hold them for `delay` milliseconds, lose them (a datagram), or cut the connection. */
export type Verdict = { readonly delay: number } | 'drop' | 'cut'

/** What is attached to the wire: it sees, and may shape, every flow that opens after it was attached. */
export interface Attachment {
  readonly name: string
  /** Called before a service learns of the flow; `refuse` resets the connection or drops the datagram. */
  opened?(flow: Flow): 'refuse' | undefined
  /** Called with the bytes as they cross, `in` towards the lab; it must neither keep nor change the buffer. */
  passed?(flow: Flow, direction: 'in' | 'out', bytes: Buffer): Verdict | undefined
  /** Called with each line of the SSLKEYLOGFILE format as TLS derives it. */
  secret?(flow: Flow, line: Buffer): void
  closed?(flow: Flow): void
}

/** The attachment with its errors kept from whoever calls it; after one it does nothing more. */
export function contain(attachment: Attachment, failed: (error: unknown) => void): Attachment {
  let isFailed = false
  const safely = <Result>(run: () => Result): Result | undefined => {
    if (isFailed) return undefined
    try {
      return run()
    } catch (error) {
      isFailed = true
      failed(error)
      return undefined
    }
  }
  return {
    name: attachment.name,
    opened: (flow) => safely(() => attachment.opened?.(flow)),
    passed: (flow, direction, bytes) => safely(() => attachment.passed?.(flow, direction, bytes)),
    secret: (flow, line) => safely(() => attachment.secret?.(flow, line)),
    closed: (flow) => safely(() => attachment.closed?.(flow)),
  }
}

/** Asks each attachment in turn; the longest delay wins, `cut` and `drop` beat it. */
export function verdictOf(
  attachments: readonly Attachment[],
  flow: Flow,
  direction: 'in' | 'out',
  bytes: Buffer,
): Verdict | undefined {
  let verdict: Verdict | undefined
  for (const attachment of attachments) {
    const asked = attachment.passed?.(flow, direction, bytes)
    if (asked === undefined || typeof verdict === 'string') continue
    if (typeof asked === 'string' || verdict === undefined || asked.delay > verdict.delay) verdict = asked
  }
  return verdict
}
