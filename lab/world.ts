/** The part of the contract that services share: the World, in which alone they meet. Services import it from `lab/service.ts`. */

/** A name that a service publishes for DNS to answer, data in the presentation format of RFC 1035 §5. */
export interface PublishedName {
  /** Fully qualified, without the final dot. */
  readonly name: string
  readonly type: string
  readonly data: string
  /** Seconds. */
  readonly ttl?: number
}

/** The names of the lab, which services publish and DNS serves. */
export interface Names {
  /** Publishes until the result is disposed of, at the latest until the service stops. */
  publish(name: PublishedName): Disposable
  list(): readonly PublishedName[]
  /** Calls `run` after each change until the result is disposed of. */
  watch(run: () => void): Disposable
  /** Says where questions are answered, UDP and TCP, until the result is disposed of; the first who says so counts. */
  answerAt(address: { readonly host: string; readonly port: number }): Disposable
  /** Where the lab's own name server answers; undefined while none does. */
  resolver(): { readonly host: string; readonly port: number } | undefined
}

/** A person of the lab, who logs in to every service with the same name and password. */
export interface Account {
  readonly name: string
  /** `name@domain`. */
  readonly address: string
}

/** The stored half of a SCRAM password (RFC 5802 §3). */
export interface ScramVerifier {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** The accounts of the lab; passwords are kept only as salted verifiers. */
export interface Accounts {
  list(): readonly Account[]
  /** The account of that name, letter case ignored. */
  find(name: string): Account | undefined
  /** Takes as long for an unknown name as for a wrong password; rejects with a BusyError when too many logins wait already. */
  verify(name: string, password: string): Promise<boolean>
  /** What a client of SCRAM is shown of an account, at no cost; undefined for an unknown name. */
  scramSalt(name: string, hash: 'sha1' | 'sha256'): Pick<ScramVerifier, 'salt' | 'iterations'> | undefined
  /**
   * The verifier, if `isRight` finds that a client's proof is by it; takes as long for an unknown name as for a wrong proof;
   * rejects with a BusyError when too many logins wait already.
   */
  scram(
    name: string,
    hash: 'sha1' | 'sha256',
    isRight: (verifier: ScramVerifier) => boolean,
  ): Promise<ScramVerifier | undefined>
}

/** One message at rest in a mailbox. */
export interface StoredMessage {
  /** Stable across sessions, renames and restarts; at most 70 printable characters, as POP3 wants it (RFC 1939 §7). */
  readonly id: string
  readonly path: string
  /** Octets as stored, lines ended by LF. */
  readonly size: number
  /** Octets with all lines ended by CR LF; undefined if only `Mailbox.octets`, which reads the message, can tell. */
  readonly octets: number | undefined
}

/** A message that is being read; what happens to its file meanwhile does not change it. */
export interface OpenMessage {
  /** Octets as stored. */
  readonly size: number
  /** The next piece, of 64 KB at most, as stored; undefined at the end. It lies where the next one will. */
  read(): Promise<Buffer | undefined>
  close(): Promise<void>
}

/** A message on its way into a mailbox, of which nothing can be seen there before `commit` resolves. */
export interface MessageDraft {
  /** Resolves when more may be written, and rejects if the disk does not take it; the octets may be changed afterwards. */
  write(octets: Buffer): Promise<void>
  /** Resolves with the id when the message is safe on disk; on failure, also of a `write` before, nothing of it stays. */
  commit(): Promise<string>
  /** Nothing of it stays; does nothing after `commit`. */
  abort(): Promise<void>
}

/** The mailbox of one account: a Maildir that other programs may share. */
export interface Mailbox {
  /** The Maildir's folder. */
  readonly folder: string
  /**
   * Stores a message durably before it resolves with its id; on failure nothing of it stays visible. A message whose id
   * is given is stored once, however often it is delivered: what sorts ids as text gives the order of the mailbox.
   */
  deliver(message: Buffer | AsyncIterable<Buffer>, id?: string): Promise<string>
  /** The same for a message that comes in pieces; throws if the id cannot be one. */
  draft(id?: string): MessageDraft
  /** In the order of the ids. */
  list(): Promise<readonly StoredMessage[]>
  /** Octets of one message with all lines ended by CR LF; it is read at most once for them. Rejects if it has gone. */
  octets(id: string): Promise<number>
  /** Octets as stored of all messages; what other programs did in the last second may be missing. */
  usage(): Promise<number>
  /** Rejects if the message has gone. */
  read(id: string): Promise<Buffer>
  /** A message to be read in pieces, and to be closed; rejects if it has gone. */
  open(id: string): Promise<OpenMessage>
  /** False if the message had gone already. */
  remove(id: string): Promise<boolean>
}

/** The mail of the lab. */
export interface Mail {
  /** Undefined for a name without an account. */
  mailbox(account: string): Mailbox | undefined
}

/** What can be wrong with a certificate that is made for clients to refuse it. */
export type CertificateFlaw =
  | 'expired'
  | 'not yet valid'
  | 'self-signed'
  | 'broken chain'
  | 'other authority'
  | 'weak key'

/** What a certificate is to say. */
export interface CertificateRequest {
  /** DNS names, the first one also the common name; a client's may be an account's name. */
  readonly names: readonly string[]
  readonly addresses?: readonly string[]
  readonly purpose: 'server' | 'client' | 'peer'
  /** 90 by default. */
  readonly days?: number
  /** Made anew for each request, in no register, so that nobody can revoke it and it counts for nobody. */
  readonly flaw?: CertificateFlaw
}

/** A certificate with its private key, as PEM. */
export interface Certificate {
  readonly key: string
  readonly certificate: string
  /** The certificate followed by all that lead to, but do not include, the root. */
  readonly chain: string
  /** The root, which a client must trust. */
  readonly authority: string
}

/** How a certificate of the authority stands; `unknown` is one that it has not issued. */
export type CertificateStanding = 'good' | 'revoked' | 'unknown'

/** Addresses, of http, that certificates name for revocations and for the issuer's certificate. */
export interface CertificatePointers {
  readonly crl: string
  readonly ocsp: string
  readonly issuer: string
  /** What an intermediate's own certificate names: the list and the certificate of the root. */
  readonly root?: { readonly crl: string; readonly issuer: string } | undefined
}

/** The lab's certificate authority. */
export interface Certificates {
  issue(request: CertificateRequest): Promise<Certificate>
  /** The root certificate as PEM. */
  authority(): Promise<string>
  /** The certificate, as PEM, of what signs: an intermediate, or the root. */
  issuer(): Promise<string>
  /** By the serial number in hexadecimal. */
  standing(serial: string): Promise<CertificateStanding>
  /** The list of revocations as PEM (RFC 5280 §5), of what signs now or of the root, which are two where there is an intermediate. */
  crl(of?: 'issuer' | 'root'): Promise<string>
  /** The answer to an OCSP request, both as DER (RFC 6960). */
  ocsp(request: Buffer): Promise<Buffer>
  /**
   * The OCSP answer about the certificate of that serial number, as DER, for its server to hand out (RFC 6066 §8); with
   * `revoked` it says so whatever the register says.
   */
  status(serial: string, pretence?: 'revoked'): Promise<Buffer>
  /** Has certificates name these addresses, until the result is disposed of. */
  publish(pointers: CertificatePointers): Disposable
}

/** Where services meet; they share nothing else. */
export interface World {
  /** The scenario's domain, without a final dot. */
  readonly domain: string
  /** The address at which clients reach the lab. */
  readonly address: string
  readonly names: Names
  readonly accounts: Accounts
  readonly mail: Mail
  readonly certificates: Certificates
}
