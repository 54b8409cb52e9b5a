/** Reads HTTP/1 in captures that students hand in: requests with their answers. */
import type { Overheard, Witness, WitnessedFact } from '../../check.ts'
import type { Fields } from '../../kit/http/request.ts'
import type { FactData } from '../../service.ts'
import { readCounter } from '../cookie.ts'
import { httpDissector } from '../dissect/dissector.ts'
import { withoutSecrets } from '../dissect/mask.ts'

/** Requests of one connection that wait for their answers. */
const WAITING = 1000
/** Characters that are kept of a method, a target, a host. */
const LONGEST = 1024

/** What a request asked for, and where. */
interface Asked {
  readonly data: FactData
  readonly cookie: string | undefined
  readonly frame: number
}

// RFC 9112 §3
const requestLine = /^(\S+) (\S+) HTTP\/1\.\d\r?$/

/** Opens a witness of a connection. */
export function httpWitness(
  { endpoint, transport, begin }: Overheard,
  { client }: { readonly client: Buffer },
): Witness | undefined {
  if (transport === 'udp') return undefined
  const [line = '', another] = client.toString('latin1').split('\n', 2)
  const isRequest = another !== undefined && requestLine.test(line)
  return endpoint !== undefined || isRequest ? new HttpWitness(begin) : undefined
}

class HttpWitness implements Witness {
  readonly #dissector
  readonly #asked: Asked[] = []
  /** Requests of which it is no longer known which answer is theirs. */
  #isLost = false
  #turn = 0
  #frame = 0
  #facts: WitnessedFact[] = []

  constructor(begin: Overheard['begin']) {
    this.#dissector = httpDissector(begin, {
      requested: (start, fields) => this.#requested(start, fields),
      answered: (status, fields) => this.#answered(status, fields),
    })
  }

  hear(from: 'client' | 'server', octets: Buffer, frame: number): readonly WitnessedFact[] {
    this.#frame = frame
    this.#dissector.read(from, octets)
    const facts = this.#facts
    this.#facts = []
    return facts
  }

  #requested(start: string, fields: Fields): void {
    const [, method = '', target = ''] = requestLine.exec(start) ?? []
    this.#isLost ||= this.#asked.length >= WAITING
    if (this.#isLost) return
    const data = {
      method: method.slice(0, LONGEST),
      target: withoutSecrets(target.slice(0, LONGEST)),
      host: fields.get('host')?.slice(0, LONGEST),
    }
    this.#asked.push({ data, cookie: fields.get('cookie'), frame: this.#frame })
  }

  #answered(status: number, fields: Fields): void {
    const asked = this.#asked.shift()
    if (asked === undefined) return
    this.#turn += 1
    const cookie = counted(asked.cookie, fields.all('set-cookie'))
    const data = { ...asked.data, status, turn: this.#turn, cookie }
    this.#facts.push({ kind: 'http.answered', data, frames: [asked.frame, this.#frame] })
  }
}

/** The number of the visit counter before and after: its cookie is the first one that is set to a number. */
function counted(sent: string | undefined, set: readonly string[]): FactData | undefined {
  for (const line of set) {
    const [, name = ''] = /^([^=;]{1,256})=/.exec(line) ?? []
    const after = name === '' ? undefined : readCounter(line, name)
    if (after !== undefined) return { before: readCounter(sent, name), after }
  }
  return undefined
}
