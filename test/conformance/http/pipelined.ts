const right = 'GET /outer.html HTTP/1.1\r\nHost: a\r\n\r\n'

/** Requests behind a right one on the same connection, and what `observe` tells of us; a request for `next` stands behind them all. */
export const pipelined: readonly (readonly [title: string, raw: string, ours: string])[] = [
  ['nothing between two requests', right, 'outer next'],
  ['an empty line between two requests', `${right}\r\n`, 'outer next'],
  ['two empty lines between two requests', `${right}\r\n\r\n`, 'outer 400 close'],
  ['LF between two requests', `${right}\n`, 'outer 400 close'],
  ['CR between two requests', `${right}\r`, 'outer 400 close'],
  ['a blank between two requests', `${right} `, 'outer 400 close'],
  ['NUL between two requests', `${right}\x00`, 'outer 400 close'],
  ['a word between two requests', `${right}hello\r\n\r\n`, 'outer 400 close'],
  ['a body without a length', `${right}abc`, 'outer 501 close'],
  ['a TLS handshake behind a request', `${right}\x16\x03\x01\x00\x05`, 'outer 400 close'],
  ['HTTP/0.9 behind a request', `${right}GET /hidden.html\r\n\r\n`, 'outer 400 close'],
  ['no Host behind a request', `${right}GET /hidden.html HTTP/1.1\r\n\r\n`, 'outer 400 close'],
  ['a chunk behind a request', `${right}0\r\n\r\n`, 'outer 400 close'],
  [
    'a body of one octet less than its length',
    right.replace('Host', 'Content-Length: 4\r\nHost') + 'abc',
    'outer 501 close',
  ],
  ['a request behind a refused method', `BREW / HTTP/1.1\r\nHost: a\r\n\r\n${right}`, '501 outer next'],
  [
    'a request behind a close',
    `${right.replace('Host', 'Connection: close\r\nHost')}${right}`,
    'outer close',
  ],
  ['a request behind HTTP/1.0', `${right.replace('1.1', '1.0')}${right}`, 'outer close'],
  [
    'a request of HTTP/1.0 that persists',
    right.replace('1.1', '1.0').replace('Host', 'Connection: keep-alive\r\nHost'),
    'outer next',
  ],
]
