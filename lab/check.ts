/**
 * The contract between checks and those who run them. A service brings its checks in `services/<name>/checks.ts`, which
 * exports `checks`; nobody else need know of them.
 */
import type { Duplex } from 'node:stream'
import type { ZodType } from 'zod'
import type { Said } from './kit/dissect/said.ts'
import type { Address, FactData, Random, Text } from './service.ts'
import type { Witnesses } from './witness.ts'

export type { OpenWitness, Overheard, Witness, WitnessedFact, Witnesses } from './witness.ts'

/**
 * How a check ended. `blocked`: one that it needs has not passed. `broken`: the check itself has failed; the teacher is told,
 * and nobody loses points.
 */
export type Outcome = 'passed' | 'failed' | 'blocked' | 'broken'

/** What was wanted and what was there, as lines of text: a string is what stood on the wire, words come in both languages. */
export interface Difference {
  readonly expected: Said
  readonly actual: Said
  /** Characters of `actual` before the first wrong one, under which a caret stands; both languages are alike so far. */
  readonly at?: number
}

/** One thing that a check looks at; its points are shared by weight. */
export interface Assertion {
  readonly title: Text
  readonly holds: boolean
  /** 1 if not given. */
  readonly weight?: number
  readonly difference?: Difference
}

/** Why a finding is to be believed. */
export interface Evidence {
  /** Numbers of facts in the journal. */
  readonly facts?: readonly number[]
  /** Numbers of frames in the capture that was handed in. */
  readonly frames?: readonly number[]
  /** What was said, one line each, `> ` before what the check said and `< ` before what it heard; passwords left out. */
  readonly transcript?: readonly string[]
}

/** What a check has found. */
export interface Finding {
  /** At least one; all of them must hold for the check to pass. */
  readonly assertions: readonly Assertion[]
  readonly evidence?: Evidence
}

/** Ends a check with what it has kept so far: what it could not look at any more counts as failed. */
export class CheckFailure extends Error {
  readonly text: Text
  readonly difference: Difference | undefined

  constructor(text: Text, difference?: Difference) {
    super(text.en)
    this.name = 'CheckFailure'
    this.text = text
    this.difference = difference
  }
}

/** The server that is looked at: a lab's own service, a student's configuration, or any other program. */
export interface CheckTarget {
  /** Where each endpoint is, by the names of the service's endpoints; one that is missing is not offered. */
  readonly endpoints: Readonly<Record<string, Address>>
  readonly domain: string
  readonly accounts: readonly { readonly name: string; readonly password: string }[]
  /** The root to be trusted, as PEM. */
  readonly authority?: string
  /** A client certificate with its key, as PEM, that the server takes. */
  readonly identity?: Identity
  /** Client certificates that the server must refuse, by the reason, as in `expired` and `revoked`. */
  readonly refused?: Readonly<Record<string, Identity>>
}

/** A certificate with its key, both as PEM; the chain follows the certificate. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

/** How a connection of a check is opened. */
export interface DialogueOptions {
  /** TLS from the start; `names` is what SNI asks for, the target's domain if not given. */
  readonly tls?: {
    readonly name?: string
    readonly withIdentity?: boolean
    readonly versions?: readonly string[]
  }
  /** Milliseconds for each wait, 3,000 if not given. */
  readonly patience?: number
}

/** A conversation with the target; each wait ends with a CheckFailure that says what was waited for and what came. */
export interface Dialogue extends AsyncDisposable {
  /** Sends octets, or a text as UTF-8; nothing is added to it. */
  send(octets: Buffer | string): Promise<void>
  /** Sends what no transcript may show. */
  sendSecret(octets: Buffer | string): Promise<void>
  /**
   * The next line without its end; lines may end with CR LF or LF, which `ending` of the last one tells. `wanted` says in
   * a failure what was waited for, as in `the reply to RCPT`; `patience` are milliseconds for this wait alone.
   */
  line(wanted?: Text, patience?: number): Promise<string>
  readonly ending: '\r\n' | '\n' | ''
  /** So many octets. */
  octets(count: number, wanted?: Text, patience?: number): Promise<Buffer>
  /** All octets until the other end closes its half (or cuts the connection), at most so many (1 MB if not given). */
  rest(most?: number): Promise<Buffer>
  /** Whether nothing comes for so many milliseconds. */
  isSilent(milliseconds: number): Promise<boolean>
  /** Whether the other end closes its half within so many milliseconds, whatever it says before. */
  closes(milliseconds: number): Promise<boolean>
  /** Closes our half. */
  end(): void
  /** Turns to TLS (STARTTLS, STLS). */
  startTls(options?: DialogueOptions['tls']): Promise<void>
  /** What TLS has agreed on; undefined without TLS. */
  readonly tls:
    | {
        readonly version: string
        readonly cipher: string
        readonly certificate: Buffer
        readonly trust: true | string
      }
    | undefined
  readonly transcript: readonly string[]
}

/** What a probing check works with. */
export interface CheckContext {
  readonly target: CheckTarget
  /** Chance that a printed seed repeats. */
  readonly random: Random
  readonly signal: AbortSignal
  /** Opens a connection to an endpoint; throws a CheckFailure if there is none. */
  open(endpoint: string, options?: DialogueOptions): Promise<Dialogue>
  /** Opens a bare connection for a check that speaks for itself; it ends with the check. */
  connect(endpoint: string): Promise<Duplex>
  /**
   * Names the list in which the check gathers what it finds. If it ends early, what is in it by then counts, and the rest of
   * `whole`, which is the weight of all of it together, does not.
   */
  readonly keep: (found: readonly Assertion[], whole?: number) => void
  /** Sends a datagram to an endpoint; undefined if no answer comes within the milliseconds (1,000 if not given). */
  exchange(endpoint: string, message: Buffer, patience?: number): Promise<Buffer | undefined>
  /** Waits, on the machine's clock: for what has to stay as it is. */
  wait(milliseconds: number): Promise<void>
}

