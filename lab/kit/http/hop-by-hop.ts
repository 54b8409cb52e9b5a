import type { Fields, HttpVersion } from './request.ts'

// RFC 9110 §7.6.1, with those that older programs send: none goes further than the next program.
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** The fields that a gateway may forward: none of this connection alone, whether known as such or named by Connection (RFC 9110 §7.6.1). */
export function endToEndFields(fields: Fields): (readonly [name: string, value: string])[] {
  const named = new Set(connectionOptions(fields))
  return [...fields].filter(([name]) => !ofConnection.has(name) && !named.has(name))
}

/** Whether the sender of a head lets its connection go on after the message (RFC 9112 §9.3). */
export function isPersistent(head: { readonly version: HttpVersion; readonly fields: Fields }): boolean {
  const { version, fields } = head
  if (fields.get('connection') === undefined) return version === '1.1'
  const options = connectionOptions(fields)
  // The stricter of two options that contradict each other holds.
  if (options.includes('close')) return false
  return version === '1.1' || options.includes('keep-alive')
}

function connectionOptions(fields: Fields): readonly string[] {
  const connection = fields.get('connection')
  return connection === undefined
    ? []
    : connection
        .toLowerCase()
        .split(',')
        .map((option) => option.trim())
}
