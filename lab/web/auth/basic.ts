import { createHmac, timingSafeEqual } from 'node:crypto'
import { fieldLines } from '../../kit/http/answer.ts'
import { quote, readText, type Credentials } from './credentials.ts'
import type { AuthReason, AuthTools, Welcome } from './verdict.ts'

/** What a Basic field says. */
export interface NameAndPassword {
  readonly name: string
  readonly password: string
}

// RFC 4648 §3.2, §4: whole groups, padded.
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Decodes the token68 of Basic (RFC 7617 §2); undefined for all that its syntax does not allow. */
export function readBasic(token68: string): NameAndPassword | undefined {
  if (!base64.test(token68)) return undefined
  const octets = Buffer.from(token68, 'base64')
  // RFC 4648 §3.5: one text has one spelling.
  if (octets.toString('base64') !== token68) return undefined
  const text = readText(octets)
  // RFC 7617 §2: the first colon ends the name, a password may hold more of them.
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 0) return undefined
  return { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Basic authentication (RFC 7617) against a table of its own or, without one, against the lab's accounts. */
export class Basic {
  readonly challenge: string
  readonly #accounts: AuthTools['accounts']
  readonly #key: Buffer
  readonly #decoy: Buffer
  /** Of each password only a keyed hash is kept, whose key ends with the process. */
  readonly #verifiers: ReadonlyMap<string, Buffer> | undefined

  constructor(realm: string, users: Readonly<Record<string, string>> | undefined, tools: AuthTools) {
    // RFC 7617 §2.1: the name and the password are to be sent in UTF-8.
    this.challenge = fieldLines({ 'WWW-Authenticate': `Basic realm=${quote(realm)}, charset="UTF-8"` })
    this.#accounts = tools.accounts
    this.#key = tools.random.bytes(32)
    this.#decoy = tools.random.bytes(32)
    this.#verifiers =
      users &&
      new Map(Object.entries(users).map(([name, password]) => [name.normalize('NFC'), this.#hash(password)]))
  }

  /** Who the credentials are of, or why that is not known. */
  judge({ token68 }: Credentials): Welcome | AuthReason | Promise<Welcome | AuthReason> {
    const given = token68 === undefined ? undefined : readBasic(token68)
    if (given === undefined) return 'auth-wrong'
    if (this.#verifiers === undefined) return this.#ask(given)
    // RFC 7617 §2.1: both are compared in normal form C.
    const user = given.name.normalize('NFC')
    const verifier = this.#verifiers.get(user)
    // An unknown name takes as long as a wrong password.
    const isRight = timingSafeEqual(this.#hash(given.password), verifier ?? this.#decoy)
    return isRight && verifier !== undefined ? { user, fields: '' } : 'auth-wrong'
  }

  async #ask({ name, password }: NameAndPassword): Promise<Welcome | AuthReason> {
    let isRight: boolean
    try {
      isRight = await this.#accounts.verify(name, password)
    } catch {
      // By its contract it rejects only when too many logins wait.
      return 'auth-busy'
    }
    return isRight ? { user: this.#accounts.find(name)?.name ?? name, fields: '' } : 'auth-wrong'
  }

  #hash(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password.normalize('NFC')).digest()
  }
}
