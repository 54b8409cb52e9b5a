/**
 * Octets in which two servers that disagree would see `/hidden.html` as a request of its own, while the right reading of
 * RFC 9112 §6 sees `requests` requests for `/outer.html`, then a refusal or nothing. Each hides exactly one.
 */
export type Smuggled = readonly [title: string, raw: string, requests: number]

const inner = 'GET /hidden.html HTTP/1.1\r\nHost: a\r\n\r\n'

const known: readonly Smuggled[] = [
  [
    'CL.TE',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: ${5 + inner.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'TE.CL',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n22\r\n${inner}\r\n0\r\n\r\n`,
    0,
  ],
  [
    'chunked alone',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a blank before the colon',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding : chunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'a folded coding',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding:\r\n chunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding behind a bare LF',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nX: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding behind a bare CR',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nX: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding behind NUL',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: \x00chunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding with a vertical tab',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: \x0bchunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'an unknown coding',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'two codings',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding in HTTP/1.0',
    `GET /outer.html HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'two lengths',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a list of lengths',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0, ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a length with a sign',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: +${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a length in hexadecimal',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0x${inner.length.toString(16)}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a length of 2 to the 64th',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n${inner}`,
    0,
  ],
  ['a negative length', `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n${inner}`, 0],
  [
    'a length with a space inside',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 0 ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a body on GET',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  [
    'a body on GET with leading zeros',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 00${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  [
    'a body on GET in HTTP/1.0',
    `GET /outer.html HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  [
    'a body that is too large',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n${inner}`,
    0,
  ],
  [
    'a body on POST',
    `POST /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a body on POST in chunks',
    `POST /outer.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
    0,
  ],
  [
    'a body on HEAD',
    `HEAD /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a body behind an unknown method',
    `BREW /outer.html HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'an awaited body',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  [
    'a request within a field',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nX: ${inner.replaceAll('\r\n', '\n')}\r\n\r\n`,
    0,
  ],
  ['a request within a target', `GET /outer.html\r\n${inner}`, 0],
  [
    'an upgrade',
    `GET /outer.html HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n${inner}`,
    1,
  ],
]

// Each hides the coding from one of two readers.
const codings = [
  'Transfer-Encoding : chunked',
  'Transfer-Encoding\t: chunked',
  ' Transfer-Encoding: chunked',
  '\tTransfer-Encoding: chunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding:chunked',
  'tRANSFER-eNCODING: cHUNKED',
  'Transfer-Encoding: chunked ',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunk',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: x, chunked',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding: chunked;a=b',
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding: 'chunked'",
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
  'Transfer-Encoding:\n chunked',
  'Transfer-Encoding\n: chunked',
  'Transfer-Encoding:\r\n chunked',
  'X: b\nTransfer-Encoding: chunked',
  'X: b\rTransfer-Encoding: chunked',
  'X: b\r\n Transfer-Encoding: chunked',
  'Transfer-Encoding: \x00chunked',
  'Transfer-Encoding: chunked\x00',
  '\x00Transfer-Encoding: chunked',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding: \xa0chunked',
  '\xa0Transfer-Encoding: chunked',
  'Transfer-Encoding\xff: chunked',
  'Transfer Encoding: chunked',
] as const

/** Fields that say nothing about the body, so that the length beside them holds. */
const unrelated = [
  'Transfer_Encoding: chunked',
  'TransferEncoding: chunked',
  'Content-Encoding: chunked',
  'TE: chunked',
  'X-Transfer-Encoding: chunked',
  'Connection: Content-Length',
  'Connection: Transfer-Encoding',
  'Connection: keep-alive, Host',
] as const

// Sizes and ends of a chunk that two readers may take differently; the hidden request is in or behind the chunk.
const chunks = [
  ['a size in two numbers', `0 ${inner.length.toString(16)}\r\n\r\n${inner}0\r\n\r\n`],
  ['a size with a sign', `+${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`],
  ['a negative size', `-1\r\n\r\n${inner}0\r\n\r\n`],
  ['a size with a prefix', `0x${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`],
  ['a size of 2 to the 64th', `10000000000000000\r\n\r\n${inner}0\r\n\r\n`],
  ['a size of 2 to the 32nd', `100000000\r\n\r\n${inner}0\r\n\r\n`],
  ['an extension with LF', `2;\nxx\r\n${(inner.length + 5).toString(16)}\r\n0\r\n\r\n${inner}\r\n0\r\n\r\n`],
  ['an extension with CR', `2;\rxx\r\n${(inner.length + 5).toString(16)}\r\n0\r\n\r\n${inner}\r\n0\r\n\r\n`],
  ['LF behind a size', `${inner.length.toString(16)}\n${inner}\r\n0\r\n\r\n`],
  ['LF behind a chunk', `${inner.length.toString(16)}\r\n${inner}\n0\r\n\r\n`],
  ['nothing behind a chunk', `${inner.length.toString(16)}\r\n${inner}0\r\n\r\n`],
  ['two octets for the end of a chunk', `5\r\nabcdexx0\r\n\r\n${inner}`],
  ['a last chunk that ends with LF', `0\n\n${inner}`],
  ['a trailer that is a request line', `0\r\n${inner}`],
  ['a trailer with a length', `0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['a size of many zeros', `${'0'.repeat(300)}\r\n\r\n${inner}`],
] as const

const chunked = (field: string): string => `${field}\r\n\r\n0\r\n\r\n${inner}`
const whole = `0\r\n\r\n${inner}`.length
const part = `${inner.length.toString(16)}\r\n`.length

/** All such octets, for GET and for POST. */
export const smuggling: readonly Smuggled[] = [
  ...known,
  ...['GET', 'POST'].flatMap((method) => {
    const start = `${method} /outer.html HTTP/1.1\r\nHost: a\r\n`
    return [
      ...codings.flatMap((field): Smuggled[] => [
        [
          `${method} by length or coding: ${JSON.stringify(field)}`,
          `${start}Content-Length: ${whole}\r\n${chunked(field)}`,
          0,
        ],
        [
          `${method} by coding or length: ${JSON.stringify(field)}`,
          `${start}Content-Length: ${part}\r\n${field}\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
          0,
        ],
      ]),
      ...unrelated.map((field): Smuggled => [
        `${method} with a field that is none: ${field}`,
        `${start}Content-Length: ${whole}\r\n${chunked(field)}`,
        method === 'GET' ? 1 : 0,
      ]),
      ...chunks.map(([title, text]): Smuggled => [
        `${method} with ${title}`,
        `${start}Transfer-Encoding: chunked\r\n\r\n${text}`,
        0,
      ]),
    ]
  }),
]
