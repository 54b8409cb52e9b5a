import { bothMessage, headSize, unknownMethod } from './both.ts'
import type { Deviation } from './deviation.ts'

/** What Apache does otherwise with request lines, fields and sizes. */
export const apacheMessage: readonly Deviation[] = [
  ...bothMessage,
  {
    reason: 'skips several empty lines before a request line, where RFC 9112 §2.2 asks for one at least',
    outcome: '200 next',
    cases: ['two empty lines first'],
  },
  {
    reason: 'knows no grammar of the authority in an absolute-form, nor looks at Host beside it',
    outcome: '200 next',
    cases: [
      'a query alone',
      'absolute-form with a wrong port',
      '"GET http:// HTTP/1.1"',
      '"GET http://?a HTTP/1.1"',
      '"GET http://a:-1/ HTTP/1.1"',
      '"GET http://:80/ HTTP/1.1"',
      'absolute-form with two Hosts',
      'absolute-form with a user in Host',
    ],
  },
  {
    reason: 'takes an absolute-form without a host for a path',
    outcome: '404 next',
    cases: ['absolute-form without a host', '"GET http:/a/ HTTP/1.1"'],
  },
  {
    reason: 'joins folded lines, which RFC 9112 §5.2 allows',
    outcome: '200 next',
    cases: [
      'obs-fold',
      'obs-fold with a tab',
      'a folded Host',
      'GET "Content-Length:\\r\\n 1"',
      'GET "Transfer-Encoding:\\r\\n chunked"',
      'GET "Transfer-Encoding: x,\\r\\n\\tchunked"',
    ],
  },
  {
    reason: 'bounds neither the digits of a port nor the length of a name',
    outcome: '200 next',
    cases: ['Host: "a:000080"', 'a Host of 256 letters', 'a Host of 4 KB'],
  },
  {
    reason: 'answers OPTIONS * before any rule of a folder holds',
    outcome: '200 next',
    cases: ['OPTIONS in asterisk-form'],
  },
  {
    reason: 'knows the asterisk-form for OPTIONS alone',
    outcome: '400 close',
    cases: ['"M-SEARCH * HTTP/1.1"', '"POST * HTTP/1.1"'],
  },
  {
    reason: 'calls CONNECT with another target than the authority-form malformed',
    outcome: '400 close',
    cases: ['"CONNECT / HTTP/1.1"', '"CONNECT http://a/ HTTP/1.1"'],
  },
  {
    reason: 'answers later major versions as 1.1, though RFC 9110 §15.6.6 has 505',
    outcome: '200 next',
    cases: ['HTTP/2.0', 'HTTP/9.9', '"GET / HTTP/2.1"', '"GET / HTTP/3.0"'],
  },
  { ...unknownMethod, cases: ['a method in small letters', '"Get / HTTP/1.1"'] },
  { ...headSize, cases: ['101 fields'] },
]
