import { LabError } from '../host/error.ts'
import type { Words } from '../words/index.ts'

/** A request that HTTP has a status of its own for. */
export class RequestError extends LabError {
  /** As in RFC 9110 §15.5. */
  readonly status: 404 | 415 | 503

  constructor(status: RequestError['status'], said: (words: Words) => string) {
    super(said, { blame: 'wrong' })
    this.status = status
  }
}
