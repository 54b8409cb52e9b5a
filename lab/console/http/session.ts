/** One connection to the console: the gate, then the page, its files, the operations, streams and downloads. */
import { LabError, stackOf } from '../../host/error.ts'
import { nearest } from '../../kit/nearest.ts'
import type { HttpAnswer } from '../../kit/http/answer.ts'
import { preferLanguage } from '../../kit/http/language.ts'
import { HttpRefusal } from '../../kit/http/refusal.ts'
import type { HttpRequest } from '../../kit/http/request.ts'
import type { HttpSession, RefusedHead } from '../../kit/http/session.ts'
import type { Logger } from '../../service.ts'
import type { Operation, Operations, StreamEvent } from '../operation.ts'
import { RequestError } from '../request-error.ts'
import {
  bodyAnswer,
  closedAnswer,
  errorAnswer,
  jsonAnswer,
  MAIL_POLICY,
  PAGE_POLICY,
  wordAnswer,
} from './answer.ts'
import type { Assets } from './assets.ts'
import type { Downloads } from './downloads.ts'
import { EventBody } from './events.ts'
import type { Gate } from './gate.ts'

/** Streams that may be open at once, of all connections together. */
const MOST_STREAMS = 100

/** How deep an input may nest, and how many values it may hold: what is checked is walked through, and each may be a mistake to be told. */
const [DEEPEST, MOST_VALUES] = [64, 2000]

/** What all connections to one console share. */
export interface Office {
  readonly gate: Gate
  readonly assets: Assets
  readonly operations: Operations
  readonly downloads: Downloads
  readonly log: Logger
  /** The open streams, which end with the console. */
  readonly streams: Set<EventBody>
}

/** One connection to the console. */
export class ConsoleSession implements HttpSession {
  readonly #office: Office
  /** The stream that this connection reads. */
  #stream: EventBody | undefined
  /** Aborts when the client has left. */
  readonly #left = new AbortController()

  constructor(office: Office) {
    this.#office = office
  }

  /** The client sends nothing more: one that reads a stream has left, and is not written to until that fails. */
  end(): void {
    this.#stream?.abort()
    this.#left.abort()
  }

  async answer(request: HttpRequest): Promise<HttpAnswer> {
    const verdict = this.#office.gate.judge(request)
    if ('status' in verdict) return closedAnswer(verdict.status)
    if ('location' in verdict) return wordAnswer(303, { Location: verdict.location })
    try {
      return await this.#route(request, verdict.path)
    } catch (error) {
      if (error instanceof LabError) return errorAnswer(error)
      this.failed(error)
      return errorAnswer(new LabError((words) => words.internalError), 500)
    }
  }

  refuse(refusal: HttpRefusal, head: RefusedHead): HttpAnswer {
    const { method, target, version, fields } = head
    // What could be read decides who may learn more than that it was refused.
    if (method !== undefined && target !== undefined && version !== undefined && refusal.status !== 400) {
      const [path = ''] = target.split('?', 1)
      const verdict = this.#office.gate.judge({ host: fields.get('host') ?? '', fields, path, method })
      if ('status' in verdict) return closedAnswer(verdict.status)
    }
    return wordAnswer(refusal.status)
  }

  answered(): void {
    // The console's own exchanges are no facts of the lab.
  }

  failed(error: unknown): void {
    this.#office.log.error({ error: stackOf(error) }, 'internal error in the console; the lab goes on')
  }

  closed(): void {
    // Its stream, if it had one, has been closed with it.
    this.#left.abort()
  }

