import type { Malformed } from './malformed.ts'

/** Sizes beyond the service's bounds (RFC 9110 §15.5.15, RFC 6585 §5). */
export const sizes: readonly Malformed[] = [
  // RFC 9110 §15.5.15, RFC 6585 §5: sizes
  ['line-size', `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: a\r\n\r\n`, 'a line of more than 8 KB'],
  ['line-size', `GET /${'a'.repeat(20_000)}`, 'a line without an end'],
  [
    'fields-size',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(32_768)}\r\n\r\n`,
    'a field of more than 32 KB',
  ],
  [
    'fields-size',
    `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(40)}\r\n`,
    'many long fields',
  ],
  ['fields-count', `GET / HTTP/1.1\r\nHost: a\r\n${'X: b\r\n'.repeat(100)}\r\n`, '101 fields'],
  ['line-size', `${'A'.repeat(9000)} / HTTP/1.1\r\nHost: a\r\n\r\n`, 'a method of more than 8 KB'],
  ['line-size', `GET / HTTP/1.1${' '.repeat(9000)}\r\nHost: a\r\n\r\n`, 'blanks of more than 8 KB'],
  ['line-size', `GET http://${'a'.repeat(9000)}/ HTTP/1.1\r\nHost: a\r\n\r\n`, 'a host of more than 8 KB'],
  [
    'fields-size',
    `GET / HTTP/1.1\r\nHost: a\r\n${'X'.repeat(33_000)}: b\r\n\r\n`,
    'a name of more than 32 KB',
  ],
  [
    'fields-size',
    `GET / HTTP/1.1\r\nHost: a\r\nX:${' '.repeat(33_000)}b\r\n\r\n`,
    'blanks of more than 32 KB',
  ],
  [
    'fields-size',
    `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'a=b; '.repeat(7000)}\r\n\r\n`,
    'a Cookie of more than 32 KB',
  ],
  ['fields-size', `GET / HTTP/1.1\r\nHost: a\r\n${'x'.repeat(33_000)}`, 'a field without an end'],
  ['fields-count', `GET / HTTP/1.1\r\nHost: a\r\n${'Cookie: a=b\r\n'.repeat(1000)}\r\n`, '1001 fields'],
  ['host-syntax', `GET / HTTP/1.1\r\nHost: ${'a'.repeat(4000)}\r\n\r\n`, 'a Host of 4 KB'],
]
