/** How wrong web servers are made of a right one. */
import type { Spoiling } from './http-proxy.ts'

/** A wrong server: made anew for each run. */
export interface Mutant {
  readonly title: string
  readonly spoil: () => Spoiling
  /** Ids of cases that must fail with it, in whichever suite they are. */
  readonly fails: readonly string[]
}

export function answering(title: string, fails: readonly string[], answer: (text: string) => string): Mutant {
  return { title, fails, spoil: () => ({ answer }) }
}

export function misreading(
  title: string,
  fails: readonly string[],
  request: (text: string) => string,
): Mutant {
  return { title, fails, spoil: () => ({ request }) }
}

/** Whatever is asked for, the answer is that one. */
export function always(title: string, fails: readonly string[], text: string, ends = true): Mutant {
  const spoil = (): Spoiling => ({
    serve: (client) => client.on('data', () => (ends ? client.end(text) : client.write(text))),
  })
  return { title, fails, spoil }
}

/** An answer with a body. */
export const page = (status: string, body: string, more = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/html\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`

const field = (name: string): RegExp => new RegExp(`^${name}: .*\\r\\n`, 'gim')

/** An answer without a field. */
export const without =
  (...names: readonly string[]) =>
  (text: string): string =>
    names.reduce((left, name) => left.replaceAll(field(name), ''), text)
