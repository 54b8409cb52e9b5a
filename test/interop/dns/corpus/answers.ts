/** Asks servers the questions of the corpus and has dnspython read the answers, so that no codec reads itself. */
import { spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Address } from '../../../../lab/service.ts'
import { encodeMessage } from '../../../../services/dns/wire/encode.ts'
import { frame, Framer } from '../../../../services/dns/wire/framing.ts'
import { parseName, ROOT } from '../../../../services/dns/wire/name.ts'
import { findType } from '../../../../services/dns/records/types.ts'
import { connect } from 'node:net'
import { PYTHON } from '../../../tool.ts'
import type { CorpusQuestion } from './questions.ts'

/** What an answer says, in presentation format, its records in the order of the wire. */
export interface CorpusAnswer {
  readonly error?: string
  readonly rcode: string
  readonly flags: string
  readonly opcode: number
  readonly questions: readonly string[]
  readonly answer: readonly string[]
  readonly authority: readonly string[]
  readonly additional: readonly string[]
  readonly edns: {
    readonly version: number
    readonly size: number
    readonly flags: number
    readonly options: readonly number[]
  } | null
  /** Octets. */
  readonly size: number
}

/** Questions under way at once. */
const WINDOW = 64
/** Milliseconds until an unanswered datagram is sent again. */
const RETRY = 1000
const TRIES = 5

/** The answers of a server to the questions, in their order, as octets. */
export async function askAll(
  address: Address,
  questions: readonly CorpusQuestion[],
): Promise<readonly Buffer[]> {
  const octets: Buffer[] = []
  const queries = questions.map((question, index) => ({ question, index, octets: encode(question, index) }))
  await overUdp(
    address,
    queries.filter(({ question }) => question.transport === 'udp'),
    octets,
  )
  await overTcp(
    address,
    queries.filter(({ question }) => question.transport === 'tcp'),
    octets,
  )
  return octets
}

interface CorpusQuery {
  readonly question: CorpusQuestion
  readonly index: number
  readonly octets: Buffer
}

function encode({ name, type, size, dnssec, recursionDesired }: CorpusQuestion, id: number): Buffer {
  return encodeMessage({
    id,
    flags: recursionDesired === true ? 0x0100 : 0,
    opcode: 0,
    rcode: 0,
    questions: [{ name: parseName(name, ROOT), type: findType(type)?.code ?? 0, class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    edns:
      size === undefined
        ? undefined
        : { size, version: 0, dnssec: dnssec === true, options: Buffer.alloc(0) },
  })
}

async function overUdp(address: Address, queries: readonly CorpusQuery[], found: Buffer[]): Promise<void> {
  const socket = createSocket('udp4')
  socket.connect(address.port, address.host)
  await once(socket, 'connect')
  const waiting = new Map<number, () => void>()
  socket.on('message', (answer) => {
    const id = answer.readUInt16BE(0)
    found[id] = answer
    waiting.get(id)?.()
  })
  const left = queries.values()
  const work = async (): Promise<void> => {
    for (const query of left) await exchange(socket, query, waiting)
  }
  try {
    await Promise.all(Array.from({ length: WINDOW }, work))
  } finally {
    socket.close()
  }
}

async function exchange(
  socket: Socket,
  { index, octets, question }: CorpusQuery,
  waiting: Map<number, () => void>,
): Promise<void> {
  for (let turn = 0; turn < TRIES; turn += 1) {
    const answered = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => answered.resolve(false), RETRY)
    waiting.set(index, () => answered.resolve(true))
    socket.send(octets)
    const isAnswered = await answered.promise
    clearTimeout(timer)
    if (isAnswered) return
  }
  throw new Error(`no answer to ${question.name} ${question.type}`)
}

async function overTcp(address: Address, queries: readonly CorpusQuery[], found: Buffer[]): Promise<void> {
  if (queries.length === 0) return
  const socket = connect(address)
  const framer = new Framer()
  let count = 0
  let next = 0
  const send = (): void => {
    for (; next < queries.length && next - count < WINDOW; next += 1) {
      const query = queries[next]
      if (query !== undefined) socket.write(frame(query.octets))
    }
  }
  const done = Promise.withResolvers<void>()
  socket.on('connect', send)
  socket.on('error', done.reject)
  socket.on('close', () => done.reject(new Error(`the connection ended after ${count} answers`)))
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk)
    for (let answer = framer.next(); answer !== undefined; answer = framer.next()) {
      found[answer.readUInt16BE(0)] = Buffer.from(answer)
      count += 1
    }
    if (count === queries.length) done.resolve()
    else send()
  })
  await done.promise.finally(() => socket.destroy())
}

/** What answers say, as dnspython reads them. */
export async function readAnswers(messages: readonly Buffer[]): Promise<readonly CorpusAnswer[]> {
  if (messages.length === 0) return []
  const reader = spawn(PYTHON, ['-B', join(import.meta.dirname, 'read.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  reader.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  reader.stdin.end(messages.map((octets) => `${octets.toString('hex')}\n`).join(''))
  const [code] = (await once(reader, 'close')) as [number | null]
  if (code !== 0) throw new Error(`dnspython cannot read answers: python3 ended with ${code}`)
  return text
    .trim()
    .split('\n')
    .map((line): CorpusAnswer => JSON.parse(line))
}
