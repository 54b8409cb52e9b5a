/** The contract between what reads captures that are handed in and the services, which know their own protocols. */
import type { SeenFact } from './check.ts'
import type { Address, Beginning, FactData, Text } from './service.ts'

/** A conversation of a capture that was handed in. */
export interface Overheard {
  readonly transport: 'tcp' | 'udp'
  /** The endpoint of the service at whose address or usual port its server is; undefined where it could be any protocol. */
  readonly endpoint: string | undefined
  readonly client: Address
  readonly server: Address
  /** `middle`: the capture has not seen how it began. */
  readonly begin: Exclude<Beginning, 'upgraded'>
  /** The domain of the scenario. */
  readonly domain: string
}

/** What the journal would tell of something that a capture shows; who the client is, is added to it. */
export interface WitnessedFact extends Pick<SeenFact, 'kind' | 'frames'> {
  /** Without secrets: it stands in reports. */
  readonly data: FactData
}

/** Reads one conversation of a capture, and keeps a bounded amount of it. */
export interface Witness {
  /**
   * The facts that these octets complete: the next ones of a stream, or one datagram, which crossed in the frame. It never
   * throws for what anybody may have sent.
   */
  hear(from: 'client' | 'server', octets: Buffer, frame: number): readonly WitnessedFact[]
  /** Why it can read no more of the conversation, as where TLS begins. */
  readonly end?: Text | undefined
}

/**
 * A witness of the conversation, of which each end has begun with `opening`; undefined where that is (not yet) of a protocol
 * that it reads. At a known endpoint it has no need to wait.
 */
export type OpenWitness = (
  overheard: Overheard,
  opening: { readonly client: Buffer; readonly server: Buffer },
) => Witness | undefined

/** What reads a service's conversations in captures, so that the verbs that judge the journal judge a capture as well. */
export interface Witnesses {
  /** The kinds of facts that a capture can show. */
  readonly facts: readonly string[]
  /** Called when a capture is there to be read. */
  load(): Promise<OpenWitness>
}
