/** What an authority has certified and revoked, in the files of `openssl ca`: index.txt, newcerts/, crlnumber. */
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createDurably, createFolder, errorCode, writeDurably } from '../lab/kit/files.ts'
import { Exclusive } from '../lab/kit/exclusive.ts'
import { Turns } from '../lab/kit/turns.ts'
import type { Revocation, RevocationReason } from './crl.ts'
import { bare, indexLine, readLine, serialOctets, serialText, type RegisterEntry } from './index-line.ts'
import { RequestError } from './scope.ts'
import { timeText } from './time.ts'

interface Index {
  readonly mark: string
  readonly inode: number
  /** Octets of the whole lines that were read, and the last of these octets. */
  readonly size: number
  readonly tail: Buffer
  readonly entries: RegisterEntry[]
  readonly bySerial: Map<string, RegisterEntry>
}

/** Octets before what was added that must be as they were. */
const TAIL = 512
/** Lines that are read before others have their turn. */
const LINES = 400

/** What `openssl ca -config FOLDER/openssl.cnf` needs to go on where the lab stopped. */
const CONFIGURATION = `# openssl ca -config openssl.cnf -in request.pem -out certificate.pem
[ ca ]
default_ca = lab
[ lab ]
dir = .
database = $dir/index.txt
new_certs_dir = $dir/newcerts
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
crlnumber = $dir/crlnumber
rand_serial = yes
unique_subject = no
default_days = 90
default_crl_days = 7
default_md = sha256
policy = anything
copy_extensions = copy
x509_extensions = leaf
crl_extensions = list
[ list ]
authorityKeyIdentifier = keyid
[ leaf ]
# What stands here wins over what a request asks for.
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ anything ]
commonName = supplied
organizationName = optional
organizationalUnitName = optional
countryName = optional
stateOrProvinceName = optional
localityName = optional
emailAddress = optional
`

/** The register of one authority's folder; other processes, openssl among them, may use it as well. */
export class Register {
  readonly folder: string
  readonly #lock: Exclusive
  /** The index as it was read last, and what its file looked like then. */
  #read: Index | undefined
  readonly #reading = new Turns()
  #isMade = false

  constructor(folder: string) {
    this.folder = folder
    this.#lock = new Exclusive(join(folder, 'lock.db'))
  }

  /** All entries, the oldest first. */
  async list(): Promise<readonly RegisterEntry[]> {
    return [...(await this.#index()).entries]
  }

  /** Whether a certificate for this subject is revoked. */
  async hasRevoked(subject: string): Promise<boolean> {
    const { entries } = await this.#index()
    return entries.some((entry) => entry.revoked !== undefined && entry.subject === subject)
  }

  /** The entry of a serial number; undefined if this authority has not issued it. */
  async find(serial: Buffer | string): Promise<RegisterEntry | undefined> {
    return (await this.lookup())(serial)
  }

  /** Finds entries of the index as it is now. */
  async lookup(): Promise<(serial: Buffer | string) => RegisterEntry | undefined> {
    const { bySerial } = await this.#index()
    return (serial) => bySerial.get(bare(serialText(serial)))
  }

  /** Enters a certificate; when it resolves, the certificate and its entry are on disk, and after a kill both are or the entry is not. */
  async add(entry: RegisterEntry, certificate: string): Promise<void> {
    await this.#make()
    await this.#lock.run(async () => {
      const path = this.#path('newcerts', `${entry.serial}.pem`)
      const isNew = await createDurably(path, certificate, 0o644)
      // A killed process may have left the file without its entry.
      if (!isNew && (await readFile(path, 'utf8')) !== certificate)
        throw new Error(`the serial number ${entry.serial} is taken`)
      if (isNew || (await this.find(entry.serial)) === undefined) await this.#append(indexLine(entry))
    })
  }

