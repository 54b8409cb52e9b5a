import { messageOf } from '../../host/error.ts'
import type { Instance } from '../../scenario/scenario.ts'
import type { Beginning, Dissector, Logger, Step } from '../../service.ts'
import type { Flow } from '../../wire/flow.ts'
import { genericDissector } from './generic.ts'

/** Makes a dissector of one conversation, in which nothing throws. */
export type Make = (begin: Beginning) => Dissector

/** The services' dissectors, each loaded when somebody looks at its endpoint; one that fails gives way to a view for anything. */
export class Dissectors {
  readonly #instances: () => readonly Instance[]
  readonly #log: Pick<Logger, 'error'>
  /** By the service, its endpoint and the transport. */
  readonly #loaded = new Map<string, Promise<Make>>()
  /** Those of which was complained. */
  readonly #failed = new Set<string>()

  constructor(instances: () => readonly Instance[], log: Pick<Logger, 'error'>) {
    this.#instances = instances
    this.#log = log
  }

  /** For the conversations of an endpoint; never rejects. */
  of({ service: name, endpoint, transport }: Flow): Promise<Make> {
    const service = this.#instances().find((instance) => instance.name === name)?.service
    const key = `${service?.name ?? ''} ${endpoint} ${transport}`
    const loaded =
      this.#loaded.get(key) ??
      this.#load(key, transport, async () => service?.dissector?.(endpoint, transport))
    this.#loaded.set(key, loaded)
    return loaded
  }

  async #load(key: string, transport: 'tcp' | 'udp', load: () => Promise<Make | undefined>): Promise<Make> {
    const plain: Make = () => genericDissector(transport)
    try {
      const make = await load()
      if (make === undefined) return plain
      return (begin) =>
        this.#contained(
          key,
          () => make(begin),
          () => plain(begin),
        )
    } catch (error) {
      this.#complain(key, error)
      return plain
    }
  }

  #contained(key: string, make: () => Dissector, plain: () => Dissector): Dissector {
    let reader: Dissector | undefined
    const safely = (run: (dissector: Dissector) => readonly Step[] | undefined): readonly Step[] => {
      try {
        reader ??= make()
        return run(reader) ?? []
      } catch (error) {
        this.#complain(key, error)
        reader = plain()
        return run(reader) ?? []
      }
    }
    return {
      read: (from, octets) => safely((dissector) => dissector.read(from, octets)),
      end: () => safely((dissector) => dissector.end?.()),
    }
  }

  #complain(key: string, error: unknown): void {
    if (this.#failed.has(key)) return
    this.#failed.add(key)
    this.#log.error(
      { dissector: key, error: messageOf(error) },
      'a dissector failed; its conversations are shown as text or octets',
    )
  }
}
