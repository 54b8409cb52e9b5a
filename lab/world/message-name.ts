/** What the name of a message's file tells (the Maildir convention of Courier and Dovecot). */
import { createHash } from 'node:crypto'
import type { Measures } from './draft.ts'

/** What follows a message's name before its flags; Windows allows no colon there. */
const INFO = process.platform === 'win32' ? ';' : ':'

/** RFC 1939 §7: what a POP3 client takes for a unique-id. */
const TELLABLE = /^[!-~]{1,70}$/

/** The id of the message in a file of that name: what stands before its measures and its flags. */
export function messageId(fileName: string): string {
  const info = fileName.indexOf(INFO)
  const name = info < 0 ? fileName : fileName.slice(0, info)
  const comma = name.indexOf(',')
  const id = comma < 0 ? name : name.slice(0, comma)
  return TELLABLE.test(id)
    ? id
    : createHash('sha256')
        .update(id || name)
        .digest('base64url')
}

/** Throws if a message of that id could not have a file. */
export function checkMessageId(id: string): void {
  if (!/^[A-Za-z0-9_+=-][A-Za-z0-9._+=-]{0,69}$/.test(id))
    throw new Error(
      `A message cannot have the id ${JSON.stringify(id.slice(0, 80))}: 1 to 70 letters, digits and . _ + = - without a dot at the start can be one.`,
    )
}

/** The name of the file of a message that was written here: `S` are its octets, `W` those with CR LF. */
export function messageName(id: string, { size, octets }: Measures): string {
  return octets === undefined ? `${id},S=${size}` : `${id},S=${size},W=${octets}`
}

/** The measures that a file's name tells. */
export function namedMeasures(fileName: string): {
  readonly size: number | undefined
  readonly octets: number | undefined
} {
  return { size: numberBehind(fileName, ',S='), octets: numberBehind(fileName, ',W=') }
}

function numberBehind(text: string, key: string): number | undefined {
  const at = text.indexOf(key)
  if (at < 0) return undefined
  const [digits] = /^\d{1,15}(?=[,:;]|$)/.exec(text.slice(at + key.length)) ?? []
  return digits === undefined ? undefined : Number(digits)
}
