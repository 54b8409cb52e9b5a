import type { HttpAnswer } from './answer.ts'
import type { HttpRefusal } from './refusal.ts'
import type { HttpHead, HttpRequest } from './request.ts'

/** Why a connection ended; `limit` covers the number of requests and a client that reads too slowly. */
export type CloseReason = 'idle' | 'error' | 'limit' | 'client' | 'server stop'

/** The head of a refused request, as far as it was read: its fields at least, the method if its line was, the rest only if all of it was. */
export type RefusedHead = Pick<HttpHead, 'fields'> & Partial<HttpHead>

/** What one connection asks of the program behind the engine. */
export interface HttpSession<Answer extends HttpAnswer = HttpAnswer> {
  /** Answers one request; an error that it throws is a bug, answered with 500, and ends the connection. */
  answer(request: HttpRequest): Answer | Promise<Answer>
  /** The page of a refusal by the engine. */
  refuse(refusal: HttpRefusal, head: RefusedHead): Answer
  /** After the last octet of an answer was handed to the connection; `octets` of its body were. */
  answered(answer: Answer, octets: number): void
  /** A bug in `answer`, or a body that could not be read to its end. */
  failed(error: unknown): void
  /** Once, after everything else. */
  closed(why: CloseReason): void
}
