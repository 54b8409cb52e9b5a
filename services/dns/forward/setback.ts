/** Why a server gave nothing that could be passed on, as an Extended DNS Error says it (RFC 8914). */
import { addressText } from '../../../lab/kit/address.ts'
import type { Address } from '../../../lab/service.ts'
import { printCode } from '../wire/codes.ts'
import type { Message } from '../wire/message.ts'
import { EXTENDED_ERROR, readExtendedErrors, type ExtendedError } from '../wire/extended-error.ts'

/** What became of one question at one server. */
export interface Setback {
  readonly server: Address
  /** One of `EXTENDED_ERROR`. */
  readonly code: number
  /** English, to be read behind the server's address. */
  readonly text: string
  /** Whether the server is to blame for saying nothing, and may be asked again. */
  readonly isSilence: boolean
}

/** Characters of another server's own words that are passed on. */
const QUOTE_LIMIT = 80

/** The error for a client whose question had these setbacks; servers of the same fate share one sentence. */
export function summarize(setbacks: readonly Setback[]): ExtendedError {
  const fates = Map.groupBy(setbacks, ({ text }) => text)
  const text = [...fates]
    .map(([fate, at]) => `${at.map(({ server }) => addressText(server)).join(' and ')} ${fate}`)
    .join('; ')
  const [first] = setbacks
  const isAlike = setbacks.every(({ code }) => code === first?.code)
  return { code: isAlike && first ? first.code : EXTENDED_ERROR.noReachableAuthority, text }
}

/** An answer whose code says that there is none; what its sender says of the reason is quoted, not taken over. */
export function failedAnswer(server: Address, { rcode, edns }: Message): Setback {
  const said = readExtendedErrors(edns?.options ?? Buffer.alloc(0))
    .map(({ code, text }) => (text === '' ? `error ${code}` : `"${quote(text)}"`))
    .slice(0, 2)
  const name = printCode(rcode, 'code ')
  const text = `answered ${name}${said.length > 0 ? ` and said ${said.join(', ')}` : ''}`
  return { server, code: EXTENDED_ERROR.other, text, isSilence: false }
}

// What strangers write must not steer a terminal.
function quote(text: string): string {
  const plain = text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return plain.slice(0, QUOTE_LIMIT).toWellFormed()
}
