/** What an authority has certified and revoked, in the files of `openssl ca`: index.txt, newcerts/, crlnumber. */
import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDurably, createFolder, errorCode, syncFolder, writeDurably } from '../lab/kit/files.ts'
import { Exclusive } from '../lab/kit/exclusive.ts'
import { isReason, type Revocation, type RevocationReason } from './crl.ts'

/** One certificate of the index. */
export interface RegisterEntry {
  /** In upper-case hexadecimal, as openssl names the files of newcerts/. */
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** As in `/O=telelab/CN=www.example.org`. */
  readonly subject: string
  readonly revoked?: { readonly at: number; readonly reason: RevocationReason }
}

interface Index {
  readonly mark: string
  readonly entries: readonly RegisterEntry[]
  readonly bySerial: ReadonlyMap<string, RegisterEntry>
}

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
  #isMade = false

  constructor(folder: string) {
    this.folder = folder
    this.#lock = new Exclusive(join(folder, 'lock.db'))
  }

  /** All entries, the oldest first. */
  async list(): Promise<readonly RegisterEntry[]> {
    return (await this.#index()).entries
  }

  /** The entry of a serial number; undefined if this authority has not issued it. */
  async find(serial: Buffer | string): Promise<RegisterEntry | undefined> {
    return (await this.#index()).bySerial.get(serialText(serial))
  }

  /** Enters a certificate; when it resolves, the certificate and its entry are on disk, and after a kill both are or the entry is not. */
  async add(entry: RegisterEntry, certificate: string): Promise<void> {
    await this.#make()
    await this.#lock.run(async () => {
      const path = this.#path('newcerts', `${entry.serial}.pem`)
      if (!(await createDurably(path, certificate, 0o644)))
        throw new Error(`the serial number ${entry.serial} is taken`)
      await this.#append(indexLine(entry))
    })
  }

  /** The certificate of a serial number as PEM; undefined if it is not there. */
  async certificate(serial: Buffer | string): Promise<string | undefined> {
    const text = await readFile(this.#path('newcerts', `${serialText(serial)}.pem`), 'utf8').catch(orMissing)
    return text
  }

  /** Revokes a certificate for good; false if it is unknown, true also if it was revoked before. */
  async revoke(serial: string, at: number, reason: RevocationReason): Promise<boolean> {
    return this.#lock.run(async () => {
      const entries = await this.list()
      const found = entries.find((entry) => entry.serial === serialText(serial))
      if (found === undefined) return false
      if (found.revoked !== undefined) return true
      const changed = entries.map((entry) =>
        entry === found ? { ...entry, revoked: { at, reason } } : entry,
      )
      await writeDurably(this.#path('index.txt'), changed.map(indexLine).join(''), 0o644)
      return true
    })
  }

  /** What a revocation list must hold: RFC 5280 §3.3 lets those go that have expired, but a course wants to see them. */
  async revocations(): Promise<readonly Revocation[]> {
    const entries = await this.list()
    return entries.flatMap(({ serial, revoked }) =>
      revoked === undefined ? [] : [{ serial: Buffer.from(serial, 'hex'), ...revoked }],
    )
  }

  /** The number of the next revocation list, each given once. */
  async nextCrlNumber(): Promise<number> {
    await this.#make()
    return this.#lock.run(async () => {
      const path = this.#path('crlnumber')
      const number = Number.parseInt(await readFile(path, 'utf8'), 16)
      const hex = (number + 1).toString(16).toUpperCase()
      await writeDurably(path, `${hex.padStart(hex.length + (hex.length % 2), '0')}\n`, 0o644)
      return number
    })
  }

  async #index(): Promise<Index> {
    const path = this.#path('index.txt')
    const found = await stat(path).catch(orMissing)
    const mark = `${found?.ino} ${found?.size} ${found?.mtimeMs}`
    if (this.#read?.mark !== mark) {
      const entries = found === undefined ? [] : readIndex(await readFile(path, 'utf8'))
      this.#read = { mark, entries, bySerial: new Map(entries.map((entry) => [entry.serial, entry])) }
    }
    return this.#read
  }

  /** The files that openssl expects, empty. */
  async #make(): Promise<void> {
    if (this.#isMade) return
    await createFolder(this.#path('newcerts'), 0o755)
    for (const [name, content] of [
      ['index.txt', ''],
      ['index.txt.attr', 'unique_subject = no\n'],
      ['crlnumber', '01\n'],
      ['openssl.cnf', CONFIGURATION],
    ] as const)
      await writeFile(this.#path(name), content, { flag: 'wx', mode: 0o644 }).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error
      })
    await syncFolder(this.folder)
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

/** A serial number as openssl writes it. */
export function serialText(serial: Buffer | string): string {
  return typeof serial === 'string'
    ? serial.replaceAll(':', '').toUpperCase()
    : serial.toString('hex').toUpperCase()
}

function orMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error
  return undefined
}

// status TAB expiry TAB revocation[,reason] TAB serial TAB file TAB subject
function indexLine({ serial, notAfter, subject, revoked }: RegisterEntry): string {
  const status = revoked === undefined ? 'V' : 'R'
  const revocation = revoked === undefined ? '' : `${timeText(revoked.at)},${revoked.reason}`
  return `${[status, timeText(notAfter), revocation, serial, 'unknown', subject].join('\t')}\n`
}

function readIndex(text: string): RegisterEntry[] {
  const lines = text.split('\n')
  // What stands behind the last end of a line is half a line.
  return lines.slice(0, -1).flatMap((line) => {
    const [status, expiry = '', revocation = '', serial = '', , subject = ''] = line.split('\t')
    const notAfter = readTime(expiry)
    if (notAfter === undefined || !/^[0-9A-F]+$/i.test(serial)) return []
    const entry = { serial: serial.toUpperCase(), notAfter, subject }
    return [status === 'R' ? { ...entry, revoked: readRevocation(revocation) } : entry]
  })
}

function readRevocation(text: string): { readonly at: number; readonly reason: RevocationReason } {
  const [time = '', named = ''] = text.split(',')
  return { at: readTime(time) ?? 0, reason: isReason(named) ? named : 'unspecified' }
}

/** As in `261121130501Z`; four digits for the year from 2050 on. */
function timeText(milliseconds: number): string {
  const digits = `${new Date(milliseconds).toISOString().replace(/\.\d+Z$|\D/g, '')}Z`
  return Number(digits.slice(0, 4)) < 2050 ? digits.slice(2) : digits
}

function readTime(text: string): number | undefined {
  const full = text.length === 13 ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}
