/**
 * The contract between a service and its host. A service is one folder `services/<name>/` whose `index.ts` exports
 * `service`; it speaks its protocol and opens nothing itself: sockets, timers, files and secrets come from the context.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Duplex } from 'node:stream'
import type { TlsOptions, TLSSocket } from 'node:tls'
import type { ZodType } from 'zod'
import type { Text } from './kit/text.ts'
import type { Certificate, CertificateRequest, World } from './world.ts'

export type { Text } from './kit/text.ts'
export type { RunningInstance, ServiceCall, ServiceCommand } from './command.ts'
export type {
  PublishedName,
  Names,
  Account,
  ScramVerifier,
  Accounts,
  StoredMessage,
  OpenMessage,
  MessageDraft,
  Mailbox,
  Mail,
  CertificateFlaw,
  CertificateRequest,
  Certificate,
  CertificatePointers,
  Certificates,
  CertificateStanding,
  World,
} from './world.ts'

/** One thing that is wrong in a file that a person wrote; line and column count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Where in the document, as in `services.dns.zone`; empty where the file has no such paths. */
  readonly path: string
  readonly message: Text
  /** A warning does not stop anything. */
  readonly severity?: 'error' | 'warning'
}

/** One address that a service listens on; `both` binds the same port number for TCP and UDP. */
export interface Endpoint {
  readonly transport: 'tcp' | 'udp' | 'both'
  /** The port that the standards assign. */
  readonly standard: number
  /** The port used without privileges. */
  readonly fallback: number
  /** A command or address for a person to try, with `${host}`, `${port}` and the scenario's variables left to fill in. */
  readonly try?: string
}

/** An IP address and a port. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The other end of a connection or of a datagram. */
export interface Peer extends Address {
  /** The number of the connection in the journal and in traces; 0 for a datagram that no attachment follows. */
  readonly connection: number
  /** The end that the lab holds. */
  readonly local: Address
}

/** Where `connect` goes; over UDP each write is one datagram and each `data` event one answer from that address. */
export interface Target extends Address {
  readonly transport?: 'tcp' | 'udp'
  /** Milliseconds to wait for a TCP connection, 10,000 by default. */
  readonly timeout?: number
}

/** A value that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** Something that happened, named `protocol.past-tense`; it never carries a secret. */
export interface Fact {
  readonly kind: string
  readonly connection?: number
  /** A function is called at once if the fact is recorded, and not at all if it is dropped: for what comes thousands of times a second. */
  readonly data?: FactData | (() => FactData)
}

/** What is told of a fact, by name. */
export interface FactData {
  readonly [key: string]: Json | undefined
}

/** The lab's time, which a test or a scenario may move ahead of the machine's. */
export interface Clock {
  /** Milliseconds since 1970 in the lab's time. */
  now(): number
  /** Calls `run` once after `milliseconds` of the lab's time. */
  timer(milliseconds: number, run: () => void): Timer
  /** Resolves after `milliseconds` of the lab's time; rejects with the signal's reason if that aborts first. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** One pending call of a clock. */
export interface Timer {
  /** Starts the full time again. */
  refresh(): void
  cancel(): void
}

/** The lab's source of chance: the system's own, or one that a seed makes repeatable. */
export interface Random {
  bytes(count: number): Buffer
  /** A whole number from `low` up to, not including, `high`. */
  integer(low: number, high: number): number
}

/** Structured logging; the first argument's fields stand beside the message. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Why a file of the scenario cannot be used. */
export class FileError extends Error {
  readonly text: Text
  /** The mistakes inside the file, if it could be read. */
  readonly problems: readonly Problem[]