  /** The certificate of a serial number as PEM; undefined if it is not there. */
  async certificate(serial: Buffer | string): Promise<string | undefined> {
    const name = serialText(serial)
    if (!/^[0-9A-F]{1,64}$/.test(name)) return undefined
    return readFile(this.#path('newcerts', `${name}.pem`), 'utf8').catch(orMissing)
  }

  /** Revokes a certificate for good; false if it is unknown, true also if it was revoked before. */
  async revoke(serial: string, at: number, reason: RevocationReason): Promise<boolean> {
    return this.#lock.run(async () => {
      const found = await this.find(serial)
      if (found === undefined) return false
      if (found.revoked !== undefined) return true
      const text = await readFile(this.#path('index.txt'), 'utf8')
      // All else stays as it is, whoever wrote it and whatever it means.
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
      const changed = lines.map((line) => {
        const [, expiry = '', , number = '', ...rest] = line.split('\t')
        if (number.toUpperCase() !== found.serial) return line
        return ['R', expiry, `${timeText(at)},${reason}`, number, ...rest].join('\t')
      })
      await writeDurably(this.#path('index.txt'), changed.join('\n'), 0o644)
      return true
    })
  }

  /** What a revocation list must hold: RFC 5280 §3.3 lets those go that have expired, but a course wants to see them. */
  async revocations(): Promise<readonly Revocation[]> {
    const entries = await this.list()
    return entries.flatMap(({ serial, revoked }) =>
      revoked === undefined ? [] : [{ serial: serialOctets(serial), ...revoked }],
    )
  }

  /** The number of the next revocation list, each given once; throws a `RequestError` if the file for it holds none. */
  async nextCrlNumber(): Promise<number> {
    await this.#make()
    return this.#lock.run(async () => {
      const path = this.#path('crlnumber')
      const number = readNumber(path, await readFile(path, 'utf8'))
      const hex = (number + 1).toString(16).toUpperCase()
      await writeDurably(path, `${hex.padStart(hex.length + (hex.length % 2), '0')}\n`, 0o644)
      return number
    })
  }

  /** One after the other, so that many who ask at once read once. */
  #index(): Promise<Index> {
    return this.#reading.run(() => this.#readIndex())
  }

  async #readIndex(): Promise<Index> {
    const handle = await open(this.#path('index.txt'), 'r').catch(orMissing)
    if (handle === undefined) return emptyIndex()
    await using file = handle
    const { ino, size, mtimeMs } = await file.stat()
    const mark = `${ino} ${size} ${mtimeMs}`
    if (this.#read?.mark === mark) return this.#read
    const known = this.#read?.inode === ino && size > this.#read.size ? this.#read : emptyIndex()
    const from = known.size - known.tail.length
    const octets = Buffer.alloc(size - from)
    const { bytesRead } = await file.read(octets, 0, octets.length, from)
    // Where only lines were added, as by every certificate, the others are not read again.
    const isLonger = octets.subarray(0, known.tail.length).equals(known.tail)
    if (!isLonger) {
      this.#read = undefined
      return this.#readIndex()
    }
    const end = octets.subarray(0, bytesRead).lastIndexOf(10) + 1
    const added = await readIndex(
      octets.toString('utf8', known.tail.length, Math.max(end, known.tail.length)),
    )
    enter(added, known)
    this.#read = {
      mark,
      inode: ino,
      size: from + Math.max(end, known.tail.length),
      tail: Buffer.from(octets.subarray(Math.max(0, end - TAIL), end)),
      entries: known.entries,
      bySerial: known.bySerial,
    }
    return this.#read
  }

  /** The files that openssl expects; what is there stays, so that a kill or a full disk must never leave half of one. */
  async #make(): Promise<void> {
    if (this.#isMade) return
    await createFolder(this.#path('newcerts'), 0o755)
    for (const [name, content] of [
      ['index.txt', ''],
      ['index.txt.attr', 'unique_subject = no\n'],
      ['crlnumber', '01\n'],
      ['openssl.cnf', CONFIGURATION],
    ] as const)
      if ((await stat(this.#path(name)).catch(orMissing)) === undefined)
        await createDurably(this.#path(name), content, 0o644)
    this.#isMade = true
  }

  async #append(line: string): Promise<void> {
    await using handle = await open(this.#path('index.txt'), 'a+')
    const { size } = await handle.stat()
    // A power cut may have left half a line, which openssl would stumble over.
    const last = Buffer.alloc(1)
    if (size > 0) await handle.read(last, 0, 1, size - 1)
    if (size > 0 && last.toString() !== '\n') await this.#cutHalfLine(handle, size)
    await handle.appendFile(line)
    await handle.sync()
  }

  async #cutHalfLine(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<void> {
    const text = Buffer.alloc(size)
    await handle.read(text, 0, size, 0)
    await handle.truncate(text.lastIndexOf('\n') + 1)
  }

  #path(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }
}

function orMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error
  return undefined
}

/** A number that was guessed could be lower than the last one, and clients keep the list of the highest (RFC 5280 §5.2.3). */
function readNumber(path: string, text: string): number {
  if (/^[0-9A-F]{1,12}\s*$/i.test(text)) return Number.parseInt(text, 16)
  throw new RequestError({
    en: `${path} does not hold the number of the next revocation list: write one into it, hexadecimal and higher than that of the last list (openssl crl -in crl.pem -noout -crlnumber), or 01 if there is none.`,
    es: `${path} no contiene el número de la próxima lista de revocaciones: escribe uno, en hexadecimal y mayor que el de la última lista (openssl crl -in crl.pem -noout -crlnumber), o 01 si no hay ninguna.`,
  })
}

function emptyIndex(): Index {
  return { mark: '', inode: -1, size: 0, tail: Buffer.alloc(0), entries: [], bySerial: new Map() }
}

async function readIndex(text: string): Promise<RegisterEntry[]> {
  const entries: RegisterEntry[] = []
  for (const [place, line] of text.split('\n').entries()) {
    if (place % LINES === LINES - 1) await turn()
    const entry = readLine(line)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

/** Of two entries with one serial number the one that is revoked counts. */
function enter(added: readonly RegisterEntry[], { entries, bySerial }: Index): void {
  for (const entry of added) {
    const serial = bare(entry.serial)
    if (bySerial.get(serial)?.revoked === undefined) bySerial.set(serial, entry)
    entries.push(entry)
  }
}
