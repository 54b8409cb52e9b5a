/** A mailbox as the place of a message that is for nobody else. */
import type { Account, Mailbox, MessageDraft } from '../../../lab/service.ts'
import type { Refusal } from '../envelope.ts'
import type { Sink } from './intake.ts'

/** What a mailbox needs for one message. */
export interface MailboxSinkOptions {
  readonly account: Account
  readonly mailbox: Mailbox
  readonly top: string
  readonly judge: (accounts: readonly Account[], size: number) => Promise<Refusal | undefined>
  /** Is called with the message's id in the mailbox. */
  readonly delivered: (message: string) => void
}

/** Streams a message into a Maildir. */
export class MailboxSink implements Sink {
  readonly #options: MailboxSinkOptions
  #draft: MessageDraft | undefined

  constructor(options: MailboxSinkOptions) {
    this.#options = options
  }

  get top(): string {
    return this.#options.top
  }

  judge(size: number): Promise<Refusal | undefined> {
    return this.#options.judge([this.#options.account], size)
  }

  write(octets: Buffer): Promise<void> {
    this.#draft ??= this.#options.mailbox.draft()
    return this.#draft.write(octets)
  }

  async commit(): Promise<() => void> {
    this.#draft ??= this.#options.mailbox.draft()
    const id = await this.#draft.commit()
    return () => this.#options.delivered(id)
  }

  async abort(): Promise<void> {
    await this.#draft?.abort()
  }
}
