/** Wrong name servers, each with one rule broken, and the cases of the suite that must tell. */
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { decodeMessage, FLAG, type Message, type RecordSet } from '../../../services/dns/wire/message.ts'
import { ROOT } from '../../../services/dns/wire/name.ts'
import { asked, changing, full, misreading, nameAsked, type Mutant } from './dns-mutant.ts'
import { wireMutants } from './dns-mutants-wire.ts'
import { serve } from './dns-proxy.ts'

const A = 1
const CNAME = 5
const HINFO = 13
const SOA = 6
const TXT = 16
const AAAA = 28
const SRV = 33
const DNSKEY = 48
const OPT = 41
const HTTPS = 65
const CAA = 257

const address = (message: Message, owner = message.questions[0]?.name ?? ROOT): RecordSet => ({
  owner,
  type: A,
  class: 1,
  ttl: 3600,
  data: [Buffer.from([127, 0, 0, 1])],
})
const text = (message: Message): RecordSet => ({
  ...address(message),
  type: TXT,
  data: [Buffer.from('\u0003any')],
})
const alias = (message: Message, target: string): RecordSet => ({
  ...address(message),
  type: CNAME,
  data: [full(target).wire],
})
const isNegative = (message: Message): boolean => message.answer.length === 0 && message.authority.length > 0
const NEGATIVE = ['no-name', 'no-data', 'no-name-below', 'empty-name', 'wildcard-beside', 'wildcard-below']

/** What research has measured in INetSim 1.3.2. */
export const inetsim: readonly Mutant[] = [
  changing(
    'INetSim: every name has the default address',
    ['no-name', 'no-name-below', 'empty-name', 'outside', 'outside-suffix'],
    (message) => (asked(message) === A ? { rcode: 0, answer: [address(message)], authority: [] } : undefined),
  ),
  changing('INetSim: a name with an underscore is NXDOMAIN', ['service', 'underscore'], (message) =>
    nameAsked(message).includes('_') ? { rcode: 3, answer: [] } : undefined,
  ),
  changing('INetSim: SRV, CAA, HTTPS and DNSKEY are not implemented', ['service', 'newer-types'], (message) =>
    [SRV, CAA, HTTPS, DNSKEY].includes(asked(message)) ? { rcode: 4, answer: [] } : undefined,
  ),
  changing('INetSim: no SOA with what is not there', [...NEGATIVE, 'negative-time'], (message) =>
    isNegative(message) ? { authority: [] } : undefined,
  ),
  changing('INetSim: a CNAME beside every address', ['alias-invented', 'address'], (message) =>
    [A, CNAME].includes(asked(message)) ? { answer: [alias(message, 'www'), ...message.answer] } : undefined,
  ),
  changing('INetSim: a SOA at any owner', ['no-other-soa'], (message) =>
    asked(message) === SOA && isNegative(message)
      ? { answer: message.authority.map((set) => ({ ...set, owner: full('www') })), authority: [] }
      : undefined,
  ),
  changing('INetSim: AA on refusals', ['outside'], ({ flags }) => ({ flags: flags | FLAG.authoritative })),
  {
    title: 'INetSim: EDNS is ignored',
    fails: ['edns', 'edns-version'],
    spoil: () => ({
      query: (octets) => {
        const query = decodeMessage(octets)
        return query.edns === undefined ? octets : encodeMessage({ ...query, edns: undefined })
      },
    }),
  },
  changing('INetSim: version.bind is refused', ['class-chaos'], ({ questions }) =>
    questions[0]?.class === 3 ? { rcode: 5, answer: [] } : undefined,
  ),
  changing('INetSim: no AAAA', ['address-6'], (message) =>
    asked(message) === AAAA ? { answer: [] } : undefined,
  ),
]

