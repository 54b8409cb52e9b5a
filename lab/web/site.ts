import { fieldLines, type HttpAnswer } from '../kit/http/answer.ts'
import { followedPath } from '../kit/http/containment.ts'
import { Folder, type FolderProblem, type FoundFile } from '../kit/http/folder.ts'
import { preferLanguage } from '../kit/http/language.ts'
import { closeBody, selectPart, type Representation } from '../kit/http/representation.ts'
import type { Fields, HttpRequest } from '../kit/http/request.ts'
import { decodePath } from '../kit/http/target.ts'
import type { ServiceContext } from '../service.ts'
import type { Gate } from './auth/auth.ts'
import { foldPath } from './auth/fold.ts'
import type { Refusal, Welcome } from './auth/verdict.ts'
import { CounterWriter, readCounter } from './cookie.ts'
import { extraAnswer } from './extras.ts'
import { MediaTypes } from './media.ts'
import type { HttpConfig } from './options.ts'
import { Pages } from './page.ts'
import { gatewayStatuses } from './proxy-words.ts'
import type { SiteParts } from './parts.ts'
import type { Client, Location, Proxy } from './proxy.ts'
import type { Language, Reason } from './words.ts'

/** An answer with what the journal and the log want to know of it. */
export interface SiteAnswer extends HttpAnswer {
  /** Why it is not the file that was asked for. */
  readonly reason?: Reason
  /** The visit counter that the request brought. */
  readonly before?: number | undefined
  /** The visit counter that the answer sets. */
  readonly after?: number | undefined
  /** Who has logged in for it. */
  readonly user?: string
}

/** What one site is made of; each host has its own. */
export type SiteOptions = Omit<HttpConfig, 'hosts'>

/** What of the lab a site needs. */
export type SiteTools = Pick<ServiceContext<unknown>, 'clock' | 'random' | 'signal' | 'connect' | 'world'> & {
  readonly parts: SiteParts
  /** Its clients come over TLS, and shall bring the cookie over nothing else. */
  readonly isSecure: boolean
}

/** A request on its way: who sent it, when it came in milliseconds since 1970, and the visit counter that it brought. */
interface Visit {
  readonly request: HttpRequest
  readonly client: Client
  readonly now: number
  readonly path: string
  readonly before: number | undefined
  /** Somebody has logged in here for it. */
  readonly isWelcome?: boolean
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
  forbidden: 403,
  busy: 503,
  visits: 403,
  precondition: 412,
  range: 416,
} as const

/** Answers requests with the files of one folder and counts visits in a cookie; it keeps nothing between two requests. */
export class Site {
  readonly #options: SiteOptions
  readonly #root: string
  readonly #folder: Folder
  readonly #media: MediaTypes
  readonly #cookies: CounterWriter | undefined
  /** Keeps browsers from counting a visit less (RFC 9111 §4.2.2: what has a date may be kept for a while). */
  readonly #cacheLine: string
  readonly #forbidden: readonly string[]
  /** Those that a client's certificate opens. */
  readonly #guarded: readonly string[]
  readonly #listed: readonly string[]
  readonly #gate: Gate | undefined
  readonly #proxy: Proxy | undefined
  readonly #languages: [Language, Language]
  readonly #pages = new Pages()

  /** `root` is the absolute path of the folder. */
  constructor(root: string, options: SiteOptions, tools: SiteTools, guarded: readonly string[] = []) {
    const {
      index,
      smallFile: smallSize,
      memory: memorySize,
      shared: sharedSize,
      listing,
      protect,
      proxy,
    } = options
    const { clock, random, world } = tools
    this.#options = options
    this.#root = root
    this.#folder = new Folder(root, { index, smallSize, memorySize, sharedSize })
    this.#media = new MediaTypes(options)
    this.#cookies = options.cookie === false ? undefined : new CounterWriter(options.cookie, tools.isSecure)
    this.#cacheLine = options.validators ? 'Cache-Control: no-cache\r\n' : ''
    this.#forbidden = options.forbidden.map(foldPath)
    this.#guarded = guarded.map(foldPath)
    this.#listed = typeof listing === 'boolean' ? (listing ? ['/'] : []) : listing
    const { Gate, Proxy } = tools.parts
    if (Gate !== undefined && !isEmpty(protect))
      this.#gate = new Gate(protect, { clock, random, accounts: world.accounts })
    if (Proxy !== undefined && !isEmpty(proxy)) this.#proxy = new Proxy(proxy, tools)
    this.#languages = options.language === 'es' ? ['es', 'en'] : ['en', 'es']
  }

