import { fieldLines, isPieces, type HttpAnswer } from '../../lab/kit/http/answer.ts'
import { Folder, type FoundFile } from '../../lab/kit/http/folder.ts'
import { preferLanguage } from '../../lab/kit/http/language.ts'
import type { Fields, HttpRequest } from '../../lab/kit/http/request.ts'
import { decodePath } from '../../lab/kit/http/target.ts'
import { CounterWriter, readCounter } from './cookie.ts'
import type { HttpConfig } from './options.ts'
import { Pages } from './page.ts'
import type { Language, Reason } from './words.ts'

/** An answer with what the journal wants to know of it. */
export interface SiteAnswer extends HttpAnswer {
  /** Why it is not the file that was asked for. */
  readonly reason?: Reason
  /** The visit counter that the request brought. */
  readonly before?: number | undefined
  /** The visit counter that the answer sets. */
  readonly after?: number | undefined
}

const statuses = {
  'path-syntax': 400,
  'path-hidden': 403,
  'path-missing': 404,
  missing: 404,
  outside: 403,
  special: 403,
  unreadable: 403,
  'no-index': 403,
  busy: 503,
  type: 415,
  visits: 403,
} as const

/** Answers requests with the files of one folder and counts visits in a cookie; it keeps nothing between two requests. */
export class Site {
  readonly #folder: Folder
  readonly #types: ReadonlyMap<string, string>
  readonly #counter: HttpConfig['cookie']
  readonly #cookies: CounterWriter | undefined
  readonly #languages: [Language, Language]
  readonly #pages = new Pages()

  /** `root` is the absolute path of the folder. */
  constructor(root: string, config: HttpConfig) {
    this.#folder = new Folder(root, { index: config.index })
    this.#types = new Map(
      Object.entries(config.types).map(([extension, type]) => [
        extension,
        fieldLines({ 'Content-Type': type }),
      ]),
    )
    this.#counter = config.cookie
    this.#cookies = config.cookie === false ? undefined : new CounterWriter(config.cookie)
    this.#languages = config.language === 'es' ? ['es', 'en'] : ['en', 'es']
  }

  /** The answer at `now`, milliseconds since 1970. */
  answer(request: HttpRequest, now: number): SiteAnswer {
    const decoded = decodePath(request.path)
    if ('problem' in decoded) return this.#refuse(decoded.problem, request.fields)
    const before = this.#visits(request.fields)
    if (this.#counter !== false && before !== undefined && before >= this.#counter.max) {
      return this.#refuse('visits', request.fields, before)
    }
    const found = this.#folder.find(decoded.path)
    if (found.kind === 'file') return this.#serve(found, request.fields, before, now)
    if (found.kind === 'folder') return this.#redirect(request, before)
    return this.#refuse(found.problem, request.fields, before)
  }

  /** An HTML page in the reader's language instead of what was asked for. */
  page(status: number, reason: Reason, fields: Fields): SiteAnswer {
    const language = preferLanguage(fields.get('accept-language'), this.#languages)
    const page = this.#pages.page(status, reason, language)
    return { status, fields: page.fields, body: page.body, reason }
  }

  #visits(fields: Fields): number | undefined {
    return this.#counter === false ? undefined : readCounter(fields.get('cookie'), this.#counter.name)
  }

  #serve(file: FoundFile, fields: Fields, before: number | undefined, now: number): SiteAnswer {
    const type = this.#types.get(file.extension)
    if (type === undefined) {
      if (isPieces(file.body)) file.body.close()
      return this.#refuse('type', fields, before)
    }
    if (this.#cookies === undefined) return { status: 200, fields: type, body: file.body }
    const after = (before ?? 0) + 1
    return { status: 200, fields: type + this.#cookies.line(after, now), body: file.body, before, after }
  }

  #refuse(reason: keyof typeof statuses, fields: Fields, before?: number): SiteAnswer {
    return { ...this.page(statuses[reason], reason, fields), before }
  }

  /** A relative link in a folder's page only works below an address that ends with a slash. */
  #redirect({ path, query, fields }: HttpRequest, before: number | undefined): SiteAnswer {
    const page = this.page(301, 'moved', fields)
    // The path as sent holds no second slash at its beginning, so that it cannot name another host (RFC 3986 §4.2).
    const location = `${path}/${query === undefined ? '' : `?${query}`}`
    return { ...page, fields: page.fields + fieldLines({ Location: location }), before }
  }
}
