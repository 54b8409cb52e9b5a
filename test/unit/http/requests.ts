import { checkRequest } from '../../../lab/kit/http/framing.ts'
import { RequestParser } from '../../../lab/kit/http/parser.ts'
import { HttpRefusal } from '../../../lab/kit/http/refusal.ts'

/** What a parser made of some text: the requests, and the refusal that ended it. */
export interface Outcome {
  readonly requests: readonly string[]
  readonly refusal?: string
}

const limits = { line: 8192, fields: 32_768, count: 100 }
const rules = { methods: ['GET'], body: 65_536 }

/** Reads all that text, cut into pieces, holds; any error but a refusal is thrown on. */
export function readAll(pieces: readonly string[]): Outcome {
  const parser = new RequestParser(limits)
  const requests: string[] = []
  let text = ''
  let skip = 0
  try {
    for (const piece of pieces) {
      text += piece
      for (;;) {
        const dropped = Math.min(skip, text.length)
        text = text.slice(dropped)
        skip -= dropped
        if (skip > 0) break
        const head = parser.read(text, 0)
        text = text.slice(parser.position)
        if (head === undefined) break
        const request = checkRequest(head, rules)
        requests.push(
          JSON.stringify([
            request.method,
            request.target,
            request.version,
            request.host,
            [...request.fields],
          ]),
        )
        skip = request.bodyLength
      }
    }
  } catch (error) {
    if (error instanceof HttpRefusal) return { requests, refusal: error.reason }
    throw error
  }
  return { requests }
}
