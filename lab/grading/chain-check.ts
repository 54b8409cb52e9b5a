/** Holds a journal against its chain, line by line, and names the first line that is not as it was written. */
import type { SeenFact } from '../check.ts'
import type { Text } from '../service.ts'
import { ChainLink, headHash, TAG, type ChainBatch, type ChainHead } from './chain.ts'

/** What is wrong in a chained journal, and where. */
export interface ChainFault {
  readonly kind: 'event-changed' | 'event-missing' | 'event-moved' | 'event-added' | 'cut-off' | 'not-a-fact'
  readonly run: number
  /** In the run's journal, counted from 1. */
  readonly line: number
  readonly text: Text
}

/** One run under examination. */
export class ChainCheck {
  readonly #run: number
  readonly #batches: readonly ChainBatch[]
  readonly #link: ChainLink
  #batch = 0
  #tags: Buffer
  /** Lines and octets of the batch that were seen. */
  #lines = 0
  #octets = 0
  /** Lines of the run that were seen. */
  #line = 0
  #seq = 0
  #at = 0
  /** The line that was taken last, without its end. */
  text = ''

  constructor(head: ChainHead, batches: readonly ChainBatch[]) {
    this.#run = head.run
    this.#batches = batches
    this.#link = new ChainLink(headHash(head))
    this.#tags = tagsOf(batches[0])
  }

  /** Takes the next line, with its end; the fact that it holds, or why it cannot be believed. */
  take(octets: Buffer, from: number, to: number): SeenFact | ChainFault {
    this.#line += 1
    const batch = this.#batches[this.#batch]
    this.text = octets.toString('utf8', from, to - 1)
    const fact = factIn(this.text)
    if (batch === undefined) return this.#fault('event-added', fact)
    const next = this.#link.line(octets, from, to)
    if (next.compare(this.#tags, this.#lines * TAG, (this.#lines + 1) * TAG, 0, TAG) !== 0)
      return this.#fault(this.#kindOf(fact), fact)
    this.#lines += 1
    this.#octets += to - from
    if (this.#lines === batch.lines) {
      const said = { lines: this.#lines, octets: this.#octets, at: batch.at }
      if (this.#link.batch(said) !== batch.hash) return this.#fault('event-changed', fact)
      this.#batch += 1
      this.#tags = tagsOf(this.#batches[this.#batch])
      this.#lines = 0
      this.#octets = 0
    }
    if (fact === undefined) return this.#fault('not-a-fact', fact)
    // What was lost on the way to the disk has no number of its own.
    this.#seq = fact.seq ?? this.#seq
    this.#at = fact.at
    return hasNumber(fact) ? fact : { ...fact, seq: this.#seq }
  }

  /** What is wrong when no line follows: undefined if the chain ends here, too. */
  end(): ChainFault | undefined {
    const left = this.#batches.slice(this.#batch).reduce((sum, { lines }) => sum + lines, -this.#lines)
    if (left === 0) return undefined
    return {
      kind: 'cut-off',
      run: this.#run,
      line: this.#line + 1,
      text: {
        en: `the journal of run ${this.#run} is cut off after line ${this.#line}: ${left === 1 ? 'one more line belongs' : `${left} more lines belong`} to it`,
        es: `el diario de la ejecución ${this.#run} está cortado tras la línea ${this.#line}: ${left === 1 ? 'le falta una línea' : `le faltan ${left} líneas`}`,
      },
    }
  }

  /** By its number one sees what may have happened to a line that is not the one that was written here. */
  #kindOf(fact: FactOfDisk | undefined): ChainFault['kind'] {
    if (fact?.seq === undefined || fact.seq === this.#seq + 1) return 'event-changed'
    return fact.seq <= this.#seq || fact.at < this.#at ? 'event-moved' : 'event-missing'
  }

  #fault(kind: ChainFault['kind'], fact: FactOfDisk | undefined): ChainFault {
    const what = fact === undefined ? '' : ` (${fact.kind}${fact.seq === undefined ? '' : ` ${fact.seq}`})`
    const where = {
      en: `run ${this.#run}, line ${this.#line}${what}`,
      es: `ejecución ${this.#run}, línea ${this.#line}${what}`,
    }
    const said: Record<ChainFault['kind'], Text> = {
      'event-changed': {
        en: 'this is not what the lab wrote here: the line was changed',
        es: 'esto no es lo que el laboratorio escribió aquí: la línea ha sido modificada',
      },
      'event-missing': {
        en: 'this is not what the lab wrote here: lines before it were taken out, or moved',
        es: 'esto no es lo que el laboratorio escribió aquí: faltan líneas anteriores, o se han movido',
      },
      'event-moved': {
        en: 'this line does not stand in its place: lines were put in another order',
        es: 'esta línea no está en su sitio: las líneas se han puesto en otro orden',
      },
      'event-added': {
        en: 'the chain ends before this line: it was added',
        es: 'la cadena termina antes de esta línea: ha sido añadida',
      },
      'not-a-fact': { en: 'this is no fact of a lab', es: 'esto no es un hecho de un laboratorio' },
      'cut-off': { en: 'the journal ends here', es: 'el diario termina aquí' },
    }
    return {
      kind,
      run: this.#run,
      line: this.#line,
      text: { en: `${where.en}: ${said[kind].en}`, es: `${where.es}: ${said[kind].es}` },
    }
  }
}

/** Whether a line was not to be believed. */
export function isFault(found: SeenFact | ChainFault): found is ChainFault {
  return 'run' in found
}

function tagsOf(batch: ChainBatch | undefined): Buffer {
  return batch === undefined ? Buffer.alloc(0) : Buffer.from(batch.tags, 'base64')
}

/** One that tells of lost facts has no number. */
type FactOfDisk = Omit<SeenFact, 'seq'> & { readonly seq?: number }

function factIn(line: string): FactOfDisk | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isFact(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** By hand, for zod would take most of the time of a long journal. */
function isFact(value: unknown): value is FactOfDisk {
  return (
    typeof value === 'object' &&
    value !== null &&
    'at' in value &&
    typeof value.at === 'number' &&
    'service' in value &&
    typeof value.service === 'string' &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    (!('seq' in value) || Number.isSafeInteger(value.seq)) &&
    (!('connection' in value) || typeof value.connection === 'number') &&
    (!('data' in value) || (typeof value.data === 'object' && value.data !== null))
  )
}

function hasNumber(fact: FactOfDisk): fact is SeenFact {
  return fact.seq !== undefined
}
