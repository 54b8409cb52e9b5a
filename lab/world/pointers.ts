/** Where a lab publishes its revocations, kept beside its authority so that `lab cert` writes it into certificates, too. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { hold } from '../kit/exclusive.ts'
import type { CertificatePointers } from '../service.ts'

const FILE = 'pointers.json'
/** Is held while somebody publishes: a file alone would outlive a lab that was killed. */
const LOCK = 'pointers.db'

/** How often, a millisecond apart, a lock is tried for that only readers hold. */
const TRIES = 5

const schema = z.strictObject({
  crl: z.url(),
  ocsp: z.url(),
  issuer: z.url(),
  root: z.strictObject({ crl: z.url(), issuer: z.url() }).optional(),
})

/** What is published at the authority in this folder; undefined if nothing is, or no more. */
export function readPointers(folder: string): CertificatePointers | undefined {
  const path = join(folder, FILE)
  if (!existsSync(path)) return undefined
  try {
    const lock = hold(join(folder, LOCK))
    lock?.[Symbol.dispose]()
    return lock === undefined ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  } catch {
    // Certificates do without pointers that cannot be read.
    return undefined
  }
}

/** Publishes until the result is disposed of, or this process ends, however it does. */
export function writePointers(folder: string, pointers: CertificatePointers): Disposable {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, FILE)
  const lock = holdSoon(join(folder, LOCK))
  writeFileSync(path, `${JSON.stringify(pointers)}\n`, { mode: 0o600 })
  return {
    [Symbol.dispose]() {
      rmSync(path, { force: true })
      lock?.[Symbol.dispose]()
    },
  }
}

/** A reader holds the lock for a moment only. */
function holdSoon(path: string): Disposable | undefined {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const lock = hold(path)
    if (lock !== undefined) return lock
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
  }
  return undefined
}