  async #route(request: HttpRequest, path: string): Promise<HttpAnswer> {
    const segments = path.split('/').map(decoded)
    const [area = '', ...rest] = segments
    const { assets, downloads } = this.#office
    if (area === 'api' && rest[0] === 'stream') return this.#follow(request, rest.slice(1).join('/'))
    if (area === 'api') return this.#exchange(request, rest.join('/'))
    if (area === 'download' && request.method === 'POST') return downloads.make(rest, inputOf(request))
    if (request.method !== 'GET' && request.method !== 'HEAD') return wordAnswer(405, { Allow: 'GET, HEAD' })
    if (area === 'download')
      return downloads.read(rest, preferLanguage(request.fields.get('accept-language'), ['en', 'es']))
    if (path === 'openapi.json') return this.#exchangeOf('openapi', {})
    if (path === '') return pageAnswer(PAGE_POLICY, await assets.index())
    const [account, id, what] = rest
    if (area === 'mail' && account !== undefined && id !== undefined && what === 'html')
      return pageAnswer(MAIL_POLICY, await downloads.html(account, id))
    const asset = area === 'assets' ? await assets.read(path.slice('assets/'.length)) : undefined
    return asset === undefined ? wordAnswer(404) : bodyAnswer(asset.type, asset.content)
  }

  /** Changes and questions are asked for as no form and no link of another page can ask. */
  async #exchange(request: HttpRequest, name: string): Promise<HttpAnswer> {
    if (request.method !== 'POST') return wordAnswer(405, { Allow: 'POST' })
    return this.#exchangeOf(name, inputOf(request))
  }

  async #exchangeOf(name: string, input: unknown): Promise<HttpAnswer> {
    const operation = this.#operation(name)
    if (operation.isStream) throw new LabError((words) => words.operationStreams(name), { blame: 'wrong' })
    // Who has ended its half of the connection may still wait for the answer: else only the lab's end cuts it short.
    const signal = operation.isStoppable ? this.#left.signal : new AbortController().signal
    return jsonAnswer(await operation.run(input, signal))
  }

  #follow(request: HttpRequest, name: string): HttpAnswer {
    if (request.method !== 'GET') return wordAnswer(405, { Allow: 'GET' })
    const operation = this.#operation(name)
    if (!operation.isStream) throw new LabError((words) => words.operationAnswers(name), { blame: 'wrong' })
    const input = jsonOf(new URLSearchParams(request.query ?? '').get('input') ?? '{}')
    const after = request.fields.get('last-event-id')
    const { streams } = this.#office
    if (streams.size >= MOST_STREAMS) throw new RequestError(503, (words) => words.streamsTooMany)
    const open = (signal: AbortSignal): AsyncIterable<StreamEvent> =>
      operation.events?.(input, signal, after) ?? eventsOf(operation.run(input, signal))
    const body: EventBody = new EventBody(open, () => streams.delete(body))
    streams.add(body)
    this.#stream = body
    return bodyAnswer('text/event-stream; charset=utf-8', body)
  }

  #operation(name: string): Operation {
    const { operations } = this.#office
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (operation !== undefined && !operation.isLocal) return operation
    const known = Object.keys(operations).filter((key) => operations[key]?.isLocal === false)
    throw new RequestError(404, (words) => words.operationMissing(name, nearest(name, known)))
  }
}

/** The stream of an operation whose events cannot be resumed: it begins anew, with what there is. */
async function* eventsOf(items: ReturnType<Operation['run']>): AsyncGenerator<StreamEvent> {
  if (items instanceof Promise) return
  for await (const item of items) yield { data: JSON.stringify(item) }
}

/** What a POST brings; throws if another site's form could have sent it. */
function inputOf({ fields, body }: HttpRequest): unknown {
  if (!/^application\/json[ \t]*(?:;|$)/i.test(fields.get('content-type') ?? ''))
    throw new RequestError(415, (words) => words.contentWrong)
  return body === undefined || body.length === 0 ? {} : jsonOf(body.toString('utf8'))
}

/** An object from its JSON; throws a LabError for anything else, and for one that nests too deep or holds too much. */
function jsonOf(text: string): unknown {
  const { depth, values } = measure(text)
  if (depth > DEEPEST || values > MOST_VALUES)
    throw new LabError((words) => words.bodyLarge, { blame: 'wrong' })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // It is told below, like all else that is no object.
  }
  throw new LabError((words) => words.bodyWrong, { blame: 'wrong' })
}

/** How deep a text of JSON nests and how much it holds; a string without its end goes to that of the text, so that nothing is read twice. */
function measure(text: string): { readonly depth: number; readonly values: number } {
  let deepest = 0
  let depth = 0
  let values = 1
  for (const [mark] of text.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{},]/gs)) {
    if (mark === ',') values += 1
    else if (mark === ']' || mark === '}') depth -= 1
    else if (mark === '[' || mark === '{') {
      values += 1
      deepest = Math.max(deepest, (depth += 1))
    }
  }
  return { depth: deepest, values }
}

/** An HTML document, and what it may do. */
function pageAnswer(policy: string, html: string): HttpAnswer {
  return bodyAnswer('text/html; charset=utf-8', html, { 'Content-Security-Policy': policy })
}

/** A segment of a path decoded; as it stands if it cannot be. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
