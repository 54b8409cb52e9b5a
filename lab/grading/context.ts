/** What a probing check works with: everything that it opens is closed when the context is. */
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CheckFailure, type CheckContext, type CheckTarget, type DialogueOptions } from '../check.ts'
import { createRandom } from '../host/random.ts'
import { messageOf } from '../kit/error.ts'
import type { Address, Random } from '../service.ts'
import { openDialogue, type TcpDialogue } from './dialogue.ts'

/** Milliseconds for an answer to a datagram, if not given. */
const PATIENCE = 1000

/** The context of one run of one check. */
export interface Context extends CheckContext, AsyncDisposable {
  /** What was said on all connections so far. */
  transcript(): readonly string[]
}

/** How a context is made. */
export interface ContextOptions {
  readonly seed: string
  readonly signal: AbortSignal
  /** The address of this machine that it asks from; the system's choice if not given. */
  readonly from?: string
}

/** Makes a context; the same seed makes the same chance. */
export function createContext(target: CheckTarget, options: ContextOptions): Context {
  return new ProbeContext(target, options)
}

class ProbeContext implements Context {
  readonly target: CheckTarget
  readonly random: Random
  readonly signal: AbortSignal
  readonly #dialogues: TcpDialogue[] = []
  readonly #from: string | undefined

  constructor(target: CheckTarget, { seed, signal, from }: ContextOptions) {
    this.target = target
    this.random = createRandom(seed)
    this.signal = signal
    this.#from = from
  }

  async open(endpoint: string, options?: DialogueOptions): Promise<TcpDialogue> {
    const { target, signal } = this
    const from = this.#from !== undefined && { from: this.#from }
    const setting = { address: this.#address(endpoint), target, signal, ...from }
    const dialogue = await openDialogue(setting, options)
    this.#dialogues.push(dialogue)
    return dialogue
  }

  async exchange(
    endpoint: string,
    message: Buffer,
    patience: number = PATIENCE,
  ): Promise<Buffer | undefined> {
    const { host, port } = this.#address(endpoint)
    const family = isIP(host) || (await lookup(host)).family
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    try {
      if (this.#from !== undefined) socket.bind(0, this.#from)
      return await answer(socket, { host, port }, message, { patience, signal: this.signal })
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
    await Promise.all(this.#dialogues.map((dialogue) => dialogue[Symbol.asyncDispose]()))
  }

  #address(endpoint: string): Address {
    const address = this.target.endpoints[endpoint]
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
  { patience, signal }: { readonly patience: number; readonly signal: AbortSignal },
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
  socket.connect(port, host, () => socket.send(message))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