const records: readonly Mutant[] = [
  changing(
    'no answers',
    [
      ...'address several-addresses mail-exchangers name-servers start-of-authority text'.split(' '),
      ...'pointer service underscore long-label unknown-type alias alias-itself'.split(' '),
      ...'wildcard letter-case any class-chaos compression no-compression'.split(' '),
      ...'garbage tcp'.split(' '),
    ],
    () => ({ answer: [] }),
  ),
  changing('the first record of a set alone', ['several-addresses', 'mail-exchangers'], ({ answer }) => ({
    answer: answer.map((set) => ({ ...set, data: set.data.slice(0, 1) })),
  })),
  changing('nothing additional', ['additional-mail', 'additional-servers', 'referral'], () => ({
    additional: [],
  })),
  changing('aliases are not followed', ['alias', 'alias-chain'], ({ answer }) => ({
    answer: answer.slice(0, 1),
  })),
  changing('what an alias leads to stands first', ['alias-chain'], ({ answer }) => ({
    answer: answer.toReversed(),
  })),
  changing('an alias that is asked for is followed', ['alias-itself'], (message) => ({
    answer: [...message.answer, address(message, full('www'))],
  })),
  changing('the code is that of the alias', ['alias-to-nothing'], () => ({ rcode: 0 })),
  changing('aliases go round ten times', ['alias-loop'], ({ answer }) => ({
    answer: Array.from({ length: 10 }, () => answer).flat(),
  })),
  changing('the asterisk stays', ['wildcard'], ({ answer }) => ({
    answer: answer.map((set) => ({ ...set, owner: full('*.wild') })),
  })),
  changing('a wildcard for every name', ['wildcard-beside', 'wildcard-below'], (message) => ({
    rcode: 0,
    answer: [text(message)],
    authority: [],
  })),
  changing('AA on referrals', ['referral'], ({ flags }) => ({ flags: flags | FLAG.authoritative })),
  changing('$TTL for all', ['time-to-live'], ({ answer }) => ({
    answer: answer.map((set) => ({ ...set, ttl: 3600 })),
  })),
  changing('a time to live for each record', ['one-time-to-live'], ({ answer }) => ({
    answer: answer.flatMap((set) =>
      set.data.map((data, index) => ({ ...set, data: [data], ttl: 3600 - index })),
    ),
  })),
  changing(
    'NXDOMAIN where the type is missing',
    ['no-data', 'empty-name', 'wildcard-beside', 'no-other-soa', 'alias-invented', 'newer-types'],
    (message) => (isNegative(message) ? { rcode: 3 } : undefined),
  ),
  changing('NOERROR where the name is missing', ['no-name', 'no-name-below', 'wildcard-below'], () => ({
    rcode: 0,
  })),
  changing('the SOA of a "no" lives for its own time', ['negative-time'], ({ authority }) => ({
    authority: authority.map((set) => ({ ...set, ttl: 7200 })),
  })),
  changing('an address for every type', ['type-meta'], (message) =>
    asked(message) === OPT ? { rcode: 0, answer: [address(message)] } : undefined,
  ),
  changing('never AA', ['address', 'no-name', 'no-data', 'alias'], ({ flags }) => ({
    flags: flags & ~FLAG.authoritative,
  })),
  changing('the zone for everybody', ['transfer-refused'], (message) => ({
    rcode: 0,
    answer: [address(message)],
  })),
  changing('an address that is not there for ANY', ['any'], (message) => ({
    answer: [address(message), ...message.answer],
  })),
  misreading('the class is ignored', ['class-unknown'], (octets) => {
    octets.writeUInt16BE(1, octets.length - 2)
    return octets
  }),
]

/** All wrong servers. */
export const mutants: readonly Mutant[] = [...inetsim, ...records, ...wireMutants]

/** Servers that do otherwise than ours, as they may, and the cases that are none the worse for it. */
export const allowed: readonly (Omit<Mutant, 'fails'> & { readonly passes: readonly string[] })[] = [
  {
    title: 'it says nothing to what it cannot read, as Knot',
    passes: ['cut-short', 'two-questions', 'pointer-loop', 'label-too-long', 'name-too-long'],
    spoil: () => ({ answer: (octets) => (((octets[3] ?? 0) & 15) === 1 ? undefined : octets) }),
  },
  {
    title: 'it ends a connection that brings what it cannot read',
    passes: ['tcp-malformed'],
    spoil: () => ({
      serve: (socket, answerTo) =>
        serve(socket, async (query) => {
          const answer = await answerTo(query)
          if (((answer?.[3] ?? 0) & 15) === 1) socket.destroy()
          return answer
        }),
    }),
  },
  {
    ...changing('no name has a record OPT, as in NSD', [], (message) =>
      asked(message) === OPT ? { rcode: 0 } : undefined,
    ),
    passes: ['type-meta'],
  },
  {
    ...changing('ANY is answered with one record of its own (RFC 8482 §4.2)', [], (message) => ({
      answer: [{ ...text(message), type: HINFO, data: [Buffer.from('\u0007RFC8482\0')] }],
    })),
    passes: ['any'],
  },
]
