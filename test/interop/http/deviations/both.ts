import { rightChunks, wrongChunks } from '../../../conformance/http/malformed-chunks.ts'
import { inChunks, type Deviation } from './deviation.ts'

/** They answer a request line without a version. */
export const http09: Deviation = {
  reason: 'still answers HTTP/0.9, which RFC 9112 does not know',
  outcome: 'bare text',
  cases: ['HTTP/0.9'],
}

/** They refuse every method but those that they serve in one way. */
export const unknownMethod: Deviation = {
  reason:
    'tells no method that it does not know from one that it was told not to serve (RFC 9110 §15.6.2 asks for 501)',
  outcome: '405 next',
  cases: [
    'an unknown method',
    'a method of 64 letters',
    '"GE / HTTP/1.1"',
    '"GETT / HTTP/1.1"',
    '"GET-X / HTTP/1.1"',
    '"PROPFIND / HTTP/1.1"',
  ],
}

/** They know no 431. */
export const headSize: Deviation = {
  reason: 'answers 400 to a head that is too large (RFC 6585 §5 has 431)',
  outcome: '400 close',
  cases: [
    'a field of more than 32 KB',
    'many long fields',
    'a name of more than 32 KB',
    'blanks of more than 32 KB',
    'a Cookie of more than 32 KB',
    'a field without an end',
    '1001 fields',
  ],
}

/** What nginx and Apache both do otherwise with request lines, fields and sizes. */
export const bothMessage: readonly Deviation[] = [
  http09,
  unknownMethod,
  {
    reason: 'takes octets that no URI has for part of a name of a file',
    outcome: '404 next',
    cases: [
      'a backslash',
      'angle brackets',
      'quotation marks',
      'obs-text in the target',
      '"GET /\u0080 HTTP/1.1"',
      '"GET /\u00c3\u00b1 HTTP/1.1"',
    ],
  },
  {
    reason: 'calls a major version below 1, and the preface of HTTP/2, malformed',
    outcome: '400 close',
    cases: ['HTTP/0.9 by name', 'the preface of HTTP/2', '"GET / HTTP/0.0"'],
  },
  headSize,
]

/** They read what stands behind a refused head. */
export const refusedBody: Deviation = {
  reason: 'reads the body of a request that it refuses, and goes on',
  outcome: '405 next',
  cases: ['POST with a body', 'POST in chunks', 'POST "Content-Length: 5"', ...inChunks('POST', rightChunks)],
}

/** They take chunks on GET. */
export const droppedChunks: Deviation = {
  reason: 'reads and drops a body in chunks on GET, where RFC 9110 §15.5.12 lets us ask for a length',
  outcome: '200 next',
  cases: [
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: CHUNKED',
    'GET "Transfer-Encoding: cHuNkEd"',
    'GET "Transfer-Encoding: Chunked"',
    ...inChunks('GET', rightChunks),
  ],
}

/** They do so until a chunk is wrong. */
export const malformedChunks: Deviation = {
  reason: 'reads a body in chunks, and finds it malformed',
  outcome: '400 close',
  cases: inChunks('GET', wrongChunks),
}

/** What nginx and Apache both do otherwise with lengths, codings, chunks and expectations. */
export const bothFraming: readonly Deviation[] = [
  refusedBody,
  {
    reason: 'calls a length that it cannot hold malformed',
    outcome: '400 close',
    cases: [
      '2 to the 64th and 1',
      'GET "Content-Length: 9223372036854775808"',
      'GET "Content-Length: 18446744073709551615"',
      'a length of 40 digits',
    ],
  },
  droppedChunks,
  malformedChunks,
]
