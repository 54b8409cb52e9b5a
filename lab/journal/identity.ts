/** Who it was, as facts tell it. */
import type { FactData } from '../service.ts'

/** Whom a fact is about: its `account`, or the `user` of a certificate or of an HTTP login. */
export function accountIn(data: FactData | undefined): string | undefined {
  const account = data?.['account'] ?? data?.['user']
  return typeof account === 'string' && account !== '' ? account : undefined
}

/** Who the client has proved to be, by a fact that is no refusal: an account without a client is a recipient's. */
export function provedIn(data: FactData | undefined): string | undefined {
  return data?.['client'] === undefined ? undefined : accountIn(data)
}

/** Whether a fact of this kind tells that something was refused or failed. */
export function isRefusal(kind: string): boolean {
  return /\.(?:refused|failed|rejected|malformed|broken|bounced|denied)$/.test(kind)
}
