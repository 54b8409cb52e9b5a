/** What a scenario can break in the answers (`at: dns.answer`). */
import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'
import { explain } from '../../lab/kit/explain.ts'
import { inSpanish } from '../../lab/kit/spanish.ts'
import type { Random } from '../../lab/service.ts'
import { ipv4Octets, ipv6Octets } from './records/address.ts'
import type { Asked } from './query.ts'
import { failure, type Reply } from './reply.ts'
import { TYPE } from './records/types.ts'
import { withSerial } from './zone/serial.ts'
import type { RecordSet } from './wire/message.ts'
import { CLASS_IN, RCODE } from './wire/codes.ts'
import { parseName, ROOT } from './wire/name.ts'

/** The schema of a fault at `dns.answer`; several of its fields work together. */
export const answerFault = inSpanish(
  z.strictObject({
    drop: z.boolean().optional().describe('Sends no answer.'),
    delay: z.int().min(0).max(60_000).optional().describe('Milliseconds to wait before the answer.'),
    rcode: z
      .enum(Object.keys(RCODE).filter((name) => name !== 'BADVERS' && name !== 'BADCOOKIE'))
      .optional()
      .describe('Answers with this code and no records.'),
    lame: z
      .enum(['refused', 'upward'])
      .optional()
      .describe('Answers as a server that does not have the zone: REFUSED, or a referral to the root.'),
    address: z
      .string()
      .refine(
        (text) => isIPv4(text) || (isIPv6(text) && !text.includes('%')),
        explain({
          en: 'write an IP address, as in 192.0.2.1',
          es: 'escribe una dirección IP, como 192.0.2.1',
        }),
      )
      .optional()
      .describe('Puts this address in place of the right ones of its family.'),
    serial: z
      .int()
      .min(0)
      .max(0xffffffff)
      .optional()
      .describe('Puts this serial number in the SOA records, as a secondary that lags behind.'),
    authoritative: z.boolean().optional().describe('Whether AA is set, whatever is true.'),
    truncate: z.boolean().optional().describe('Leaves all records out and sets TC, over TCP too.'),
    corrupt: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('How many octets, chosen by chance behind the id, arrive with other bits.'),
  }),
  {
    drop: 'No envía ninguna respuesta.',
    delay: 'Milisegundos de espera antes de la respuesta.',
    rcode: 'Responde con este código y sin registros.',
    lame: 'Responde como un servidor que no tiene la zona: REFUSED, o una referencia a la raíz.',
    address: 'Pone esta dirección en lugar de las correctas de su familia.',
    serial: 'Pone este número de serie en los registros SOA, como un secundario que va con retraso.',
    authoritative: 'Si lleva AA, sea o no verdad.',
    truncate: 'Omite todos los registros y pone TC, también sobre TCP.',
    corrupt: 'Cuántos octetos, elegidos al azar detrás del identificador, llegan con otros bits.',
  },
)

type AnswerFault = z.infer<typeof answerFault>

/** Whether the answer is made without looking for the right one. */
export function replaces({ rcode, lame }: AnswerFault): boolean {
  return rcode !== undefined || lame !== undefined
}

/** What is answered in place of the right content. */
export function replacement({ rcode, lame }: AnswerFault, asked: Asked): Reply {
  if (lame === 'upward') return upwardReferral()
  const code = Object.entries(RCODE).find(([name]) => name === rcode)?.[1]
  return failure(lame === 'refused' ? RCODE.REFUSED : (code ?? RCODE.SERVFAIL), {
    source: 'fault',
    authoritative: code === RCODE.NXDOMAIN && asked.question.class === CLASS_IN,
  })
}

// What a server that knows nothing of a zone used to answer: the way to the top.
function upwardReferral(): Reply {
  const data = ['a', 'b', 'c'].map((letter) => parseName(`${letter}.root-servers.net.`, ROOT).wire)
  const root = { owner: ROOT, type: TYPE.ns, class: CLASS_IN, ttl: 518_400, data }
  return failure(RCODE.NOERROR, { source: 'fault', authority: [root], required: 'authority' })
}

/** The right content made wrong. */
export function falsify(reply: Reply, fault: AnswerFault): Reply {
  const { address, serial, authoritative = reply.authoritative, truncate = false } = fault
  const change = (sets: readonly RecordSet[]): readonly RecordSet[] =>
    sets.map((set) => withOldSerial(withAddress(set, address), serial))
  return {
    rcode: reply.rcode,
    required: reply.required,
    source: 'fault',
    authoritative,
    answer: change(reply.answer),
    authority: change(reply.authority),
    additional: change(reply.additional),
    isCut: truncate || reply.isCut === true,
  }
}

function withAddress(set: RecordSet, address: string | undefined): RecordSet {
  if (address === undefined) return set
  const isFour = isIPv4(address)
  if (set.type !== (isFour ? TYPE.a : TYPE.aaaa)) return set
  return { ...set, data: [isFour ? ipv4Octets(address) : ipv6Octets(address)] }
}

function withOldSerial(set: RecordSet, serial: number | undefined): RecordSet {
  if (serial === undefined || set.type !== TYPE.soa) return set
  return { ...set, data: set.data.map((each) => withSerial(each, serial)) }
}

/** Changes octets behind the id, so that the client takes it for the answer to its question. */
export function corrupt(octets: Buffer, count: number, random: Random): Buffer {
  const spoiled = Buffer.from(octets)
  for (let done = 0; done < count; done += 1) {
    const at = random.integer(2, spoiled.length)
    spoiled.writeUInt8(spoiled.readUInt8(at) ^ random.integer(1, 256), at)
  }
  return spoiled
}
