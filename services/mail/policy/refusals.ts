/** What clients are told whose mail is not taken; the words are Exim's where it has some. */
import type { Refusal } from '../envelope.ts'

/** The refusals of the policy. */
export const refusals = {
  unknown: { code: 550, status: '5.1.1', text: 'Unrouteable address' },
  noDomain: { code: 501, status: '5.1.3', text: 'recipient address must contain a domain' },
  relay: { code: 550, status: '5.7.1', text: 'relay not permitted' },
  senderUnknown: { code: 550, status: '5.1.0', text: 'Sender verify failed: Unrouteable address' },
  senderForeign: { code: 550, status: '5.7.1', text: 'only accounts of this server may send here' },
  senderOther: {
    code: 553,
    status: '5.7.1',
    text: 'the sender is not an address of the account that has logged in',
  },
  loginNeeded: { code: 530, status: '5.7.0', text: 'Authentication required' },
  mailboxFull: { code: 452, status: '4.2.2', text: 'mailbox is full' },
  storageFull: { code: 452, status: '4.3.1', text: 'insufficient system storage' },
  storageBroken: { code: 451, status: '4.3.0', text: 'local error in processing' },
  circle: { code: 554, status: '5.4.6', text: 'too many Received fields: the message goes in circles' },
} as const satisfies Readonly<Record<string, Refusal>>
