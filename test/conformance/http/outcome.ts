/** What a server does with some octets, in words that can be compared. */
import { connect } from 'node:net'
import type { Address } from '../../../lab/service.ts'

/** Milliseconds after which a server that neither answers nor ends the connection counts as hanging. */
const PATIENCE = 8000

/** Pages that tell by their body which request an answer belongs to. */
export const tellingPages = {
  'www/outer.html': 'this is outer',
  'www/hidden.html': 'this is hidden',
  'www/next.html': 'this is next',
}

/** A right request that stands behind all that is sent. */
const next = 'GET /next.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/**
 * Sends the octets with a right request behind them, and tells the answers in their order: `outer`, `hidden` or `next`
 * where the body says which page it is, else the status; then `close` if the last answer says so, `swallowed` if
 * the right request got no answer though the connection was to go on, `hanging` if it never ended.
 */
export async function observe(address: Address, raw: string): Promise<string> {
  const { text, hasEnded } = await exchange(address, raw + next)
  const words: string[] = []
  let rest = text
  const methods = methodsOf(raw)
  let ending = 'swallowed'
  while (rest !== '') {
    const answer = takeAnswer(rest, methods[words.length])
    // RFC 9112 §2.1: nothing of HTTP/1 begins otherwise; this is how HTTP/0.9 answers.
    if (answer === undefined) return [...words, `bare ${pageOf(rest) ?? 'text'}`].join(' ')
    if (answer.status >= 200) {
      words.push(answer.status === 200 ? (pageOf(answer.body) ?? '200') : String(answer.status))
      ending = /^connection:.*\bclose\b/im.test(answer.head) ? 'close' : 'swallowed'
    }
    rest = answer.rest
  }
  if (words.length === 0) ending = 'nothing'
  if (!hasEnded) words.push('hanging')
  else if (words.at(-1) !== 'next') words.push(ending)
  return words.join(' ')
}

/** Sends octets, closes that half, and gathers what comes until the other ends too. */
export function exchange(
  address: Address,
  raw: string,
): Promise<{ readonly text: string; readonly hasEnded: boolean }> {
  return new Promise((resolve) => {
    let text = ''
    let hasEnded = true
    const socket = connect({ ...address, allowHalfOpen: true })
    const timer = setTimeout(() => {
      hasEnded = false
      socket.destroy()
    }, PATIENCE)
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => (text += piece))
    // A reset ends it as well; what came before counts.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve({ text, hasEnded })
    })
    socket.end(raw, 'latin1')
  })
}

/** The methods that the lines of a raw text begin with where a server may find requests. */
function methodsOf(raw: string): readonly string[] {
  return [...raw.matchAll(/(?:^|\r\n\r\n)(?:\r\n)*([A-Z]+) /g)].map(([, method = '']) => method)
}

function pageOf(body: string): string | undefined {
  return /this is (\w+)/.exec(body)?.[1]
}

interface Taken {
  readonly status: number
  readonly head: string
  readonly body: string
  readonly rest: string
}

/** The answer that some text begins with; one to HEAD has no body. */
function takeAnswer(text: string, method: string | undefined): Taken | undefined {
  const [head = '', digits] = /^HTTP\/1\.\d (\d{3})[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(text) ?? []
  if (digits === undefined) return undefined
  const status = Number(digits)
  const behind = text.slice(head.length)
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  const hasBody = status >= 200 && status !== 204 && status !== 304 && method !== 'HEAD'
  if (!hasBody) return { status, head, body: '', rest: behind }
  if (/^transfer-encoding: chunked/im.test(head)) {
    const end = behind.indexOf('0\r\n\r\n')
    return { status, head, body: behind.slice(0, end), rest: behind.slice(end + 5) }
  }
  const size = length === undefined ? behind.length : Number(length)
  return { status, head, body: behind.slice(0, size), rest: behind.slice(size) }
}
