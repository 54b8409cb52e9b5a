const inner = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'

/**
 * Bytes in which two servers that disagree would see `/smuggled` as a request of its own, while the right reading of
 * RFC 9112 §6 sees `requests` requests for `/outer`, then a refusal or nothing. Each hides exactly one.
 */
export const smuggling: readonly (readonly [title: string, raw: string, requests: number])[] = [
  [
    'CL.TE',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${5 + inner.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'TE.CL',
    `GET /outer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n22\r\n${inner}\r\n0\r\n\r\n`,
    0,
  ],
  [
    'chunked alone',
    `GET /outer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a blank before the colon',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding : chunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'a folded coding',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding:\r\n chunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding behind a bare LF',
    `GET /outer HTTP/1.1\r\nHost: a\r\nX: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding behind a bare CR',
    `GET /outer HTTP/1.1\r\nHost: a\r\nX: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding behind NUL',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: \x00chunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding with a vertical tab',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: \x0bchunked\r\n\r\n${inner}`,
    0,
  ],
  [
    'an unknown coding',
    `GET /outer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'two codings',
    `GET /outer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'a coding in HTTP/1.0',
    `GET /outer HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    0,
  ],
  [
    'two lengths',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a list of lengths',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0, ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a length with a sign',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: +${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a length in hexadecimal',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0x${inner.length.toString(16)}\r\n\r\n${inner}`,
    0,
  ],
  [
    'a length of 2 to the 64th',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n${inner}`,
    0,
  ],
  ['a negative length', `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n${inner}`, 0],
  [
    'a length with a space inside',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 0 ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  ['a body on GET', `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`, 1],
  [
    'a body on GET with leading zeros',
    `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 00${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  [
    'a body on GET in HTTP/1.0',
    `GET /outer HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  ['a body that is too large', `GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n${inner}`, 0],
  ['a body on POST', `POST /outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`, 0],
  [
    'a body on POST in chunks',
    `POST /outer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
    0,
  ],
  ['a body on HEAD', `HEAD /outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`, 0],
  [
    'a body behind an unknown method',
    `BREW /outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    0,
  ],
  [
    'an awaited body',
    `GET /outer HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    1,
  ],
  [
    'a request within a field',
    `GET /outer HTTP/1.1\r\nHost: a\r\nX: ${inner.replaceAll('\r\n', '\n')}\r\n\r\n`,
    0,
  ],
  ['a request within a target', `GET /outer\r\n${inner}`, 0],
  [
    'an upgrade',
    `GET /outer HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n${inner}`,
    1,
  ],
]
