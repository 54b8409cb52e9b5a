/** The COOKIE option in queries and answers (RFC 7873 §4). */
import { decodeMessage, type Edns, type Message } from '../../../services/dns/wire/message.ts'
import { ask, exchange, queryFor, type Asking, type NameServer } from './subject.ts'

/** One EDNS option. */
export function option(code: number, data: Buffer | string): Buffer {
  const octets = typeof data === 'string' ? Buffer.from(data, 'hex') : data
  const head = Buffer.alloc(4)
  head.writeUInt16BE(code, 0)
  head.writeUInt16BE(octets.length, 2)
  return Buffer.concat([head, octets])
}

/** EDNS with a COOKIE option of these octets in hexadecimal. */
export function withCookie(cookie: string): Partial<Edns> {
  return { options: option(10, cookie) }
}

/** The data of each option of an answer in hexadecimal, by the option's number. */
export function optionsOf({ edns }: Message): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  const { options = Buffer.alloc(0) } = edns ?? {}
  for (let at = 0; at < options.length;) {
    const end = at + 4 + options.readUInt16BE(at + 2)
    found.set(options.readUInt16BE(at), options.toString('hex', at + 4, end))
    at = end
  }
  return found
}

/** The cookie of an answer in hexadecimal. */
export function cookieOf(message: Message): string | undefined {
  return optionsOf(message).get(10)
}

/** Asks for nothing but a cookie (RFC 7873 §5.4). */
export async function askCookie(
  server: NameServer,
  edns: Partial<Edns>,
  asking: Asking = {},
): Promise<Message> {
  return decodeMessage(await exchange(server, withoutQuestion(queryFor('.', { ...asking, edns }))))
}

/** A query for the root without its question. */
export function withoutQuestion(query: Buffer): Buffer {
  const bare = Buffer.concat([query.subarray(0, 12), query.subarray(17)])
  bare.writeUInt16BE(0, 4)
  return bare
}

/** A cookie that the server takes. */
export async function learnCookie(server: NameServer, client: string): Promise<string> {
  const cookie = cookieOf(await ask(server, 'www', { edns: withCookie(client) }))
  if (cookie === undefined) throw new Error('the answer has no cookie')
  return cookie
}
