/** What all mechanisms have in common: bounded UTF-8, and accounts that may be busy. */
import type { Buffer } from 'node:buffer'
import { BusyError } from '../busy.ts'
import type { SaslAccounts, SaslStep } from '../sasl.ts'

/** Octets of one response: a name of 255 octets twice (RFC 4616 §2) and the longest password. */
const LONGEST_RESPONSE = 4096

/** A client that does not keep to its mechanism. */
export const MALFORMED: SaslStep = { kind: 'failed', why: 'malformed' }

/** The text of a response; undefined if it is too long or not UTF-8. */
export function responseText(response: Buffer): string | undefined {
  if (response.length > LONGEST_RESPONSE) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(response)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** Whether it can be an account's name: not empty, at most 255 octets (RFC 4616 §2), no control characters. */
export function isName(name: string): boolean {
  return name !== '' && name.length <= 255 && !/\p{Cc}/u.test(name)
}

/** Ends a login by a password that crossed the wire. */
export async function verifyPassword(
  accounts: SaslAccounts,
  name: string,
  password: string,
): Promise<SaslStep> {
  try {
    if (await accounts.verify(name, password)) return { kind: 'done', name }
    return { kind: 'failed', why: 'rejected', name }
  } catch (error) {
    return busyStep(error, name)
  }
}

/** What a login comes to for which there is no room; throws what is no BusyError, for that is a bug. */
export function busyStep(error: unknown, name: string): SaslStep {
  if (error instanceof BusyError) return { kind: 'failed', why: 'busy', name }
  throw error
}
