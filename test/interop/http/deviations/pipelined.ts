import type { PeerName } from '../peer.ts'
import { http09 } from './both.ts'
import type { Deviation } from './deviation.ts'

const unknownMethod = 'tells no method that it does not know from one that it was told not to serve'

/** What real servers do otherwise with what follows a request. */
export const afterRequest: Readonly<Record<PeerName, readonly Deviation[]>> = {
  nginx: [
    {
      reason:
        'skips every CR and LF before a request line, where RFC 9112 §2.2 asks for one empty line at least',
      outcome: 'outer next',
      cases: ['two empty lines between two requests', 'LF between two requests', 'CR between two requests'],
    },
    { reason: http09.reason, outcome: 'outer bare hidden', cases: ['HTTP/0.9 behind a request'] },
    {
      reason: 'calls a method in small letters malformed',
      outcome: 'outer 400 close',
      cases: ['a body without a length'],
    },
    {
      reason: unknownMethod,
      outcome: 'outer 405 close',
      cases: ['a body of one octet less than its length'],
    },
    { reason: unknownMethod, outcome: '405 outer next', cases: ['a request behind a refused method'] },
  ],
  apache: [
    {
      reason: 'skips empty lines before a request line, LF for an end among them (RFC 9112 §2.2)',
      outcome: 'outer next',
      cases: ['two empty lines between two requests', 'LF between two requests'],
    },
    { reason: http09.reason, outcome: 'outer bare hidden', cases: ['HTTP/0.9 behind a request'] },
    {
      reason: unknownMethod,
      outcome: 'outer 405 close',
      cases: ['a body without a length', 'a body of one octet less than its length'],
    },
    { reason: unknownMethod, outcome: '405 outer next', cases: ['a request behind a refused method'] },
  ],
}
