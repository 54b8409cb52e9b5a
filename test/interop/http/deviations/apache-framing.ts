import {
  bareExtensions,
  hugeSizes,
  looseChunks,
  openTrailers,
  wrongChunks,
} from '../../../conformance/http/malformed-chunks.ts'
import { bothFraming, droppedChunks, malformedChunks, refusedBody } from './both.ts'
import { inChunks, type Deviation } from './deviation.ts'

/** What Apache does otherwise with lengths, codings, chunks and expectations. */
export const apacheFraming: readonly Deviation[] = [
  ...bothFraming,
  {
    reason: 'takes a body of any size (LimitRequestBody is 1 GB), and finds the end of this one missing',
    outcome: '400 close',
    cases: ['Content-Length: 65537'],
  },
  {
    reason:
      'lets a coding hold beside a length or in HTTP/1.0 and ends the connection, as RFC 9112 §6.1 allows',
    outcome: '200 close',
    cases: [
      'Content-Length: 5 and Transfer-Encoding: chunked',
      'Transfer-Encoding: chunked in HTTP/1.0',
      'GET "Transfer-Encoding: CHUNKED\\r\\nContent-Length: 0"',
      'both in HTTP/1.0',
    ],
  },
  {
    reason:
      'lets a coding hold beside a length or in HTTP/1.0 and ends the connection, as RFC 9112 §6.1 allows',
    outcome: '405 close',
    cases: ['POST "Content-Length: 5\\r\\nTransfer-Encoding: chunked"', 'POST in chunks in HTTP/1.0'],
  },
  {
    reason:
      'looks at the last coding alone, though RFC 9112 §6.1 has chunked once, and 501 for an unknown coding',
    outcome: '200 next',
    cases: [
      'GET "Transfer-Encoding: ,chunked"',
      'GET "Transfer-Encoding: chunked, chunked, chunked"',
      'GET "Transfer-Encoding: chunked\\r\\nTransfer-Encoding: chunked"',
      'GET "Transfer-Encoding: (x), chunked"',
      'GET "Transfer-Encoding: gzip;x=\\"a,b\\", chunked"',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: gzip and Transfer-Encoding: chunked',
      'GET "Transfer-Encoding: x, chunked"',
      'GET "Transfer-Encoding: identity, chunked"',
      'GET "Transfer-Encoding: trailers, chunked"',
      'GET "Transfer-Encoding: identity\\r\\nTransfer-Encoding: chunked"',
    ],
  },
  {
    reason: 'ends the connection after 417 without saying so',
    outcome: '417 swallowed',
    cases: [
      'Expect: 200-ok',
      'GET "Expect: 100-continue, x"',
      'GET "Expect: 100 continue"',
      'GET "Expect: 100-continue;a=b"',
      'GET "Expect: x"',
    ],
  },
  { reason: 'takes an empty expectation for none', outcome: '200 next', cases: ['GET "Expect: "'] },
  { ...refusedBody, cases: inChunks('POST', bareExtensions) },
  {
    ...droppedChunks,
    cases: [
      'GET "Transfer-Encoding:  \\t chunked"',
      'GET "Transfer-Encoding: chunked \\t"',
      ...inChunks('GET', bareExtensions),
    ],
  },
  { ...malformedChunks, cases: inChunks('GET', [...looseChunks, ...openTrailers]) },
  {
    reason: 'reads a body in chunks, and finds a size that it cannot hold',
    outcome: '413 close',
    cases: inChunks('GET', hugeSizes),
  },
  {
    reason: 'reads the body of a request that it refuses, and finds it malformed',
    outcome: '400 close',
    cases: inChunks('POST', [...wrongChunks, ...looseChunks, ...openTrailers]),
  },
  {
    reason: 'reads the body of a request that it refuses, and finds a size that it cannot hold',
    outcome: '413 close',
    cases: inChunks('POST', hugeSizes),
  },
]
