import { decodeText } from '../dissect/text.ts'

/** Encoded words of one message that are decoded: somebody may write a message of nothing else. */
const MOST_WORDS = 2000

/** Charsets of one message that are looked up: that there is none of a name takes as long to find out as to decode some words. */
const MOST_CHARSETS = 20

/** What may as well be UTF-8. */
const usual = /^(?:|utf-?8|us-ascii|ascii|unknown-8bit|8bit)$/i

/** Reads the texts of one message in the charsets that it names, within bounds whatever it holds. */
export class TextReader {
  readonly #decoders = new Map<string, TextDecoder | undefined>()
  #words = MOST_WORDS

  /** Whether no further encoded words are decoded. */
  get isSpent(): boolean {
    return this.#words <= 0
  }

  /** Counts encoded words. */
  spend(words: number): void {
    this.#words -= words
  }

  /** Octets as text; of an unknown charset they are taken for UTF-8 where they can be, else for Latin-1. */
  read(octets: Buffer, charset: string): string {
    const decoder = usual.test(charset) ? undefined : this.#decoderOf(charset.toLowerCase())
    return decoder?.decode(octets) ?? decodeText(octets)
  }

  #decoderOf(label: string): TextDecoder | undefined {
    if (!this.#decoders.has(label) && this.#decoders.size < MOST_CHARSETS)
      this.#decoders.set(label, createDecoder(label))
    return this.#decoders.get(label)
  }
}

/** Undefined if there is no such charset. */
function createDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label, { ignoreBOM: true })
  } catch {
    return undefined
  }
}
