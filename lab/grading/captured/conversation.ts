/** One conversation of a capture: whose protocol it speaks, and what its witness tells of it. */
import type { OpenWitness, Overheard, Witness, WitnessedFact } from '../../check.ts'
import type { Text } from '../../service.ts'
import { notRead } from './words.ts'

/** What may read a conversation. */
export interface Candidate {
  readonly service: string
  /** The endpoint at which the conversation goes on; undefined where its port is none of the service's. */
  readonly endpoint: string | undefined
  readonly open: OpenWitness
}

/** What a conversation tells. */
export interface Heard {
  readonly service: string
  readonly facts: readonly WitnessedFact[]
}

/** Octets, and pieces, with which a conversation shows what it is. */
const OPENING = { octets: 4096, count: 20 }

interface Piece {
  readonly from: 'client' | 'server'
  readonly octets: Buffer
  readonly frame: number
}

const nothing: readonly Heard[] = []

/** Finds the witness of a conversation by its endpoint or by how both ends begin, and has it read. */
export class Conversation {
  readonly #about: Omit<Overheard, 'endpoint'>
  readonly #candidates: readonly Candidate[]
  #found: { readonly service: string; readonly witness: Witness } | undefined
  /** What came before it was known who reads it. */
  #held: Piece[] = []
  #size = 0
  #isOver = false
  /** Why no more of it can be read. */
  end: Text | undefined

  constructor(about: Omit<Overheard, 'endpoint'>, candidates: readonly Candidate[]) {
    this.#about = about
    this.#candidates = candidates
  }

  /** Whether somebody reads it, or would if more of it were there. */
  get isWanted(): boolean {
    return this.#found !== undefined || this.#candidates.some(({ endpoint }) => endpoint !== undefined)
  }

  /** Reads on; `octets` are good only for now. A witness that fails earns nobody points, as a check that is broken would. */
  hear(from: 'client' | 'server', octets: Buffer, frame: number): readonly Heard[] {
    if (this.#isOver) return nothing
    try {
      return this.#hear(from, octets, frame)
    } catch {
      this.end = notRead
      this.#stop()
      return nothing
    }
  }

  #hear(from: 'client' | 'server', octets: Buffer, frame: number): readonly Heard[] {
    const piece = { from, octets: Buffer.from(octets), frame }
    if (this.#found !== undefined) return this.#tell([piece])
    this.#held.push(piece)
    this.#size += octets.length
    this.#find()
    if (this.#found !== undefined) {
      const held = this.#held
      this.#held = []
      return this.#tell(held)
    }
    if (this.#size > OPENING.octets || this.#held.length > OPENING.count) this.#stop()
    return nothing
  }

  #find(): void {
    const opening = { client: this.#said('client'), server: this.#said('server') }
    for (const { service, endpoint, open } of this.#candidates) {
      const witness = open({ ...this.#about, endpoint }, opening)
      if (witness === undefined) continue
      this.#found = { service, witness }
      return
    }
  }

  #said(end: 'client' | 'server'): Buffer {
    return Buffer.concat(this.#held.flatMap(({ from, octets }) => (from === end ? octets : [])))
  }

  #tell(pieces: readonly Piece[]): readonly Heard[] {
    const found = this.#found
    if (found === undefined) return nothing
    const { service, witness } = found
    const facts = pieces.flatMap(({ from, octets, frame }) =>
      witness
        .hear(from, octets, frame)
        .map((fact) => (fact.frames === undefined ? { ...fact, frames: [frame] } : fact)),
    )
    this.end = witness.end
    if (this.end !== undefined) this.#stop()
    return facts.length === 0 ? nothing : [{ service, facts }]
  }

  #stop(): void {
    this.#isOver = true
    this.#held = []
  }
}
