/** Wrong name servers that break rules of headers, formats, EDNS and TCP. */
import { frame } from '../../../services/dns/wire/framing.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { decodeMessage, FLAG, type Message } from '../../../services/dns/wire/message.ts'
import { changing, domain, full, misreading, nameAsked, patching, type Mutant } from './dns-mutant.ts'
import { serve } from './dns-proxy.ts'

const forms: readonly Mutant[] = [
  patching('ids of eight bits', ['identifier'], (octets) => {
    octets[0] = 0
    return octets
  }),
  patching('QR is not set', ['response-bit'], (octets) => {
    octets[2] = (octets[2] ?? 0) & 0x7f
    return octets
  }),
  patching('the question in small letters', ['question-back'], (octets) => {
    for (let at = 13; at < 13 + domain.length + 4; at += 1)
      if ((octets[at] ?? 0) >= 65 && (octets[at] ?? 0) <= 90) octets[at] = (octets[at] ?? 0) + 32
    return octets
  }),
  changing('capitals make another name', ['letter-case'], (message) =>
    /[A-Z]/.test(nameAsked(message)) ? { rcode: 3, answer: [] } : undefined,
  ),
  changing('RD is cleared', ['recursion-desired'], ({ flags }) => ({
    flags: flags & ~FLAG.recursionDesired,
  })),
  changing('RD is always set', ['recursion-desired'], ({ flags }) => ({
    flags: flags | FLAG.recursionDesired,
  })),
  patching('RA of the question is copied', ['flags-of-answers'], (octets, query) => {
    octets[3] = (octets[3] ?? 0) | ((query[3] ?? 0) & 0x80)
    return octets
  }),
  patching('names are written out', ['compression'], (octets) => {
    const message = decodeMessage(octets)
    // Each name with other capitals: none is found again.
    const answer = message.answer.flatMap((set) =>
      set.data.map((data) => ({ ...set, owner: full(`${domain.toUpperCase()}.`), data: [data] })),
    )
    return encodeMessage({ ...message, answer, additional: [] }, 65_535, 'additional', true)
  }),
  patching('the target of SRV is compressed', ['no-compression'], (octets) => {
    const message = decodeMessage(octets)
    const plain = encodeMessage({ ...message, authority: [], additional: [] })
    const length = full('mail').wire.length
    const start = plain.subarray(0, plain.length - length)
    start.writeUInt16BE(13, start.length - 8)
    return Buffer.concat([start, Buffer.from('\u0004mail'), Buffer.from([0xc0, 22])])
  }),
  misreading('every opcode is a query', ['opcode-unknown'], (octets) => {
    octets[2] = (octets[2] ?? 0) & 0x87
    return octets
  }),
  changing('format errors are NOERROR', formErrors(), ({ rcode }) =>
    rcode === 1 ? { rcode: 0 } : undefined,
  ),
  {
    title: 'it falls over format errors',
    fails: ['cut-short', 'pointer-loop'],
    spoil: () => {
      let isDead = false
      return {
        answer(octets) {
          isDead ||= ((octets[3] ?? 0) & 15) === 1
          return isDead ? undefined : octets
        },
      }
    },
  },
  {
    title: 'answers are answered',
    fails: ['response-unanswered'],
    spoil: () => ({
      query(octets) {
        const query = Buffer.from(octets)
        query[2] = (query[2] ?? 0) & 0x7f
        return query
      },
    }),
  },
  {
    title: 'it falls over what it cannot read',
    fails: ['garbage'],
    spoil: () => {
      let isDead = false
      return {
        query(octets) {
          isDead ||= octets.length < 12
          return isDead ? undefined : octets
        },
      }
    },
  },
]

function formErrors(): readonly string[] {
  const questions = ['cut-short', 'no-question', 'two-questions', 'records-missing']
  const names = ['pointer-loop', 'label-too-long', 'name-too-long']
  return [...questions, ...names, 'edns-twice', 'tcp-malformed']
}

const withEdns = (message: Message, change: Partial<NonNullable<Message['edns']>>): Partial<Message> =>
  message.edns === undefined ? {} : { edns: { ...message.edns, ...change } }

const extensions: readonly Mutant[] = [
  changing('OPT for everybody', ['edns-unasked'], (message) => ({
    edns: message.edns ?? { size: 512, version: 0, dnssec: false, options: Buffer.alloc(0) },
  })),
  changing('no OPT with an error', ['edns-negative'], ({ rcode }) =>
    rcode === 3 ? { edns: undefined } : undefined,
  ),
  misreading('every version of EDNS is 0', ['edns-version'], (octets) => {
    octets[octets.length - 5] = 0
    return octets
  }),
  changing('the version of EDNS is copied', ['edns-version'], (message) => withEdns(message, { version: 1 })),
  changing('options are copied', ['edns-option'], (message) =>
    withEdns(message, { options: Buffer.from([0xfd, 0xe9, 0, 2, 1, 2]) }),
  ),
  changing('DO is dropped', ['edns-flags'], (message) => withEdns(message, { dnssec: false })),
  misreading('the second OPT is not seen', ['edns-twice'], (octets) => {
    octets.writeUInt16BE(1, 10)
    return octets.subarray(0, -11)
  }),
  {
    title: 'datagrams have no bound',
    fails: ['cut-512', 'edns-bound'],
    spoil: () => ({ asksByStream: true }),
  },
  changing('nothing is ever cut', ['cut-512', 'edns-bound'], ({ flags }) => ({
    flags: flags & ~FLAG.truncated,
  })),
  misreading('every client takes 512 octets', ['edns-size'], (octets) => {
    if (octets.readUInt16BE(10) === 1) octets.writeUInt16BE(512, octets.length - 8)
    return octets
  }),
]

const firstOf = (chunk: Buffer): Buffer => chunk.subarray(2, 2 + chunk.readUInt16BE(0))

const streams: readonly Mutant[] = [
  { title: 'no TCP', fails: ['tcp'], spoil: () => ({ serve: (socket) => socket.destroy() }) },
  {
    title: '512 octets over TCP too',
    fails: ['tcp-whole', 'tcp-half-closed'],
    spoil: () => ({
      answer: (octets, _query, over) => (over === 'tcp' ? encodeMessage(decodeMessage(octets), 512) : octets),
    }),
  },
  {
    title: 'one question a connection',
    fails: ['tcp-again', 'tcp-pipelined'],
    spoil: () => ({
      serve: (socket, answerTo) =>
        socket.once('data', (chunk: Buffer) => {
          void answerTo(firstOf(chunk)).then((answer) =>
            socket.end(answer === undefined ? '' : frame(answer)),
          )
        }),
    }),
  },
  {
    title: 'what comes at once is one question',
    fails: ['tcp-pipelined', 'tcp-pieces'],
    spoil: () => ({
      serve: (socket, answerTo) =>
        socket.on('data', (chunk: Buffer) => {
          if (chunk.length < 14) return
          void answerTo(firstOf(chunk)).then((answer) => answer && socket.write(frame(answer)))
        }),
    }),
  },
  {
    title: 'the end of the questions is the end of the connection',
    fails: ['tcp-half-closed'],
    spoil: () => ({
      serve(socket, answerTo) {
        socket.on('end', () => socket.destroy())
        serve(socket, async (query) => {
          const answer = await answerTo(query)
          await new Promise((resolve) => setTimeout(resolve, 20))
          return answer
        })
      },
    }),
  },
]

/** All of them. */
export const wireMutants: readonly Mutant[] = [...forms, ...extensions, ...streams]
