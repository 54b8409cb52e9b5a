/** What the parts of the mail service tell each other: who sends what to whom, and how a message finds its place. */
import type { Account, Peer } from '../../lab/service.ts'

/** An endpoint at which mail comes in. */
export type Entrance = 'smtp' | 'submission' | 'smtps'

/** The client of an SMTP session as the policy sees it. */
export interface Client {
  readonly peer: Peer
  readonly entrance: Entrance
  /** What it called itself in HELO or EHLO. */
  readonly name: string
  /** RFC 3848: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, and with a UTF8 before it RFC 6531 §3.7.3. */
  readonly protocol: string
  /** Whom it has logged in as. */
  readonly account: Account | undefined
}

/** The reverse path of a message, with what its MAIL command said. */
export interface Sender {
  /** Empty for the null reverse path of a bounce. */
  readonly address: string
  /** Octets, as SIZE declares them (RFC 1870). */
  readonly size: number | undefined
  readonly body: '7BIT' | '8BITMIME'
  /** RFC 6531 */
  readonly isUtf8: boolean
  /** What a bounce is to return of the message (RFC 3461 §4.3). */
  readonly returned: 'FULL' | 'HDRS' | undefined
  /** ENVID, decoded (RFC 3461 §4.4). */
  readonly envelopeId: string | undefined
}

/** When the sender wants to hear of a recipient (RFC 3461 §4.1). */
export type Notify = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY'

/** A forward path, with what its RCPT command said. */
export interface Recipient {
  readonly address: string
  /** Undefined if the sender did not say: then failures are told. */
  readonly notify: readonly Notify[] | undefined
  /** ORCPT as `type;address`, decoded (RFC 3461 §4.2). */
  readonly original: string | undefined
}

/** A message's envelope. */
export interface Envelope {
  readonly sender: Sender
  readonly recipients: readonly Recipient[]
}

/** Why something is not taken, as the client is told it. */
export interface Refusal {
  /** 4xx: it may try again; 5xx: it may not. */
  readonly code: number
  /** RFC 3463, as in `5.1.1`. */
  readonly status: string
  readonly text: string
}

/** Where a message goes while it comes in; all octets are as the client wrote them, dots undone, lines ended by CR LF. */
export interface Intake {
  /** Resolves when more may be written; never rejects: what failed is told by `finish`. The octets may be changed afterwards. */
  write(octets: Buffer): Promise<void>
  /** Resolves with the id of the message when it is safe on disk, or with why it is not taken; of that nothing stays. */
  finish(): Promise<{ readonly id: string } | Refusal>
  /** Loses the message, as a fault wishes: what would be taken is told of as if it were. */
  lose(): Promise<{ readonly id: string } | Refusal>
  /** The client has gone before the end: nothing of the message stays. */
  abort(): Promise<void>
}

/** What an SMTP session asks of the rest of the service; none of it rejects but for a bug. */
export interface PostOffice {
  /** Judges a MAIL command. */
  judgeSender(client: Client, sender: Sender): Promise<Refusal | undefined>
  /** Judges a RCPT command. */
  judgeRecipient(client: Client, sender: Sender, recipient: Recipient): Promise<Refusal | undefined>
  /** Begins to take in a message, all recipients of which were accepted. */
  open(client: Client, envelope: Envelope): Intake
  /** The address behind a name, for VRFY; the addresses behind an alias, for EXPN; undefined for one that there is not. */
  look(name: string): readonly string[] | undefined
}
