/** The captures of one lab; what makes them is loaded with the first one. */
import { LabError } from '../host/error.ts'
import type { Lab } from '../host/lab.ts'
import type { Logger } from '../service.ts'
import type { Capture, CaptureRequest } from './capture.ts'

/** Captures at one time. */
const MOST = 32

/** Begins captures, and ends all that are left when it is disposed of: after the lab has stopped, so that they have its last packets. */
export class Captures implements AsyncDisposable {
  readonly #lab: Lab
  readonly #log: Logger
  readonly #open = new Map<number, Capture>()
  /** The files that are written. */
  readonly #files = new Set<string>()
  #last = 0

  constructor(lab: Lab, log: Logger) {
    this.#lab = lab
    this.#log = log
  }

  /** Begins one; throws a `LabError` if that cannot be. */
  async open(request: CaptureRequest): Promise<{ readonly id: number; readonly capture: Capture }> {
    const { file } = request
    if (this.#open.size >= MOST)
      throw new LabError({
        en: 'too many captures are made already; end some',
        es: 'ya hay demasiadas capturas en marcha; termina alguna',
      })
    if (file !== undefined && this.#files.has(file))
      throw new LabError({
        en: `another capture writes ${file} already; give another name`,
        es: `otra captura ya está escribiendo ${file}; da otro nombre`,
      })
    if (file !== undefined) this.#files.add(file)
    try {
      const { Capture: Made } = await import('./capture.ts')
      const capture = await Made.open(this.#lab, request, this.#log)
      this.#last += 1
      const id = this.#last
      this.#open.set(id, capture)
      return { id, capture }
    } catch (error) {
      if (file !== undefined) this.#files.delete(file)
      throw error
    }
  }

  /** The words that tell Wireshark what is spoken on the lab's ports. */
  async decoding(): Promise<string[]> {
    const { decodingWords } = await import('./decoding.ts')
    return decodingWords(this.#lab.status(), this.#lab.scenario)
  }

  /** Ends one; resolves when it is written, with false if there is none of that number. */
  async end(id: number): Promise<boolean> {
    const capture = this.#open.get(id)
    if (capture === undefined) return false
    await capture[Symbol.asyncDispose]()
    this.#open.delete(id)
    if (capture.request.file !== undefined) this.#files.delete(capture.request.file)
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.end(id)))
  }
}
