/** Where the services of one lab meet. */
import { join } from 'node:path'
import type { Clock, Fact, Logger, Random, World } from '../service.ts'
import { createAccounts, type AccountEntry, type LabAccounts } from './accounts.ts'
import { createCertificates } from './certificates.ts'
import { createMail } from './mail.ts'
import { createNames } from './names.ts'

/** What a reload may change. */
export interface WorldChanges {
  /** Without a final dot. */
  readonly domain?: string
  readonly address?: string
  readonly accounts?: readonly AccountEntry[]
}

/** The World as its host holds it. */
export interface LabWorld extends World, Disposable {
  readonly accounts: LabAccounts
  /** Changes what is given, or throws because of a wrong account list and changes nothing. */
  update(changes: WorldChanges): void
}

/** What a World is made of. */
export interface WorldOptions {
  /** Without a final dot. */
  readonly domain: string
  readonly address: string
  readonly accounts: readonly AccountEntry[]
  /** The lab's state folder; `mail/` and `certs/` in it are created on first use. */
  readonly folder: string
  readonly clock: Clock
  readonly random: Random
  /** Told of what fails with nobody to hear it. */
  readonly log?: Logger
  /** Hears of what happens in the World that no service does. */
  readonly record?: (fact: Fact) => void
}

/** Makes a World, which costs next to nothing until a service uses it; throws if an account cannot be. */
export function createWorld({
  accounts: entries,
  folder,
  clock,
  random,
  log,
  record,
  ...place
}: WorldOptions): LabWorld {
  let { domain, address } = place
  const accounts = createAccounts({ entries, domain: () => domain, clock, random })
  const certificates = createCertificates({
    folder: join(folder, 'certs'),
    scope: () => ({ domain, address }),
    clock,
    random,
    failed: (error) => log?.error({ err: error }, 'what becomes of certificates cannot be told'),
    ...(record && { record }),
  })
  return {
    get domain() {
      return domain
    },
    get address() {
      return address
    },
    names: createNames((error) => log?.error({ err: error }, 'a watcher of the published names failed')),
    accounts,
    mail: createMail(join(folder, 'mail'), accounts),
    certificates,
    [Symbol.dispose]: () => certificates[Symbol.dispose](),
    update(changes) {
      if (changes.accounts) accounts.update(changes.accounts)
      domain = changes.domain ?? domain
      address = changes.address ?? address
    },
  }
}
