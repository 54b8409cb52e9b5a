import type { Address } from '../service.ts'

/** One connection, or one datagram exchange, between the lab and another end. */
export interface Flow {
  /** Counts from 1 within a lab; the journal's `connection`. */
  readonly id: number
  /** The service instance. */
  readonly service: string
  /** Empty for a connection that the service opens itself. */
  readonly endpoint: string
  readonly transport: 'tcp' | 'udp'
  readonly direction: 'inbound' | 'outbound'
  /** Of an outbound flow it is known when the connection stands, before its first byte. */
  readonly local: Address
  readonly remote: Address
  /** Milliseconds since 1970 in the lab's time. */
  readonly openedAt: number
}

/** Which way bytes cross: `in` towards the lab. */
export type Direction = 'in' | 'out'

/** What an attachment wants done with bytes: hold them for `delay` milliseconds, lose them (a datagram), or cut the connection. */
export type Verdict = { readonly delay: number } | 'drop' | 'cut'

/** How a TLS handshake ended. */
export type TlsOutcome = TlsAgreement | { readonly failure: string }

/** What both ends of TLS agreed on. */
export interface TlsAgreement {
  /** As OpenSSL names it, such as `TLSv1.3`. */
  readonly version: string
  /** The cipher suite by its standard name. */
  readonly cipher: string
  /** What ALPN chose, if anything. */
  readonly protocol: string | undefined
  /** The server's name as the client asked for it. */
  readonly servername: string | undefined
  readonly isResumed: boolean
  /** DER, as the lab showed it and as the other end did. */
  readonly own: Buffer | undefined
  readonly peer: Buffer | undefined
}

/** What is attached to the wire: it sees, and may shape, every flow that opens after it was attached. */
export interface Attachment {
  readonly name: string
  /** Called before a service learns of the flow; `refuse` resets the connection or drops the datagram. */
  opened?(flow: Flow): 'refuse' | undefined
  /** A TCP connection that the service opened stands; without it, `closed` tells of one that came to nothing. */
  connected?(flow: Flow): void
  /** Called with the bytes as they cross; it must neither keep nor change the buffer. */
  passed?(flow: Flow, direction: Direction, bytes: Buffer): Verdict | undefined
  /** What came in so far has reached its reader: where that is TLS, the secrets that it led to have been told. */
  delivered?(flow: Flow): void
  /** That end of a TCP connection will send nothing more (FIN). */
  ended?(flow: Flow, direction: Direction): void
  /** From here on the bytes are TLS. */
  upgrading?(flow: Flow): void
  /** Called with each line of the SSLKEYLOGFILE format as TLS derives it. */
  secret?(flow: Flow, line: Buffer): void
  /** The handshake is over. */
  secured?(flow: Flow, outcome: TlsOutcome): void
  /**
   * Called with what TLS carries, as it was before it was enciphered or is after it was deciphered; not to be kept or changed.
   * What a client of the lab writes early comes before `secured`.
   */
  plain?(flow: Flow, direction: Direction, bytes: Buffer): void
  /** `reset` says who ended a TCP connection with RST, if somebody did. */
  closed?(flow: Flow, reset?: Direction): void
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
  const { name } = attachment
  return {
    name,
    opened: (flow) => safely(() => attachment.opened?.(flow)),
    connected: (flow) => safely(() => attachment.connected?.(flow)),
    passed: (flow, direction, bytes) => safely(() => attachment.passed?.(flow, direction, bytes)),
    delivered: (flow) => safely(() => attachment.delivered?.(flow)),
    ended: (flow, direction) => safely(() => attachment.ended?.(flow, direction)),
    upgrading: (flow) => safely(() => attachment.upgrading?.(flow)),
    secret: (flow, line) => safely(() => attachment.secret?.(flow, line)),
    secured: (flow, outcome) => safely(() => attachment.secured?.(flow, outcome)),
    plain: (flow, direction, bytes) => safely(() => attachment.plain?.(flow, direction, bytes)),
    closed: (flow, reset) => safely(() => attachment.closed?.(flow, reset)),
  }
}

/** Asks each attachment in turn; the longest delay wins, `cut` and `drop` beat it. */
export function verdictOf(
  attachments: readonly Attachment[],
  flow: Flow,
  direction: Direction,
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
