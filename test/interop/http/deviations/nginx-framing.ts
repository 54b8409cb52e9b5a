import {
  bareExtensions,
  hugeSizes,
  looseChunks,
  openTrailers,
} from '../../../conformance/http/malformed-chunks.ts'
import { bothFraming, malformedChunks } from './both.ts'
import { inChunks, type Deviation } from './deviation.ts'

const loose =
  'takes chunks and trailers that RFC 9112 §7.1 does not: LF for an end, any blank, extension or trailer'
const trailers = 'takes whatever stands behind the last chunk for trailers'

/** What nginx does otherwise with lengths, codings, chunks and expectations. */
export const nginxFraming: readonly Deviation[] = [
  ...bothFraming,
  {
    reason: 'takes bodies up to 1 MB (client_max_body_size), and waits for the rest of this one',
    outcome: '200 swallowed',
    cases: ['Content-Length: 65537'],
  },
  {
    reason: 'takes no tab for a blank around a coding (RFC 9110 §5.6.3)',
    outcome: '501 close',
    cases: ['GET "Transfer-Encoding:  \\t chunked"', 'GET "Transfer-Encoding: chunked \\t"'],
  },
  {
    reason: 'answers 501 to every coding that is not the one word chunked, as RFC 9112 §6.1 allows',
    outcome: '501 close',
    cases: [
      'Transfer-Encoding: identity and Content-Length: 0',
      'chunked is not last',
      'Transfer-Encoding: chunked, gzip',
      'Transfer-Encoding: chunked, chunked',
      'Transfer-Encoding: xchunked',
      'an empty coding',
      'Transfer-Encoding: "chunked"',
      'Transfer-Encoding: chunked;a=b',
      'POST "Transfer-Encoding: identity"',
      'POST "Transfer-Encoding: chunked, identity"',
      'GET "Transfer-Encoding: identity"',
      'GET "Transfer-Encoding: chunked, identity"',
      'GET "Transfer-Encoding: deflate"',
      'GET "Transfer-Encoding: gzip, deflate"',
      'GET "Transfer-Encoding: chunked,"',
      'GET "Transfer-Encoding: ,chunked"',
      'GET "Transfer-Encoding: chunked;q=1"',
      'GET "Transfer-Encoding: \'chunked\'"',
      'GET "Transfer-Encoding: chun ked"',
      'GET "Transfer-Encoding: chunked chunked"',
      'GET "Transfer-Encoding: chunked\u00a0"',
      'GET "Transfer-Encoding: \u00a0chunked"',
      'GET "Transfer-Encoding: chunked, chunked, chunked"',
      'GET "Transfer-Encoding: (x), chunked"',
      'GET "Transfer-Encoding: gzip;x=\\"a,b\\", chunked"',
      'GET "Transfer-Encoding: chunked-x"',
      'GET "Transfer-Encoding: x-chunked"',
      'GET "Transfer-Encoding: chunk"',
      'GET "Transfer-Encoding: chunked/1"',
      'GET "Transfer-Encoding: =chunked"',
      'GET "Transfer-Encoding: chunked\\\\"',
      'GET "Transfer-Encoding: \\u000bchunked"',
      'GET "Transfer-Encoding: chunked\\u000b"',
      'GET "Transfer-Encoding: chunked\\f"',
      'GET "Transfer-Encoding: chun\\u000bked"',
      'GET "Transfer-Encoding: x\\r\\nContent-Length: 5"',
      'GET "Transfer-Encoding:\\r\\nContent-Length: 5"',
    ],
  },
  {
    reason: 'refuses a second Transfer-Encoding as malformed',
    outcome: '400 close',
    cases: [
      'Transfer-Encoding: gzip and Transfer-Encoding: chunked',
      'GET "Transfer-Encoding: identity\\r\\nTransfer-Encoding: chunked"',
    ],
  },
  {
    reason: 'ignores an expectation that it does not know, which RFC 9110 §10.1.1 allows',
    outcome: '200 next',
    cases: [
      'Expect: 200-ok',
      'GET "Expect: "',
      'GET "Expect: 100-continue, x"',
      'GET "Expect: 100 continue"',
      'GET "Expect: 100-continue;a=b"',
      'GET "Expect: x"',
    ],
  },
  { reason: loose, outcome: '200 next', cases: inChunks('GET', [...bareExtensions, ...looseChunks]) },
  { reason: loose, outcome: '405 next', cases: inChunks('POST', [...bareExtensions, ...looseChunks]) },
  {
    ...malformedChunks,
    cases: inChunks('GET', hugeSizes),
  },
  { reason: trailers, outcome: '200 swallowed', cases: inChunks('GET', openTrailers) },
  { reason: trailers, outcome: '405 swallowed', cases: inChunks('POST', openTrailers) },
]
