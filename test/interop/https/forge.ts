/** Certificates as openssl makes them for the tests, by the lab's rules and against them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority, type Authority } from '../../../certs/authority.ts'

/** The domain of the labs of these tests. */
export const domain = 'sstt9721.org'

/** What a client shows. */
export interface Shown {
  readonly key: string
  /** PEM; the first is its own certificate. */
  readonly chain: string
}

/** How a certificate is to be made. */
export interface Wish {
  /** As in an -extfile of openssl. */
  readonly extensions?: string
  readonly days?: string
  /** Milliseconds since 1970; now if not given. */
  readonly starts?: number
  readonly subject?: string
  readonly digest?: string
  /** As `openssl req -newkey` takes it; P-256 if not given. */
  readonly key?: readonly string[]
}

/** What makes a client of a certificate. */
export const CLIENT = 'extendedKeyUsage=clientAuth'

/** What makes an authority of one. */
export const CA = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign'

/** The authority of a folder, the lab's own one included, at a moment. */
export function authorityIn(path: string, now = Date.now(), intermediate = false): Authority {
  return createAuthority({
    folder: path,
    domain,
    addresses: ['127.0.0.1'],
    clock: { now: () => now },
    random: { bytes: (count) => randomBytes(count) },
    intermediate,
  })
}

/** Makes keys, requests and certificates in a folder. */
export class Forge {
  readonly #folder: string
  #count = 0

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
  }

  /** The path of a file that holds the text. */
  write(name: string, text: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, text)
    return path
  }

  /** A key, and a request for it. */
  request({ key, subject = '/CN=nombre1_9721' }: Wish = {}): { readonly key: string; readonly csr: string } {
    const [keyPath, csr] = this.#paths('key', 'csr')
    const kind = key ?? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
    const words = ['req', '-new', '-newkey', ...kind, '-nodes', '-subj', subject]
    openssl(this.#folder, ...words, '-keyout', keyPath, '-out', csr)
    return { key: readFileSync(keyPath, 'utf8'), csr: readFileSync(csr, 'utf8') }
  }

  /** A certificate that an authority's key has signed, outside of its register and rules. */
  sign(issuer: string, wish: Wish = {}): Shown {
    const [csr, ext, out, serial] = this.#paths('csr', 'ext', 'pem', 'srl')
    const { key, csr: text } = this.request(wish)
    writeFileSync(csr, text)
    writeFileSync(ext, wish.extensions ?? CLIENT)
    const by = ['-CA', join(issuer, 'cacert.pem'), '-CAkey', join(issuer, 'private', 'cakey.pem')]
    const words = ['x509', '-req', '-in', csr, ...by, '-CAcreateserial', '-CAserial', serial]
    openssl(this.#folder, ...words, '-days', wish.days ?? '5', '-extfile', ext, '-out', out)
    return { key, chain: readFileSync(out, 'utf8') }
  }

  /** A certificate that `openssl ca` has issued in an authority's folder, and entered into its register. */
  register(issuer: string, wish: Wish = {}): Shown {
    const [csr, ext, out] = this.#paths('csr', 'ext', 'pem')
    const { key, csr: text } = this.request(wish)
    writeFileSync(csr, text)
    writeFileSync(ext, wish.extensions ?? CLIENT)
    const words = ['ca', '-batch', '-notext', '-config', 'openssl.cnf', '-in', csr, '-out', out]
    const { digest = 'sha256', days = '5', starts = Date.now() } = wish
    const from = `${new Date(starts).toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`
    openssl(issuer, ...words, '-extfile', ext, '-md', digest, '-startdate', from, '-days', days)
    return { key, chain: readFileSync(out, 'utf8') }
  }

  /** A certificate that vouches for itself. */
  selfSign({ subject = '/CN=nombre1_9721', extensions = CLIENT }: Wish = {}): Shown {
    const [key, out] = this.#paths('key', 'pem')
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    const words = ['req', '-x509', ...kind, '-subj', subject, '-days', '5', '-addext', extensions]
    openssl(this.#folder, ...words, '-keyout', key, '-out', out)
    return { key: readFileSync(key, 'utf8'), chain: readFileSync(out, 'utf8') }
  }

  /** An authority of somebody else's, in the folder of that name. */
  authority({ key, chain }: Shown, name: string): string {
    const folder = join(this.#folder, name)
    mkdirSync(join(folder, 'private'), { recursive: true })
    writeFileSync(join(folder, 'cacert.pem'), chain)
    writeFileSync(join(folder, 'private', 'cakey.pem'), key)
    return folder
  }

  #paths<const Names extends readonly string[]>(...names: Names): { [key in keyof Names]: string } {
    this.#count += 1
    return names.map((name) => join(this.#folder, `${this.#count}.${name}`)) as {
      [key in keyof Names]: string
    }
  }
}

/** Runs openssl in a folder; it must do what it is told. */
export function openssl(cwd: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', words, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}
