/** Reads conversations of HTTP/1 for those who look on (RFC 9112). */
import type { Buffer } from 'node:buffer'
import { bounded } from '../../kit/dissect/bounded.ts'
import { say, type Said } from '../../kit/dissect/said.ts'
import type { Fields } from '../../kit/http/request.ts'
import { readLength, ResponseError, responseFraming, type ResponseFraming } from '../../kit/http/response.ts'
import type { Beginning, Dissector, Step, StepPart } from '../../service.ts'
import { BODY, framingLines } from './body.ts'
import { lineText } from './mask.ts'
import { problemText } from './problem-words.ts'
import { MessageReader, type Following, type Judge } from './reader.ts'
import { statusAbout } from './status-words.ts'
import { malformedAbout, methodAbout } from './words.ts'

/** Requests that wait for their answers, whose methods are known; of more nobody waits for all. */
const WAITING = 1000

/** Hears of the heads of a conversation as they were sent, with whatever secrets are in them. */
export interface HeadListener {
  /** `start` is the request line. */
  requested(start: string, fields: Fields): void
  /** The last answer to the first of the requests that have none yet. */
  answered(status: number, fields: Fields): void
}

/** Makes a dissector of one connection. */
export function httpDissector(begin: Beginning, listener?: HeadListener): Dissector {
  return bounded<Step>(new HttpConversation(begin === 'middle', listener))
}

/** What both ends of one connection say. */
class HttpConversation implements Dissector {
  readonly #client: MessageReader
  readonly #server: MessageReader
  /** Of the requests that have no answer yet (RFC 9112 §9.3.2: answers come in their order). */
  readonly #methods: string[] = []
  readonly #listener: HeadListener | undefined

  constructor(isInMiddle: boolean, listener: HeadListener | undefined) {
    this.#listener = listener
    const request: Judge = {
      isStart: (line) => requestLine.test(line),
      refuse: (line) => malformed('client', line),
      head: (start, fields, parts) => this.#request(start, fields, parts),
    }
    const answer: Judge = {
      isStart: (line) => statusLine.test(line),
      refuse: (line) => malformed('server', line),
      head: (start, fields, parts) => this.#answer(start, fields, parts),
    }
    this.#client = new MessageReader('client', request, isInMiddle)
    this.#server = new MessageReader('server', answer, isInMiddle)
  }

  read(from: Step['from'], octets: Buffer): readonly Step[] {
    return from === 'client' ? this.#client.read(octets) : this.#server.read(octets)
  }

  end(): readonly Step[] {
    return [...this.#client.end(), ...this.#server.end()]
  }

  #request(start: string, fields: Fields, parts: readonly StepPart[]): Told {
    const [, method = ''] = requestLine.exec(start) ?? []
    if (this.#methods.length < WAITING) this.#methods.push(method)
    this.#listener?.requested(start, fields)
    return tell(
      { from: 'client', kind: 'request', text: lineText(start), about: methodAbout(method) },
      parts,
      fields,
      () => requestFraming(fields),
    )
  }

  #answer(start: string, fields: Fields, parts: readonly StepPart[]): Told {
    const [, minor, code] = statusLine.exec(start) ?? []
    const status = Number(code)
    // RFC 9110 §15.2: an interim answer is not the last to its request.
    const isInterim = status < 200 && status !== 101
    const method = (isInterim ? this.#methods[0] : this.#methods.shift()) ?? ''
    if (!isInterim) this.#listener?.answered(status, fields)
    // RFC 9110 §9.3.6, §15.2.2: what follows is no HTTP, in either direction.
    const isOther = status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)
    if (isOther) this.#client.stop()
    const told = tell(
      {
        from: 'server',
        kind: status >= 400 ? 'refusal' : 'reply',
        text: lineText(start),
        about: statusAbout(status),
      },
      parts,
      fields,
      () => responseFraming({ version: minor === '0' ? '1.0' : '1.1', status, fields }, method),
      absence(status, method),
    )
    return isOther ? { ...told, following: { kind: 'unknown' } } : told
  }
}

// RFC 9112 §3 and §4
const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) \S+ HTTP\/1\.\d$/
const statusLine = /^HTTP\/1\.(\d) ([1-5]\d\d)(?: |$)/

interface Told {
  readonly step: Step
  readonly following: Following
}

/** The step of a head, and how to read on. */
function tell(
  step: Step,
  parts: readonly StepPart[],
  fields: Fields,
  read: () => ResponseFraming,
  without?: Said,
): Told {
  try {
    const following = read()
    const lines =
      without !== undefined && following.kind === 'none' ? [without] : framingLines(following, fields)
    const body = lines.length === 0 ? [] : [{ name: BODY, lines }]
    return { step: { ...step, parts: [...parts, ...body] }, following }
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error
    const unknown = { en: 'where it ends cannot be known', es: 'no se puede saber dónde acaba' }
    const body = { name: BODY, lines: [say`${unknown}: ${problemText(error.problem)}`] }
    return { step: { ...step, parts: [...parts, body] }, following: { kind: 'unknown' } }
  }
}

// RFC 9112 §6.3: as for an answer, but without a length there is no body.
function requestFraming(fields: Fields): ResponseFraming {
  const coding = fields.get('transfer-encoding')
  const length = readLength(fields)
  if (coding === undefined) return length === undefined ? { kind: 'none' } : { kind: 'length', length }
  if (length !== undefined) throw new ResponseError('length-and-coding')
  if (!/(?:^|,)[ \t]*chunked$/i.test(coding)) throw new ResponseError('coding-unknown')
  return { kind: 'chunked' }
}

/** Why an answer has no body. */
function absence(status: number, method: string): Said {
  if (method === 'HEAD')
    return { en: 'none: HEAD asks for the head alone', es: 'ninguno: HEAD pide solo la cabecera' }
  return { en: `none: ${status} has no body`, es: `ninguno: ${status} no lleva cuerpo` }
}

function malformed(from: Step['from'], line: string): Step {
  // What is no text is content whose head was not seen.
  const isText = !/[^\t\x20-\x7e\xa0-\u{10ffff}]|\ufffd/u.test(line)
  return {
    from,
    kind: from === 'client' ? 'request' : 'data',
    text: isText ? lineText(line) : { en: 'octets that are not HTTP', es: 'octetos que no son HTTP' },
    about: malformedAbout(from),
  }
}
