import type { PeerName } from '../peer.ts'
import type { Deviation } from './deviation.ts'

/** Where real servers see the hidden request, as one of its own. */
export const hiddenSeen: Readonly<Record<PeerName, readonly Deviation[]>> = {
  nginx: [
    {
      reason: 'reads a body in chunks, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: 'outer hidden next',
      cases: ['chunked alone', 'GET with a trailer with a length'],
    },
    {
      reason: 'takes a bare LF for the end of a line (RFC 9112 §2.2), so that the coding holds',
      outcome: 'outer hidden next',
      cases: ['a coding behind a bare LF'],
    },
    {
      reason: 'drops the line that is no field, so that the length holds',
      outcome: 'outer hidden 400 close',
      cases: [
        'GET by coding or length: "\u00a0Transfer-Encoding: chunked"',
        'GET by coding or length: "Transfer-Encoding\u00ff: chunked"',
      ],
    },
    {
      reason: 'takes what stands behind the size for an extension',
      outcome: 'outer hidden 400 close',
      cases: ['GET with a size in two numbers'],
    },
    {
      reason: 'takes LF for the end of a chunk',
      outcome: 'outer hidden next',
      cases: ['GET with a last chunk that ends with LF'],
    },
    {
      reason:
        'reads a chunk size of any number of zeros, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: 'outer hidden next',
      cases: ['GET with a size of many zeros'],
    },
    {
      reason: 'drops the line that is no field, so that the length holds',
      outcome: '405 hidden 400 close',
      cases: [
        'POST by coding or length: "\u00a0Transfer-Encoding: chunked"',
        'POST by coding or length: "Transfer-Encoding\u00ff: chunked"',
      ],
    },
    {
      reason: 'takes what stands behind the size for an extension',
      outcome: '405 hidden 400 close',
      cases: ['POST with a size in two numbers'],
    },
    {
      reason: 'takes LF for the end of a chunk',
      outcome: '405 hidden next',
      cases: ['POST with a last chunk that ends with LF'],
    },
    {
      reason: 'reads a body in chunks, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: '405 hidden next',
      cases: ['POST with a trailer with a length'],
    },
    {
      reason:
        'reads a chunk size of any number of zeros, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: '405 hidden next',
      cases: ['POST with a size of many zeros'],
    },
  ],
  apache: [
    {
      reason: 'reads a body in chunks, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: 'outer hidden next',
      cases: ['chunked alone', 'GET with a trailer with a length'],
    },
    {
      reason: 'reads chunks in HTTP/1.0 and goes on, though RFC 9112 §6.1 asks to end the connection',
      outcome: 'outer hidden next',
      cases: ['a coding in HTTP/1.0'],
    },
    {
      reason: 'joins the folded line to the one before it (RFC 9112 §5.2), so that the length holds',
      outcome: 'outer hidden 400 close',
      cases: ['GET by coding or length: "X: b\\r\\n Transfer-Encoding: chunked"'],
    },
    {
      reason:
        'reads a chunk size of any number of zeros, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: 'outer hidden next',
      cases: ['GET with a size of many zeros'],
    },
    {
      reason: 'joins the folded line to the one before it (RFC 9112 §5.2), so that the length holds',
      outcome: '405 hidden 400 close',
      cases: ['POST by coding or length: "X: b\\r\\n Transfer-Encoding: chunked"'],
    },
    {
      reason: 'reads a body in chunks, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: '405 hidden next',
      cases: ['POST with a trailer with a length'],
    },
    {
      reason:
        'reads a chunk size of any number of zeros, as RFC 9112 §7.1 has it, and the request behind it is one of its own',
      outcome: '405 hidden next',
      cases: ['POST with a size of many zeros'],
    },
  ],
}
