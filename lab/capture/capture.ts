/** A capture of a running lab: what it records, and where that goes. */
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { LabError } from '../host/error.ts'
import type { Lab } from '../host/lab.ts'
import { canonicalAddress } from '../kit/address.ts'
import type { Address, Logger } from '../service.ts'
import type { Flow } from '../wire/flow.ts'
import type { Language } from '../words/index.ts'
import { aboutCapture } from './about.ts'
import { CaptureFile } from './file.ts'
import { createFilter, type FlowFilter } from './filter.ts'
import { LiveCapture } from './live.ts'
import { microseconds } from './microseconds.ts'
import { CapturePipe } from './pipe.ts'
import { Recorder } from './recorder.ts'
import { parseRing } from './ring.ts'
import type { Sink } from './sink.ts'

/** What to capture, and where to. */
export interface CaptureRequest extends FlowFilter {
  readonly language: Language
  /** An absolute path. */
  readonly file?: string | undefined
  /** As in `50MB`, for the file. */
  readonly ring?: string | undefined
  /** The port of a live capture; 0 takes a free one. */
  readonly live?: number | undefined
  /** Whether somebody takes the blocks himself. */
  readonly isPiped?: boolean | undefined
  /** The student whose lab it has to be. */
  readonly student?: string | undefined
}

/** How far a capture is. */
export interface CaptureState {
  readonly packets: number
  readonly octets: number
  readonly dropped: number
  /** Whether its file could not be written. */
  readonly isFailed: boolean
}

/** Records a lab until it is disposed of. */
export class Capture implements AsyncDisposable {
  readonly #recorder: Recorder
  readonly #sinks: Sink[] = []
  readonly #ended = new AbortController()
  #attached: Disposable | undefined
  #closing: Promise<void> | undefined
  #isFailed = false
  file: CaptureFile | undefined
  live: LiveCapture | undefined
  pipe: CapturePipe | undefined

  /** What it is of. */
  readonly request: CaptureRequest

  private constructor(lab: Lab, request: CaptureRequest) {
    this.request = request
    const { name, student, address, instances } = lab.scenario
    const known = new Map(instances.map((each) => [each.name, Object.keys(each.service.endpoints)]))
    this.#recorder = new Recorder({
      ...aboutCapture({ scenario: name, student, language: request.language }),
      now: microseconds(() => lab.wire.now()),
      address,
      wants: onceOnly(createFilter(request, known), lab),
      names: () => lab.world.names.list(),
      write: (block) => {
        for (const sink of this.#sinks) sink.write(block)
      },
    })
    const asked = request.services.map((service) => service.split('/')[0])
    for (const instance of known.keys())
      if (asked.length === 0 || asked.includes(instance)) this.#recorder.addInterface(instance)
  }

  /** Opens what the request names and attaches to the wire; throws a `LabError` if something of it cannot be. */
  static async open(lab: Lab, request: CaptureRequest, log: Logger): Promise<Capture> {
    checkStudent(request.student, lab)
    const ring = request.ring === undefined ? undefined : parseRing(request.ring)
    const capture = new Capture(lab, request)
    try {
      await capture.#open(request, { ring, log })
    } catch (error) {
      await capture[Symbol.asyncDispose]()
      throw error
    }
    capture.#attached = lab.wire.attach(capture.#recorder)
    return capture
  }

  async #open(
    { file, live, isPiped = false }: CaptureRequest,
    { ring, log }: { readonly ring: ReturnType<typeof parseRing> | undefined; readonly log: Logger },
  ): Promise<void> {
    const section = this.#recorder
    if (live !== undefined) {
      this.live = await LiveCapture.open(section, live)
      this.#sinks.push(this.live)
      log.warn(
        { address: `127.0.0.1:${this.live.port}` },
        'a live capture hands out the keys of TLS sessions, and passwords, to every program of this machine',
      )
    }
    if (file !== undefined) {
      const failed = (): void => {
        this.#isFailed = true
        this.#ended.abort()
      }
      this.file = await CaptureFile.open({ path: file, ring, section, log, failed })
      this.#sinks.push(this.file)
    }
    if (isPiped) {
      this.pipe = new CapturePipe(section)
      this.#sinks.push(this.pipe)
    }
  }

  /** Aborts when it ends, or its file cannot be written any more. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  state(): CaptureState {
    const dropped = this.#sinks.reduce((sum, sink) => sum + sink.dropped, 0)
    return { ...this.#recorder.counts, dropped, isFailed: this.#isFailed }
  }

  /** Ends the capture; resolves when all of it has been written. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#ended.abort()
    this.#attached?.[Symbol.dispose]()
    this.#recorder.finish()
    await Promise.all(this.#sinks.map((sink) => sink.close()))
  }
}

/**
 * A connection from the lab to itself crosses the wire twice, with the same addresses and ports: it is shown where it is
 * accepted, if that is wanted, for there its secrets come in time.
 */
function onceOnly(wants: (flow: Flow) => boolean, lab: Lab): (flow: Flow) => boolean {
  const isShown = (flow: Flow): boolean =>
    lab
      .status()
      .some(({ name, addresses }) =>
        addresses.some(
          ({ endpoint, transport, address }) =>
            (transport === flow.transport || transport === 'both') &&
            isAt(flow.remote, address) &&
            wants({ ...flow, service: name, endpoint, direction: 'inbound' }),
        ),
      )
  return (flow) => wants(flow) && !(flow.direction === 'outbound' && isShown(flow))
}

/** Whether what goes to an address arrives where one listens. */
function isAt(target: Address, { host, port }: Address): boolean {
  const [to, at] = [canonicalAddress(target.host), canonicalAddress(host)]
  if (target.port !== port) return false
  if (to === at) return true
  const isOwn = to.startsWith('127.') || to === '::1' || ownAddresses().includes(to)
  return isOwn && (at === '::' || (at === '0.0.0.0' && isIPv4(to)))
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
}

function checkStudent(asked: string | undefined, lab: Lab): void {
  const { student } = lab.scenario
  if (asked === undefined || asked === student) return
  throw new LabError(
    {
      en: `the lab that runs here is that of student ${student}, not of ${asked}; say which one with --state or -s, or leave --student out`,
      es: `el laboratorio en marcha aquí es el de ${student}, no el de ${asked}; indica cuál con --state o -s, u omite --student`,
    },
    { blame: 'wrong' },
  )
}
