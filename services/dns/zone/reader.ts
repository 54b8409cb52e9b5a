/** The words of one entry of a master file, with each mistake at its place. */
import type { Text } from '../../../lab/service.ts'
import { WordError, type Token, type Words } from '../records/fields.ts'
import { parseName, PresentationError, type Name } from '../wire/name.ts'
import type { Entry, Position } from './scanner.ts'

/** A mistake and the place where it stands. */
export class Misplaced extends Error {
  readonly at: Position
  readonly text: Text

  constructor(at: Position, text: Text) {
    super(text.en)
    this.at = at
    this.text = text
  }
}

/** Takes the words of an entry in turn and puts the mistakes of what it calls at their place. */
export class Reader implements Words {
  readonly origin: Name
  private readonly entry: Entry
  private readonly place: Position | undefined
  private next = 0

  /** With a `place`, all mistakes stand there: that of the text which the entry was made from. */
  constructor(entry: Entry, origin: Name, place?: Position) {
    this.entry = entry
    this.origin = origin
    this.place = place
  }

  peek(): Token | undefined {
    return this.entry.tokens[this.next]
  }

  hasMore(): boolean {
    return this.next < this.entry.tokens.length
  }

  take(): Token {
    const token = this.peek()
    if (token === undefined) {
      throw new Misplaced(this.place ?? this.entry.end, {
        en: 'a value is missing at the end of this entry',
        es: 'falta un valor al final de esta entrada',
      })
    }
    this.next += 1
    return token
  }

  /** Runs a step; what it finds wrong is the fault of the word that it names, else of the last one that it took. */
  step<Value>(run: () => Value): Value {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof PresentationError)) throw error
      const token = error instanceof WordError ? error.token : this.entry.tokens[this.next - 1]
      throw new Misplaced(this.place ?? token ?? this.entry.end, error.text)
    }
  }

  name(): Name {
    return this.step(() => parseName(this.take().text, this.origin))
  }

  finish(): void {
    const token = this.peek()
    if (token === undefined) return
    throw new Misplaced(this.place ?? token, {
      en: `"${token.text}" is one value too many`,
      es: `"${token.text}" es un valor de más`,
    })
  }
}
