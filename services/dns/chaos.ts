/** The names of class CH that tell about the server itself (RFC 4892). */
import { failure, refusal, type Reply } from './reply.ts'
import { TYPE } from './records/types.ts'
import { printKey } from './wire/name.ts'
import { CLASS_CH, RCODE } from './wire/codes.ts'
import type { Question } from './wire/message.ts'

/** What the server tells about itself; an empty text tells nothing. */
export interface ServerNames {
  /** Answers `version.bind` and `version.server`. */
  readonly version: string
  /** Answers `hostname.bind` and `id.server` (RFC 4892 §3). */
  readonly identity: string
}

/** Answers a question of class CH; other names are refused. */
export function answerChaos(question: Question, names: ServerNames): Reply {
  const text = textOf(printKey(question.name.key), names)
  if (text === undefined || text === '') return refusal('class')
  const isText = question.type === TYPE.txt || question.type === TYPE.any
  const octets = Buffer.from(text)
  const set = {
    owner: question.name,
    type: TYPE.txt,
    class: CLASS_CH,
    // It tells of this server, now; nobody is to keep it (RFC 4892 §3).
    ttl: 0,
    data: [Buffer.concat([Buffer.from([octets.length]), octets])],
  }
  return failure(RCODE.NOERROR, { authoritative: true, answer: isText ? [set] : [] })
}

function textOf(name: string, { version, identity }: ServerNames): string | undefined {
  switch (name) {
    case 'version.bind':
    case 'version.server':
      return version
    case 'hostname.bind':
    case 'id.server':
      return identity
    default:
      return undefined
  }
}
