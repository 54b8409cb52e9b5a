import type { PeerName } from '../peer.ts'
import type { Deviation } from './deviation.ts'

/** The same for GET, which is answered before, and for POST, which is refused. */
function forEither(reason: string, behind: string, cases: readonly string[]): readonly Deviation[] {
  return (
    [
      ['GET', 'outer'],
      ['POST', '405'],
    ] as const
  ).map(([method, before]) => ({
    reason,
    outcome: `${before} ${behind}`,
    cases: cases.map((title) => `${method} ${title}`),
  }))
}

const rightChunks =
  'reads a body in chunks, as RFC 9112 §7.1 has it, and the request behind it is one of its own'

const both: readonly Deviation[] = [
  { reason: rightChunks, outcome: 'outer hidden next', cases: ['chunked alone'] },
  ...forEither(rightChunks, 'hidden next', ['with a trailer with a length']),
  ...forEither(
    'reads a chunk size of any number of zeros, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
    'hidden next',
    ['with a size of many zeros'],
  ),
]

/** Where real servers see the hidden request, as one of its own. */
export const hiddenSeen: Readonly<Record<PeerName, readonly Deviation[]>> = {
  nginx: [
    ...both,
    {
      reason: 'takes a bare LF for the end of a line (RFC 9112 §2.2), so that the coding holds',
      outcome: 'outer hidden next',
      cases: ['a coding behind a bare LF'],
    },
    ...forEither('drops the line that is no field, so that the length holds', 'hidden 400 close', [
      'by coding or length: "\u00a0Transfer-Encoding: chunked"',
      'by coding or length: "Transfer-Encoding\u00ff: chunked"',
    ]),
    ...forEither('takes what stands behind the size for an extension', 'hidden 400 close', [
      'with a size in two numbers',
    ]),
    ...forEither('takes LF for the end of a chunk', 'hidden next', ['with a last chunk that ends with LF']),
  ],
  apache: [
    ...both,
    {
      reason: 'reads chunks in HTTP/1.0 and goes on, though RFC 9112 §6.1 asks to end the connection',
      outcome: 'outer hidden next',
      cases: ['a coding in HTTP/1.0'],
    },
    ...forEither(
      'joins the folded line to the one before it (RFC 9112 §5.2), so that the length holds',
      'hidden 400 close',
      ['by coding or length: "X: b\\r\\n Transfer-Encoding: chunked"'],
    ),
  ],
}