  /** The answer at `now`, milliseconds since 1970. */
  answer(request: HttpRequest, client: Client, now: number): SiteAnswer | Promise<SiteAnswer> {
    const { fields } = request
    const decoded = decodePath(request.path)
    if ('problem' in decoded) return this.#refuse(decoded.problem, fields)
    const { path } = decoded
    if (this.#isForbidden(path)) return this.#refuse('forbidden', fields)
    const visit = { request, client, now, path, before: this.#visits(fields) }
    const verdict = this.#gate?.judge(request, path)
    if (verdict === undefined) return this.#admit(visit)
    return this.#judge(verdict, visit)
  }

  /** An HTML page in the reader's language instead of what was asked for. */
  page(status: number, reason: Reason, fields: Fields): SiteAnswer {
    const page = this.#pages.page(status, reason, this.#language(fields))
    return { status, fields: page.fields, body: page.body, reason }
  }

  #language(fields: Fields): Language {
    return preferLanguage(fields.get('accept-language'), this.#languages)
  }

  #isForbidden(path: string): boolean {
    // The folder itself is as closed without its final slash.
    return this.#forbidden.length > 0 && isBelow(`${path}/`, this.#forbidden)
  }

  /** Whether a link leads into a folder that is forbidden, or protected otherwise than the path that was asked for. */
  #isClosed(real: string, path: string): boolean {
    if (this.#isForbidden(real) || this.#gate?.prefixOf(real) !== this.#gate?.prefixOf(path)) return true
    return isBelow(`${real}/`, this.#guarded) && !isBelow(`${path}/`, this.#guarded)
  }

  /** Whether a path leads into such a folder: nobody is told what is there, and what is not. */
  #isVeiled(path: string): boolean {
    if (this.#forbidden.length + this.#guarded.length === 0 && this.#gate === undefined) return false
    const real = followedPath(this.#root, path)
    return real !== undefined && real !== path && this.#isClosed(real, path)
  }

  #visits(fields: Fields): number | undefined {
    const { cookie } = this.#options
    return cookie === false ? undefined : readCounter(fields.get('cookie'), cookie.name)
  }

  async #judge(
    judging: Welcome | Refusal | undefined | Promise<Welcome | Refusal | undefined>,
    visit: Visit,
  ): Promise<SiteAnswer> {
    const verdict = await judging
    if (verdict === undefined) return this.#admit(visit)
    if ('challenge' in verdict) {
      const page = this.page(verdict.status, verdict.why, visit.request.fields)
      return { ...page, fields: page.fields + verdict.challenge, before: visit.before }
    }
    const answer = await this.#admit({ ...visit, isWelcome: true })
    return { ...answer, fields: answer.fields + verdict.fields, user: verdict.user }
  }

  /** Answers somebody whom nothing keeps out but the number of visits. */
  #admit(visit: Visit): SiteAnswer | Promise<SiteAnswer> {
    const { request, path, before } = visit
    const { fields } = request
    const { cookie, index } = this.#options
    if (cookie !== false && before !== undefined && before >= cookie.max)
      return this.#refuse('visits', fields, before)
    const location = this.#proxy?.match(path)
    if (location !== undefined) return this.#forward(location, visit)
    const found = this.#folder.find(path)
    if (found.kind !== 'file' && this.#isVeiled(path)) return this.#refuse('forbidden', fields, before)
    if (found.kind === 'folder') return this.#redirect(visit)
    if (found.kind === 'problem') return this.#miss(found.problem, visit)
    return this.#serve(found, path.endsWith('/') ? path + index : path, visit)
  }

  #serve(file: FoundFile, path: string, visit: Visit): SiteAnswer | Promise<SiteAnswer> {
    const { request, before, now } = visit
    if (file.path !== path && this.#isClosed(file.path, visit.path)) {
      closeBody(file.body)
      return this.#refuse('forbidden', request.fields, before)
    }
    const represented = this.#media.represent(file, this.#folder, path, request.fields, now)
    if (represented === undefined)
      return { ...this.page(this.#options.unsupported, 'type', request.fields), before }
    return represented instanceof Promise
      ? represented.then((ready) => this.#count(this.#select(ready, visit), visit))
      : this.#count(this.#select(represented, visit), visit)
  }

  #select(representation: Representation, { request, before, now }: Visit): SiteAnswer {
    const selected = selectPart(request, representation, now)
    if (!('problem' in selected)) return selected
    const page = this.#refuse(selected.problem, request.fields, before)
    return { ...page, fields: page.fields + selected.fields }
  }

  /** Sets the visit counter in an answer that is no refusal. */
  #count(answer: SiteAnswer, { before, now }: Visit): SiteAnswer {
    if (this.#cookies === undefined || answer.reason !== undefined) return answer
    const after = (before ?? 0) + 1
    const { status, fields, body } = answer
    return {
      status,
      fields: `${fields}${this.#cacheLine}${this.#cookies.line(after, now)}`,
      body,
      before,
      after,
    }
  }

  /** What is not in the folder may be made: a list, or what every site is asked for. */
  #miss(problem: FolderProblem, visit: Visit): SiteAnswer | Promise<SiteAnswer> {
    const { path, request, before, now } = visit
    if (problem === 'no-index' && this.#listed.some((folder) => path.startsWith(folder)))
      return this.#list(visit)
    const extra = problem === 'missing' ? extraAnswer(path, this.#options, now) : undefined
    return extra === undefined
      ? this.#refuse(problem, request.fields, before)
      : { ...this.#select(extra, visit), before }
  }

  async #list(visit: Visit): Promise<SiteAnswer> {
    const { path, request, before } = visit
    const [{ listFolder }, { listingPage }] = await Promise.all([
      import('../kit/http/folder-list.ts'),
      import('./listing.ts'),
    ])
    const listing = await listFolder(this.#root, path, {
      isServed: (name, kind) =>
        kind === 'folder' ? !this.#isForbidden(path + name) : this.#media.isServed(name),
      isOpen: (real, asked) => !this.#isClosed(real, asked),
    })
    if (typeof listing === 'string') return this.#refuse(listing, request.fields, before)
    const { fields, body } = listingPage(path, listing, this.#language(request.fields))
    return this.#count({ status: 200, fields, body }, visit)
  }

  async #forward(location: Location, visit: Visit): Promise<SiteAnswer> {
    const { request, client, before, isWelcome = false } = visit
    // The password was meant for this server, and is none of the other's business.
    const fields = isWelcome ? request.fields.without('authorization') : request.fields
    const answer = await this.#proxy?.answer(location, { ...request, fields }, client)
    if (answer === undefined) throw new TypeError('a location without its proxy')
    if (!('problem' in answer)) return answer
    return { ...this.page(gatewayStatuses[answer.problem], answer.problem, request.fields), before }
  }

  #refuse(reason: keyof typeof statuses, fields: Fields, before?: number): SiteAnswer {
    return { ...this.page(statuses[reason], reason, fields), before }
  }

  /** A relative link in a folder's page only works below an address that ends with a slash. */
  #redirect({ request: { path, query, fields }, before }: Visit): SiteAnswer {
    const page = this.page(301, 'moved', fields)
    // The path as sent holds no second slash at its beginning, so that it cannot name another host (RFC 3986 §4.2).
    const location = `${path}/${query === undefined ? '' : `?${query}`}`
    return { ...page, fields: page.fields + fieldLines({ Location: location }), before }
  }
}

function isEmpty(rules: object): boolean {
  return Object.keys(rules).length === 0
}

/** Whether a path lies in one of these folders, whatever a file system takes for the same. */
function isBelow(path: string, folders: readonly string[]): boolean {
  const folded = foldPath(path)
  return folders.some((folder) => folded.startsWith(folder))
}
