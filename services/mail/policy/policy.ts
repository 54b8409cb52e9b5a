/** Whose mail is taken, and for whom. */
import { createNetworks, type Networks } from '../../../lab/kit/networks.ts'
import type { Account, World } from '../../../lab/service.ts'
import { isBelow, splitAddress } from '../address.ts'
import type { Client, Recipient, Refusal, Sender } from '../envelope.ts'
import type { MailConfig } from '../options.ts'
import type { Blocklists } from './blocklist.ts'
import type { Directory } from './directory.ts'
import type { Greylist } from './greylist.ts'
import { refusals } from './refusals.ts'

/** What a policy asks. */
export interface PolicyOptions {
  readonly config: Pick<MailConfig, 'senders' | 'relay' | 'quota'>
  readonly directory: Directory
  readonly mail: World['mail']
  readonly greylist: Greylist | undefined
  readonly blocklists: Blocklists
}

/** Judges the commands of a session by the options. */
export class Policy {
  readonly #options: PolicyOptions
  readonly #networks: Networks

  constructor(options: PolicyOptions) {
    this.#options = options
    this.#networks = createNetworks(options.config.relay.from)
  }

  /** Undefined if the sender's mail is taken. */
  judgeSender({ entrance, account }: Client, { address }: Sender): Refusal | undefined {
    const { config, directory } = this.#options
    if (entrance !== 'smtp') {
      if (account === undefined) return refusals.loginNeeded
      // RFC 6409 §6.1
      return directory.owns(account, address) ? undefined : refusals.senderOther
    }
    // A bounce has no sender, and must get through (RFC 5321 §4.5.5).
    if (address === '' || config.senders === 'any') return undefined
    if (directory.isLocal(address)) {
      const isThere = directory.expand(address, { catchAll: false }) !== undefined
      return isThere ? undefined : refusals.senderUnknown
    }
    return config.senders === 'accounts' ? refusals.senderForeign : undefined
  }

  /** Undefined if mail for the recipient is taken. */
  async judgeRecipient(client: Client, sender: Sender, recipient: Recipient): Promise<Refusal | undefined> {
    const { directory, greylist, blocklists } = this.#options
    const { address } = recipient
    const found = directory.isLocal(address) ? directory.expand(address) : undefined
    if (directory.isLocal(address)) {
      if (found === undefined) return refusals.unknown
      // RFC 5321 §4.5.1: from anyone.
      if (directory.isDuty(address)) return undefined
    } else {
      const refused = this.#judgeRelay(client, splitAddress(address).domain)
      if (refused !== undefined) return refused
    }
    if (client.entrance === 'smtp' && client.account === undefined) {
      const { host } = client.peer
      const refused = (await blocklists.judge(host)) ?? greylist?.judge(host, sender.address, address)
      if (refused !== undefined) return refused
    }
    return this.judgeRoom(found?.accounts ?? [], sender.size ?? 0)
  }

  /** Undefined if one of the mailboxes has room for so many octets. */
  async judgeRoom(accounts: readonly Account[], size: number): Promise<Refusal | undefined> {
    const { config, mail } = this.#options
    const { quota } = config
    if (quota === false || accounts.length === 0) return undefined
    for (const { name } of accounts) {
      const used = (await mail.mailbox(name)?.usage()) ?? 0
      if (used + size <= quota) return undefined
    }
    return refusals.mailboxFull
  }

  #judgeRelay({ peer, account }: Client, domain: string): Refusal | undefined {
    if (domain === '') return refusals.noDomain
    if (account !== undefined) return undefined
    const { to } = this.#options.config.relay
    const isWanted = to === 'any' || isBelow(domain, to)
    return isWanted && this.#networks.has(peer.host) ? undefined : refusals.relay
  }
}
