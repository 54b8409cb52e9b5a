import type { Overheard, WitnessedFact } from '../../../lab/check.ts'
import type { Dissector } from '../../../lab/service.ts'
import type { Waiting } from '../dissect/pending.ts'
import { pop3Dissector } from '../dissect/pop3.ts'
import { accountOf, mechanismOf, nameOf } from './capture-login.ts'

/** Messages of one session that may be marked as deleted. */
const MARKED = 10_000

/** Follows one session of POP3 (RFC 1939 §3). */
export class Pop3Witness {
  readonly #overheard: Overheard
  readonly #dissector: Dissector
  #facts: WitnessedFact[] = []
  /** The first answer to a challenge of SASL. */
  #response: string | undefined
  /** What USER has said. */
  #user: string | undefined
  #account: string | undefined
  /** A whole message is on its way, not only its top. */
  #isFetching = false
  readonly #marked = new Set<string>()
  isSecured = false

  constructor(overheard: Overheard) {
    this.#overheard = overheard
    this.#dissector = pop3Dissector(overheard.begin, {
      responded: (line) => (this.#response ??= line),
      replied: (code, answered) => this.#replied(code === '+OK', answered),
      fetched: (octets) => this.#fetched(octets),
    })
  }

  read(from: 'client' | 'server', octets: Buffer): readonly WitnessedFact[] {
    this.#dissector.read(from, octets)
    const facts = this.#facts
    this.#facts = []
    return facts
  }

  #replied(isOk: boolean, { verb = '', argument = '' }: Partial<Waiting> = {}): void {
    if (verb === 'AUTH') return this.#authenticated(isOk, argument)
    if (!isOk) return
    const [first = ''] = argument.split(/[\t ]+/, 1)
    switch (verb) {
      case 'USER':
        this.#user = argument
        break
      case 'PASS':
        this.#loggedIn('USER', this.#user)
        break
      case 'APOP':
        this.#loggedIn('APOP', first)
        break
      case 'RETR':
      case 'TOP':
        this.#isFetching = verb === 'RETR'
        break
      case 'DELE':
        if (this.#marked.size < MARKED) this.#marked.add(first)
        break
      case 'RSET':
        this.#marked.clear()
        break
      case 'QUIT':
        this.#deleted()
        break
      case 'STLS':
        this.isSecured = true
        break
      default:
        break
    }
  }

  #authenticated(isOk: boolean, argument: string): void {
    const name = nameOf(argument, this.#response)
    this.#response = undefined
    // Alone it asks which mechanisms there are (RFC 5034 §4).
    if (isOk && argument !== '') this.#loggedIn(mechanismOf(argument), name)
  }

  #loggedIn(mechanism: string, name: string | undefined): void {
    this.#account = name === undefined ? undefined : accountOf(name, this.#overheard.domain)
    const data = { account: this.#account, mechanism, secure: false }
    this.#facts.push({ kind: 'pop3.logged-in', data })
  }

  #fetched(octets: number): void {
    if (!this.#isFetching) return
    this.#isFetching = false
    this.#facts.push({ kind: 'pop3.retrieved', data: { account: this.#account, octets } })
  }

  /** Only QUIT deletes (RFC 1939 §6). */
  #deleted(): void {
    const data = { account: this.#account }
    for (const _ of this.#marked) this.#facts.push({ kind: 'pop3.deleted', data })
    this.#marked.clear()
  }
}
