/** The command lines of SMTP (RFC 5321 §4.1.1); pure. */
import type { Buffer } from 'node:buffer'
import { isAscii } from '../address.ts'
import type { Recipient, Refusal, Sender } from '../envelope.ts'
import type { Extension } from '../options.ts'
import { parseMailParameters, parseRcptParameters } from './parameters.ts'
import { parsePath } from './path.ts'

/** A command line taken apart. */
export interface Command {
  /** In upper case. */
  readonly verb: string
  /** What stands behind the verb, without the blanks around it. */
  readonly argument: string
}

/** Takes a command line apart, given without its end; undefined if it has control characters or is no UTF-8. */
export function parseCommand(line: Buffer): Command | undefined {
  const text = line.toString('latin1')
  if (/[\x80-\xff]/.test(text)) {
    try {
      return split(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line))
    } catch (error) {
      if (error instanceof TypeError) return undefined
      throw error
    }
  }
  return split(text)
}

function split(text: string): Command | undefined {
  // A tab between words is the one control character that does no harm.
  if (/[\p{Cc}]/u.test(text.replaceAll('\t', ' '))) return undefined
  const [, verb = '', argument = ''] = /^([^\t ]*)[\t ]*(.*)$/s.exec(text) ?? []
  return { verb: verb.toUpperCase(), argument: argument.trimEnd() }
}

/** What MAIL says. */
export function parseMail(argument: string, extensions: ReadonlySet<Extension>): Sender | Refusal {
  // A blank behind the colon is wrong, but some clients write it, and servers take it.
  const [colon] = /^FROM:[\t ]*/i.exec(argument) ?? []
  if (colon === undefined) return syntax('Write it as MAIL FROM:<user@domain>')
  const text = argument.slice(colon.length)
  const path = parsePath(text, 'reverse')
  if (path === undefined)
    return {
      code: 501,
      status: '5.1.7',
      text: `${text.split(' ')[0] ?? ''}: malformed sender, write <user@domain>`,
    }
  const parameters = parseMailParameters(text.slice(path.length), extensions)
  if ('code' in parameters) return parameters
  if (!isAscii(path.address) && !parameters.isUtf8) return needsUtf8(extensions)
  return { address: path.address, ...parameters }
}

/** What RCPT says, in a transaction that is one of SMTPUTF8 or not. */
export function parseRcpt(
  argument: string,
  extensions: ReadonlySet<Extension>,
  isUtf8: boolean,
): Recipient | Refusal {
  const [colon] = /^TO:[\t ]*/i.exec(argument) ?? []
  if (colon === undefined) return syntax('Write it as RCPT TO:<user@domain>')
  const text = argument.slice(colon.length)
  const path = parsePath(text, 'forward')
  if (path === undefined) {
    const shown = text.split(' ')[0] ?? ''
    return { code: 501, status: '5.1.3', text: `${shown}: malformed address, write <user@domain>` }
  }
  if (!isAscii(path.address) && !isUtf8) return needsUtf8(extensions)
  const parameters = parseRcptParameters(text.slice(path.length), extensions)
  return 'code' in parameters ? parameters : { address: path.address, ...parameters }
}

/** What BDAT says (RFC 3030 §2); undefined if it is wrong. */
export function parseBdat(argument: string): { readonly size: number; readonly isLast: boolean } | undefined {
  const [, digits, last] = /^(\d{1,10})( +LAST)?$/i.exec(argument) ?? []
  return digits === undefined ? undefined : { size: Number(digits), isLast: last !== undefined }
}

function syntax(text: string): Refusal {
  return { code: 501, status: '5.5.4', text }
}

// RFC 6531 §3.5
function needsUtf8(extensions: ReadonlySet<Extension>): Refusal {
  const hint = extensions.has('SMTPUTF8') ? '; MAIL must say SMTPUTF8' : ''
  return { code: 553, status: '5.6.7', text: `The address has characters other than ASCII${hint}` }
}
