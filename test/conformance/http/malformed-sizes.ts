import { field, host, line, titled, type Malformed } from './malformed-case.ts'

/** Sizes beyond the service's bounds (RFC 9110 §15.5.15, RFC 6585 §5). */
export const sizes: readonly Malformed[] = [
  // RFC 9110 §15.5.15, RFC 6585 §5: sizes
  line('line-size', `GET /${'a'.repeat(8192)} HTTP/1.1`, 'a line of more than 8 KB'),
  ['line-size', `GET /${'a'.repeat(20_000)}`, 'a line without an end'],
  field('fields-size', `X: ${'a'.repeat(32_768)}`, 'a field of more than 32 KB'),
  [
    'fields-size',
    `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(40)}\r\n`,
    'many long fields',
  ],
  ['fields-count', `GET / HTTP/1.1\r\nHost: a\r\n${'X: b\r\n'.repeat(100)}\r\n`, '101 fields'],
  ...titled(line, 'line-size', {
    'a method of more than 8 KB': `${'A'.repeat(9000)} / HTTP/1.1`,
    'blanks of more than 8 KB': `GET / HTTP/1.1${' '.repeat(9000)}`,
    'a host of more than 8 KB': `GET http://${'a'.repeat(9000)}/ HTTP/1.1`,
  }),
  ...titled(field, 'fields-size', {
    'a name of more than 32 KB': `${'X'.repeat(33_000)}: b`,
    'blanks of more than 32 KB': `X:${' '.repeat(33_000)}b`,
    'a Cookie of more than 32 KB': `Cookie: ${'a=b; '.repeat(7000)}`,
  }),
  ['fields-size', `GET / HTTP/1.1\r\nHost: a\r\n${'x'.repeat(33_000)}`, 'a field without an end'],
  ['fields-count', `GET / HTTP/1.1\r\nHost: a\r\n${'Cookie: a=b\r\n'.repeat(1000)}\r\n`, '1001 fields'],
  host('host-syntax', 'a'.repeat(4000), 'a Host of 4 KB'),
]