  constructor(text: Text, problems: readonly Problem[] = [], cause?: unknown) {
    super(text.en, { cause })
    this.name = 'FileError'
    this.text = text
    this.problems = problems
  }
}

/** The files that a scenario brings, those of the scenario that it extends included. */
export interface ScenarioFiles {
  /** The absolute path of an existing file or folder; throws a FileError if there is none or it lies outside. */
  path(relative: string): string
  /** A text file with `${…}` filled in, or a FileError; the service is restarted when a reload finds it changed. */
  text(relative: string): string
}

/** The durable state of one service instance. */
export interface Store {
  readonly database: DatabaseSync
  /** A folder of the instance's own, readable by the owner alone. */
  readonly folder: string
}

/** What the scenario breaks at one point, now; beyond these fields it holds what the service's own schema names. */
export interface Fault {
  readonly at: string
  readonly [field: string]: unknown
}

/**
 * Serves one connection; an error that it throws, at once or in a listener, ends only that connection. The other end may
 * close its half first (`end`) and still be answered: the service ends its own half, the host bounds how long that takes.
 */
export type ServeStream<Socket extends Duplex = Duplex> = (socket: Socket, peer: Peer) => void | Promise<void>

/** Answers one datagram; undefined sends nothing. */
export type ServeDatagram = (message: Buffer, peer: Peer) => Buffer | undefined | Promise<Buffer | undefined>

/** What a client is told whose certificate does not do (RFC 8446 §6.2). */
export type TlsAlert =
  | 'bad certificate'
  | 'unsupported certificate'
  | 'certificate revoked'
  | 'certificate expired'
  | 'certificate unknown'
  | 'unknown ca'
  | 'access denied'
  | 'certificate required'

/** The options of TLS's server side: Node's, and what its events are for. */
export interface ServerTlsOptions extends TlsOptions {
  /** The OCSP answer (DER) for the certificate (DER) that is shown, asked for each client that wants one (RFC 6066 §8). */
  readonly staple?: ((certificate: Buffer) => Promise<Buffer>) | undefined
}

/** All that a service may use of the machine. */
export interface ServiceContext<Config> {
  /** The key in the scenario, which differs from the service's name when `kind:` is given. */
  readonly instance: string
  readonly config: Config
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
  /** Aborts when the service stops. */
  readonly signal: AbortSignal
  readonly world: World
  readonly files: ScenarioFiles
  tcp(endpoint: string, serve: ServeStream): Promise<Address>
  tls(endpoint: string, options: ServerTlsOptions, serve: ServeStream<TLSSocket>): Promise<Address>
  udp(endpoint: string, serve: ServeDatagram): Promise<Address>
  connect(target: Target): Promise<Duplex>
  /** Turns an accepted connection into its TLS server side (STARTTLS, STLS); rejects if the handshake fails. */
  upgrade(socket: Duplex, options: ServerTlsOptions): Promise<TLSSocket>
  /** Ends an upgraded connection, before anything was written to it, with an alert that tells the client why (TLS 1.3; below, it is only closed). */
  refuse(socket: TLSSocket, alert: TlsAlert): void
  /**
   * Shows those who look on (captures, the console) a TLS client that the service runs on a connection of `connect`; called
   * before the handshake begins. What `upgrade` makes is shown by itself.
   */
  reveal(connection: Duplex, socket: TLSSocket): void
  certificate(request: CertificateRequest): Promise<Certificate>
  store(): Store
  /** The fault to commit at this point, if the scenario has one that matches `subject` and is not used up. */
  fault(point: string, subject?: Readonly<Record<string, string>>): Fault | undefined
  /** Cheap and bounded; never throws. */
  record(fact: Fact): void
}

/** A started service; disposing of it stops what the host does not own. */
export interface Running extends AsyncDisposable {
  /** Undefined when all is well, else what is wrong. */
  health?(): Text | undefined
  /** Whether a stop would cut what must not be cut, as a message that is stored and not yet answered: the host waits for it, some seconds at most. */
  isBusy?(): boolean
  /** What the service's own commands may ask of it while it runs, by name; each checks its input. */
  readonly operations?: Readonly<Record<string, (input: Json) => Json | Promise<Json>>>
  /** Hears what is wrong in files that it has read when a reload is refused; the service goes on as it was. */
  rejected?(problems: readonly Problem[]): void
}

/** What is told of a step to whoever asks what it is. */
export interface About {
  readonly text: Text
  /** As in `RFC 5321 §4.1.1.2`. */
  readonly rfc?: string
}

/** A part of a step, such as a section of a DNS answer or the field lines of a request; in plain strings the protocol itself speaks. */
export interface StepPart {
  readonly name: string | Text
  readonly lines: readonly (string | Text)[]
}

/** One message of a conversation, as a ladder diagram draws it; passwords and the like are left out of it. */
export interface Step {
  readonly from: 'client' | 'server'
  /** `refusal`: it says that something does not work; `data`: content, of which only a little is shown. */
  readonly kind: 'request' | 'reply' | 'refusal' | 'data'
  /** One line, such as the command or the question: a string is what the protocol itself says; a text has words of ours in it. */
  readonly text: string | Text
  readonly parts?: readonly StepPart[]
  /** Octets of the conversation that it stands for, if the dissector knows. */
  readonly octets?: number
  readonly about?: About
}

/** Where a dissector begins: with a connection, behind the STARTTLS or STLS of one, or somewhere in it, as after a gap. */
export type Beginning = 'start' | 'upgraded' | 'middle'

/** Reads what crosses one connection, or datagrams one by one, without taking part; it keeps a bounded amount of it. */
export interface Dissector {
  /** The steps that these octets complete; it never throws for what anybody may send. */
  read(from: 'client' | 'server', octets: Buffer): readonly Step[]
  /** What was left incomplete when the conversation ended. */
  end?(): readonly Step[]
}

/** A service as its folder exports it. */
export interface Service<Config = unknown> {
  /** Equals the name of the folder. */
  readonly name: string
  readonly summary: Text
  /** A strict object schema in which every option has a default or is required. */
  readonly config: ZodType<Config>
  readonly endpoints: Readonly<Record<string, Endpoint>>
  /** Services that start before this one where both are in the scenario. */
  readonly after?: readonly string[]
  /** The points at which it can be broken, each with the schema of what the scenario may say there beyond `times`, `probability` and `match`. */
  readonly faults?: Readonly<Record<string, ZodType<Record<string, unknown>>>>
  /**
   * What is wrong in the files that the configuration names, `file` being the name given to `files.text`, or in options that
   * no schema can judge: then `file` is empty, and `path` the option, as in `aliases.all`. Called by `lab validate`, and before any start or reload.
   */
  problems?(
    config: Config,
    files: ScenarioFiles,
    world: { readonly domain: string; readonly address: string; readonly accounts: readonly string[] },
  ): readonly Problem[]
  /**
   * What reads the conversations of an endpoint for those who look on, one dissector a conversation; undefined where there is
   * nothing to read. It is given what TLS carries as plain text, and after STARTTLS or a gap there is a new one, which is told
   * so. Of connections that the service opens itself the endpoint is empty. Loaded when somebody looks.
   */
  dissector?(
    endpoint: string,
    transport: 'tcp' | 'udp',
  ): Promise<((begin: Beginning) => Dissector) | undefined>
  start(ctx: ServiceContext<Config>): Promise<Running | void>
}

/** Gives `start` and `problems` the type of the schema's output. */
export function defineService<Config>(service: Service<Config>): Service<Config> {
  return service
}
