/** How wrong name servers are made of a right one. */
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import type { Spoiling } from './dns-proxy.ts'

/** The domain that is asked for. */
export const domain = 'example.test'

/** A wrong server: made anew for each run. */
export interface Mutant {
  readonly title: string
  readonly spoil: () => Spoiling
  /** Ids of cases that must fail with it. */
  readonly fails: readonly string[]
}

/** A mutant whose answers are changed as messages; those that cannot be read stay. */
export function changing(
  title: string,
  fails: readonly string[],
  change: (message: Message, over: 'udp' | 'tcp') => Partial<Message> | undefined,
): Mutant {
  const answer = (octets: Buffer, _query: Buffer, over: 'udp' | 'tcp'): Buffer => {
    const message = decodeMessage(octets)
    const changed = change(message, over)
    return changed === undefined ? octets : encodeMessage({ ...message, ...changed })
  }
  return { title, fails, spoil: () => ({ answer }) }
}

/** A mutant that understands questions in its own way. */
export function misreading(
  title: string,
  fails: readonly string[],
  query: (octets: Buffer) => Buffer,
): Mutant {
  return { title, fails, spoil: () => ({ query: (octets) => query(Buffer.from(octets)) }) }
}

/** A mutant whose answers are changed octet by octet. */
export function patching(
  title: string,
  fails: readonly string[],
  answer: (octets: Buffer, query: Buffer) => Buffer | undefined,
): Mutant {
  return { title, fails, spoil: () => ({ answer: (octets, query) => answer(Buffer.from(octets), query) }) }
}

/** The type that is asked for. */
export const asked = ({ questions }: Message): number => questions[0]?.type ?? 0
/** The name that is asked for. */
export const nameAsked = ({ questions }: Message): string =>
  questions[0] ? printName(questions[0].name) : ''
/** A name of the domain. */
export const full = (name: string): ReturnType<typeof parseName> => parseName(name, parseName(domain, ROOT))
