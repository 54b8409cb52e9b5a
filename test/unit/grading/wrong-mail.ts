/** What the sessions of a wrong mail server share. */

/** The accounts of the server; each has its name for a password. */
export const ACCOUNTS = ['ana', 'ben'] as const
export const DOMAIN = 'lab.test'

/** One line of a client or the octets of a message, and what answers them. */
export interface Session {
  readonly greeting: string
  /** Takes what has come; returns what is left of it. */
  take(octets: string): string
}

/** What a session may do to its connection. */
export interface Line {
  say(text: string): void
  end(): void
  /** Turns to TLS, with what had come behind in clear. */
  secure(rest: string): void
  readonly isSecure: boolean
}

export interface TlsFiles {
  readonly key: string
  readonly chain: string
  readonly authority: string
}

/** Messages by account, one character for each octet. */
export type Mailboxes = Map<string, string[]>

/** What the sessions work on. */
export interface WrongOffice {
  readonly mailboxes: Mailboxes
  readonly locks: Set<string>
  /** The rules that are not kept. */
  readonly broken: ReadonlySet<string>
}