/** What helps whoever is stuck, and the points that it costs (0 if not given). */
export interface Hint {
  readonly text: Text
  readonly cost?: number
}

/** One case of a suite: it asks the target now. */
export interface CheckCase {
  /** Lower case with hyphens, unique in the suite. */
  readonly id: string
  readonly title: Text
  readonly points: number
  /** As in `RFC 1035 §3.3.9`. */
  readonly reference: string
  /** Cases of the suite without which this one makes no sense. */
  readonly needs?: readonly string[]
  /** Endpoints that it talks to; where the target offers one of them not, the case is left out, and its points with it. */
  readonly endpoints: readonly string[]
  /** Whether the target brings what the case needs besides, such as a client certificate; where not, it is left out, too. */
  applies?(target: CheckTarget): boolean
  readonly hint?: Hint
  /** Milliseconds after which it is ended, 15,000 if not given. */
  readonly limit?: number
  /** The command with which a person sees the same. */
  reproduce(target: CheckTarget): string
  run(context: CheckContext): Promise<Finding>
}

/** A case as most are written. */
export interface CaseDraft extends Pick<CheckCase, 'id' | 'title' | 'reference' | 'needs' | 'reproduce'> {
  /** 1 if not given. */
  readonly points?: number
  /** It costs nothing. */
  readonly hint: Text
  readonly run: (context: CheckContext) => Promise<readonly Assertion[]>
}

/** A case that talks to one endpoint, and whose finding is its assertions. */
export function defineCase(endpoint: string, { points = 1, hint, run, ...rest }: CaseDraft): CheckCase {
  return {
    ...rest,
    points,
    endpoints: [endpoint],
    hint: { text: hint },
    run: async (context) => ({ assertions: await run(context) }),
  }
}

/** The cases that grade any server of a protocol, black box. */
export interface Suite {
  readonly summary: Text
  /** The endpoints that can be graded, with the port that is assumed where only a host is named. */
  readonly endpoints: Readonly<
    Record<string, { readonly transport: 'tcp' | 'udp' | 'both'; readonly port: number }>
  >
  /** What the target must serve for the cases to make sense, as files by name, which an instructor gives it. */
  files?(domain: string): Readonly<Record<string, string | Buffer>>
  readonly cases: readonly CheckCase[]
  /** Takes away what the cases have left in the target; run once, after all of them. */
  clean?(context: CheckContext): Promise<void>
}

/** A fact as a check sees it. */
export interface SeenFact {
  readonly seq: number
  /** Milliseconds since 1970 in the lab's time. */
  readonly at: number
  readonly service: string
  readonly connection: number | undefined
  readonly kind: string
  readonly data: FactData | undefined
  /** Where it comes from a capture: the numbers of the frames that show it, as Wireshark counts them. */
  readonly frames?: readonly number[]
}

interface Verb<Settings> {
  /** What it looks at, for those who write tasks. */
  readonly summary: Text
  /** What a scenario says of it: each setting described, in Spanish by `inSpanish` of `lab/kit/spanish.ts`. */
  readonly settings: ZodType<Settings>
  /** What has to be so, with these settings. */
  title(settings: Settings): Text
  readonly reference?: string
  /** The command with which a person sees the same; `file` is the one that the task has handed in. */
  reproduce?(settings: Settings, target: CheckTarget, file?: string): string
}

/** Judges by the journal. */
export interface EvidenceVerb<Settings = unknown> extends Verb<Settings> {
  readonly kind: 'evidence'
  /** The kinds of facts that it looks at. */
  readonly facts: readonly string[]
  /** What of the fact is as wanted: all true is what is looked for; the best fact tells what was still wrong. */
  judge(fact: SeenFact, settings: Settings): readonly Assertion[]
}

/** Asks the target. */
export interface ProbeVerb<Settings = unknown> extends Verb<Settings> {
  readonly kind: 'probe'
  run(context: CheckContext, settings: Settings): Promise<Finding>
}

/** Judges a file that is handed in. */
export interface ArtifactVerb<Settings = unknown> extends Verb<Settings> {
  readonly kind: 'artifact'
  judge(file: Buffer, settings: Settings, target: CheckTarget): Promise<Finding>
}

/** What a service brings for graders. */
export interface Checks {
  /** What tasks may say, by `protocol.word` as in `dns.queried`. */
  readonly verbs: Readonly<Record<string, EvidenceVerb | ProbeVerb | ArtifactVerb>>
  /** By protocol, as in `smtp`; called when a server is graded, so that a lab which ticks tasks does not keep them. */
  suites?(): Promise<Readonly<Record<string, Suite>>>
  /** Without it no task of the service is judged by a capture. */
  readonly witnesses?: Witnesses
}

/** Gives the settings of a verb the type of its schema's output. */
export function defineVerb<Settings>(
  verb: EvidenceVerb<Settings> | ProbeVerb<Settings> | ArtifactVerb<Settings>,
): EvidenceVerb | ProbeVerb | ArtifactVerb {
  return verb
}
