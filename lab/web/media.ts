/** From a file to what one client gets of it: its type, its validators, and the coding that the client prefers. */
import { extname } from 'node:path'
import { isPieces } from '../kit/http/answer.ts'
import { acceptedCodings, type Coding } from '../kit/http/coding.ts'
import type { Validators } from '../kit/http/conditional.ts'
import type { Folder, FoundFile } from '../kit/http/folder.ts'
import { closeBody, wholeLines, type Representation } from '../kit/http/representation.ts'
import type { Fields } from '../kit/http/request.ts'
import type { HttpConfig } from './options.ts'

/** How much of a file is served coded. */
export type Compression = HttpConfig['compression']

/** What stands in the folder beside a file that was coded beforehand. */
const EXTENSIONS: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz' }
/** Octets below which coding gains nothing. */
const WORTH_CODING = 512
/** The types that become smaller; pictures, sound and archives do not. */
const CODABLE = /^(?:text\/|image\/svg\+xml|application\/(?:json|xml|javascript|wasm|[a-z.]+\+(?:json|xml)))/

interface Media {
  readonly type: string
  readonly isCodable: boolean
}

/** Knows the types of files and keeps what it has coded. */
export class MediaTypes {
  readonly #types: ReadonlyMap<string, Media>
  readonly #compression: Compression
  readonly #hasValidators: boolean
  /** The lines of a file that is kept in memory, and its codings. */
  readonly #lines = new WeakMap<FoundFile, string>()
  readonly #coded = new WeakMap<FoundFile, Map<Coding, Promise<Buffer>>>()

  constructor({ types, compression, validators }: Pick<HttpConfig, 'types' | 'compression' | 'validators'>) {
    this.#compression = compression
    this.#hasValidators = validators
    this.#types = new Map(
      Object.entries(types).map(([extension, type]) => [extension, { type, isCodable: CODABLE.test(type) }]),
    )
  }

  /** Whether a file of this name is served. */
  isServed(name: string): boolean {
    return this.#types.has(extname(name).toLowerCase())
  }

  /** What a client gets of the file at `path` of the folder; undefined, with the file closed, if its type is not served. */
  represent(
    file: FoundFile,
    folder: Folder,
    path: string,
    fields: Fields,
    now: number,
  ): Representation | Promise<Representation> | undefined {
    const media = this.#types.get(file.extension)
    if (media === undefined) {
      closeBody(file.body)
      return undefined
    }
    if (media.isCodable && this.#compression !== 'off')
      return this.#code(file, media.type, folder, path, fields, now)
    const whole = { type: media.type, body: file.body, validators: this.#validatorsOf(file) }
    return { ...whole, lines: this.#linesOf(file, whole, now) }
  }

  #validatorsOf(file: FoundFile): Validators | undefined {
    return this.#hasValidators ? file.validators : undefined
  }

  #linesOf(file: FoundFile, whole: Omit<Representation, 'lines'>, now: number): string {
    const known = this.#lines.get(file)
    if (known !== undefined) return known
    const lines = wholeLines(whole, now)
    // What lies in the future is as old as the answer, which is another each time.
    if (!isPieces(file.body) && file.validators.modified <= now) this.#lines.set(file, lines)
    return lines
  }

  /** The best of what the client accepts and there is; without a coding, as it is. */
  #code(
    file: FoundFile,
    type: string,
    folder: Folder,
    path: string,
    fields: Fields,
    now: number,
  ): Representation | Promise<Representation> {
    const size = file.body.length
    const asked = size < WORTH_CODING ? [] : acceptedCodings(fields.get('accept-encoding'))
    const represent = (
      body: Representation['body'],
      validators: Validators | undefined,
      coding?: Coding,
    ): Representation => {
      const whole = {
        type,
        body,
        validators: validators && tagged(validators, coding),
        more: codingLines(coding),
      }
      return { ...whole, lines: wholeLines(whole, now) }
    }
    for (const coding of asked) {
      const found = folder.find(path + EXTENSIONS[coding])
      if (found.kind !== 'file') continue
      // A link may lead where the path may not; one that is older than the file was made of something else.
      const isBeside = [path, file.path].includes(found.path.slice(0, -EXTENSIONS[coding].length))
      if (!isBeside || found.validators.modified < file.validators.modified) {
        closeBody(found.body)
        continue
      }
      closeBody(file.body)
      return represent(found.body, this.#validatorsOf(found), coding)
    }
    const [coding] = asked
    const { body } = file
    const validators = this.#validatorsOf(file)
    if (coding === undefined || this.#compression !== 'all') return represent(body, validators)
    return this.#codeBody(file, coding).then((coded) => represent(coded, validators, coding))
  }

  async #codeBody(file: FoundFile, coding: Coding): Promise<Representation['body']> {
    const { body } = file
    // Loaded on first use: a site that codes nothing does not pay for it.
    const { CodedBody, encodeBody } = await import('../kit/http/coded-body.ts')
    return isPieces(body)
      ? new CodedBody(body, coding)
      : this.#encode(file, () => encodeBody(octetsOf(body), coding), coding)
  }

  /** Once for each file that is kept in memory. */
  #encode(file: FoundFile, encode: () => Promise<Buffer>, coding: Coding): Promise<Buffer> {
    const codings = this.#coded.get(file) ?? new Map<Coding, Promise<Buffer>>()
    this.#coded.set(file, codings)
    const kept = codings.get(coding)
    if (kept !== undefined) return kept
    const octets = encode()
    codings.set(coding, octets)
    // What failed for want of memory may succeed the next time.
    octets.catch(() => codings.delete(coding))
    return octets
  }
}

/** RFC 9110 §8.8.3.3: each coding is another representation. */
function tagged({ tag, modified }: Validators, coding: Coding | undefined): Validators {
  return { tag: coding === undefined ? tag : `${tag.slice(0, -1)}-${coding}"`, modified }
}

// RFC 9110 §12.5.5: another client gets another coding.
function codingLines(coding: Coding | undefined): string {
  return `Vary: Accept-Encoding\r\n${coding === undefined ? '' : `Content-Encoding: ${coding}\r\n`}`
}

function octetsOf(body: string | Buffer): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : body
}
