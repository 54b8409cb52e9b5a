/** What a probing check works with: everything that it opens is closed when the context is. */
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import {
  CheckFailure,
  type Assertion,
  type CheckContext,
  type CheckTarget,
  type DialogueOptions,
} from '../check.ts'
import { createRandom } from '../host/random.ts'
import { messageOf } from '../kit/error.ts'
import type { Address, Random } from '../service.ts'
import { openDialogue, openSocket, type Announce, type Setting, type TcpDialogue } from './dialogue.ts'

/** Milliseconds for an answer to a datagram, if not given. */
const PATIENCE = 1000

/** The context of one run of one check. */
export interface Context extends CheckContext, AsyncDisposable {
  /** What was said on all connections so far. */
  transcript(): readonly string[]
  /** Whether it has asked, and nothing was there to be asked. */
  readonly isUnreached: boolean
  /** What it comes to if the check ends now, for that reason. */
  ended(reason: Assertion): readonly Assertion[]
}

/** How a context is made. */
export interface ContextOptions {
  readonly seed: string
  readonly signal: AbortSignal
  /** Hears of the ports of this machine that it asks from. */
  readonly announce?: Announce
}

/** Makes a context; the same seed makes the same chance. */
export function createContext(target: CheckTarget, options: ContextOptions): Context {
  return new ProbeContext(target, options)
}

class ProbeContext implements Context {
  readonly target: CheckTarget
  readonly random: Random
  readonly signal: AbortSignal
  #found: readonly Assertion[] = []
  #whole = 0
  #hasAsked = false
  #hasReached = false
  readonly #dialogues: TcpDialogue[] = []
  readonly #sockets: Duplex[] = []
  readonly #announce: Announce | undefined

  constructor(target: CheckTarget, { seed, signal, announce }: ContextOptions) {
    this.target = target
    this.random = createRandom(seed)
    this.signal = signal
    this.#announce = announce
  }

  async open(endpoint: string, options?: DialogueOptions): Promise<TcpDialogue> {
    const dialogue = await openDialogue(this.#setting(endpoint), options)
    this.#dialogues.push(dialogue)
    return dialogue
  }

  async connect(endpoint: string): Promise<Duplex> {
    const socket = await openSocket(this.#setting(endpoint))
    this.#sockets.push(socket)
    return socket
  }

  get isUnreached(): boolean {
    return this.#hasAsked && !this.#hasReached
  }

  readonly keep = (found: readonly Assertion[], whole = 0): void => {
    this.#found = found
    this.#whole = whole
  }

  ended(reason: Assertion): readonly Assertion[] {
    const left = this.#found.reduce((rest, { weight = 1 }) => rest - weight, this.#whole)
    return [...this.#found, { ...reason, ...(left > 1 && { weight: left }) }]
  }

  async exchange(
    endpoint: string,
    message: Buffer,
    patience: number = PATIENCE,
  ): Promise<Buffer | undefined> {
    const { host, port } = this.#address(endpoint)
    this.signal.throwIfAborted()
    const family = isIP(host) || (await lookup(host)).family
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    try {
      const { signal } = this
      const found = await answer(socket, { host, port }, message, {
        patience,
        signal,
        announce: this.#announce,
      })
      // Silence may be the answer of a server that is there.
      this.#hasReached = true
      return found
    } finally {
      socket.close()
    }
  }

  async wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal })
  }

  transcript(): readonly string[] {
    return this.#dialogues.flatMap(({ transcript }, index) => [
      ...(index > 0 ? ['* a new connection'] : []),
      ...transcript,
    ])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#dialogues.map((dialogue) => dialogue[Symbol.asyncDispose]()))
  }

  #setting(endpoint: string): Setting {
    const { target, signal } = this
    const onConnect = (): void => void (this.#hasReached = true)
    return { address: this.#address(endpoint), target, signal, announce: this.#announce, onConnect }
  }

  #address(endpoint: string): Address {
    const address = this.target.endpoints[endpoint]
    this.#hasAsked = true
    if (address !== undefined) return address
    throw new CheckFailure({
      en: `the target does not offer ${endpoint}`,
      es: `el objetivo no ofrece ${endpoint}`,
    })
  }
}

/** The first datagram that the address sends back; only from there does a connected socket take any. */
async function answer(
  socket: Socket,
  { host, port }: Address,
  message: Buffer,
  { patience, signal, announce }: Pick<Setting, 'signal' | 'announce'> & { readonly patience: number },
): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  const timer = setTimeout(() => resolve(undefined), patience)
  socket.once('message', resolve)
  socket.once('error', (error) => {
    const reason = messageOf(error)
    reject(
      new CheckFailure({
        en: `the datagram to ${host} port ${port} was refused: ${reason}`,
        es: `el datagrama a ${host} puerto ${port} fue rechazado: ${reason}`,
      }),
    )
  })
  socket.connect(port, host, () => {
    announce?.('udp', socket.address().port)
    socket.send(message)
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
