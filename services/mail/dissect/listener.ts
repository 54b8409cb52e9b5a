import type { Waiting } from './pending.ts'

/** Hears a conversation as it was held, with the secrets that its steps leave out. */
export interface TalkListener {
  /** The client has answered a challenge of SASL. */
  responded(line: string): void
  /** The server has replied, to a command unless it was a greeting; `code` is that of SMTP, or `+OK` or `-ERR`. */
  replied(code: string, answered: Waiting | undefined): void
  /** A message has come whole from the client. */
  sent?(subject: string | undefined): void
  /** A message of so many octets has come whole from the server. */
  fetched?(octets: number): void
}
