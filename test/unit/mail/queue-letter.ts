/** Messages that tell whether they are whole. */
import { createHash, randomUUID } from 'node:crypto'

/** A message with a token of its own and a checksum of its body; `octets` is about its length. */
export function checkedLetter(octets: number): { readonly token: string; readonly text: string } {
  const token = randomUUID()
  const body = `${token} `.repeat(Math.ceil(octets / (token.length + 1))).replace(/(.{70})/g, '$1\r\n')
  return { token, text: `Subject: ${token}\r\nX-Sum: ${sum(body)}\r\n\r\n${body}\r\n` }
}

/** The token of a stored message; undefined if it is not whole. */
export function tokenOf(stored: string): string | undefined {
  const [, token, expected] = /^Subject: (.*)\nX-Sum: (.*)\n/m.exec(stored) ?? []
  const body = stored.slice(stored.indexOf('\n\n') + 2, -1).replaceAll('\n', '\r\n')
  return sum(body) === expected ? token : undefined
}

function sum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
