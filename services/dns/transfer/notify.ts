/** NOTIFY to secondaries: that a zone is there, or has changed (RFC 1996). */
import type { Duplex } from 'node:stream'
import { addressText } from '../../../lab/kit/address.ts'
import type { Address, ServiceContext } from '../../../lab/service.ts'
import { TYPE } from '../records/types.ts'
import { encodeMessage } from '../wire/encode.ts'
import { decodeMessage, FLAG, MessageError, type Message } from '../wire/message.ts'
import { CLASS_IN, OPCODE, printCode, RCODE } from '../wire/codes.ts'
import { printKey } from '../wire/name.ts'
import type { Zone } from '../zone/zone.ts'
import { serialOf } from '../zone/serial.ts'

/** Milliseconds to wait for an answer to each try; each is twice the one before (RFC 1996 §3.6). */
const PATIENCE = [1000, 2000, 4000, 8000, 16_000, 32_000]
/** Servers that are told at the same time; the others wait. */
const CONCURRENT = 20

type Context = Pick<ServiceContext<unknown>, 'clock' | 'random' | 'connect' | 'record' | 'log' | 'signal'>

/** Tells each server of each version of a zone until it answers, a newer version in place of an older. */
export class Notifier implements Disposable {
  private readonly servers: readonly Address[]
  private readonly context: Context
  /** What is being told, by zone. */
  private readonly news = new Map<string, AbortController>()
  private readonly waiting: (() => void)[] = []
  private sending = 0

  constructor(servers: readonly Address[], context: Context) {
    this.servers = servers
    this.context = context
  }

  /** Tells all servers of the zone as it is now. */
  announce(zone: Zone): void {
    if (this.servers.length === 0) return
    this.news.get(zone.apex.key)?.abort()
    const news = new AbortController()
    this.news.set(zone.apex.key, news)
    const signal = AbortSignal.any([news.signal, this.context.signal])
    for (const server of this.servers) void this.tell(server, zone, signal)
  }

  [Symbol.dispose](): void {
    for (const news of this.news.values()) news.abort()
  }

  /** Never rejects. */
  private async tell(server: Address, zone: Zone, signal: AbortSignal): Promise<void> {
    const about = {
      server: addressText(server),
      zone: printKey(zone.apex.key),
      serial: serialOf(zone),
    }
    for (const [index, patience] of PATIENCE.entries()) {
      await this.turn()
      const answer = await this.attempt(server, zone, patience, signal).finally(() => this.pass())
      if (signal.aborted) return
      if (answer === undefined) continue
      const rcode = printCode(answer.rcode)
      this.context.record({ kind: 'dns.notified', data: { ...about, rcode, tries: index + 1 } })
      // Whatever it says, it has heard (RFC 1996 §3.7).
      if (answer.rcode !== RCODE.NOERROR)
        this.context.log.warn({ ...about, rcode }, 'the server does not take this zone from here')
      return
    }
    this.context.log.warn(
      about,
      'the server does not answer NOTIFY; it will look for itself when its time comes',
    )
  }

  private async turn(): Promise<void> {
    if (this.sending >= CONCURRENT) await new Promise<void>((resolve) => this.waiting.push(resolve))
    else this.sending += 1
  }

  private pass(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.sending -= 1
    else next()
  }

  /** The answer; undefined if there is none in time, or it cannot be sent. It takes all its time unless answered. */
  private async attempt(
    server: Address,
    zone: Zone,
    patience: number,
    signal: AbortSignal,
  ): Promise<Message | undefined> {
    if (signal.aborted) return undefined
    const over = Promise.withResolvers<undefined>()
    const stop = (): void => over.resolve(undefined)
    const timer = this.context.clock.timer(patience, stop)
    signal.addEventListener('abort', stop)
    let socket: Duplex | undefined
    try {
      socket = await this.context.connect({ ...server, transport: 'udp' })
      const message = notification(zone, this.context.random.bytes(2).readUInt16BE(0))
      const answered = receive(socket, message)
      socket.write(encodeMessage(message))
      return await Promise.race([answered, over.promise])
    } catch (error) {
      this.context.log.debug({ server: server.host, error: String(error) }, 'NOTIFY could not be sent')
      return await over.promise
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', stop)
      socket?.destroy()
    }
  }
}

/** A NOTIFY request, with the new SOA as a hint (RFC 1996 §3.7, §4.5). */
function notification(zone: Zone, id: number): Message {
  return {
    id,
    flags: FLAG.authoritative,
    opcode: OPCODE.notify,
    rcode: RCODE.NOERROR,
    questions: [{ name: zone.apex, type: TYPE.soa, class: CLASS_IN }],
    answer: [zone.soa],
    authority: [],
    additional: [],
  }
}

/** Resolves with the answer to the request; never if none comes. */
function receive(socket: Duplex, request: Message): Promise<Message> {
  return new Promise((resolve) => {
    socket.on('data', (octets: Buffer) => {
      const answer = decodeAnswer(octets)
      const isAnswer =
        answer?.id === request.id &&
        answer.opcode === OPCODE.notify &&
        (answer.flags & FLAG.response) !== 0 &&
        (answer.questions[0] === undefined || answer.questions[0].name.key === request.questions[0]?.name.key)
      if (answer !== undefined && isAnswer) resolve(answer)
    })
    // A port where nobody listens is like one that does not answer yet.
    socket.on('error', () => undefined)
  })
}

function decodeAnswer(octets: Buffer): Message | undefined {
  try {
    return decodeMessage(octets)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
