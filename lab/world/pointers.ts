/** Where a lab publishes its revocations, kept beside its authority so that `lab cert` writes it into certificates, too. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { CertificatePointers } from '../service.ts'

const FILE = 'pointers.json'

const schema = z.strictObject({ crl: z.url(), ocsp: z.url(), issuer: z.url() })

/** What is published at the authority in this folder; undefined if nothing is. */
export function readPointers(folder: string): CertificatePointers | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')))
  } catch {
    return undefined
  }
}

/** Publishes, or with undefined no longer does. */
export function writePointers(folder: string, pointers: CertificatePointers | undefined): void {
  const path = join(folder, FILE)
  if (pointers === undefined) rmSync(path, { force: true })
  else {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, `${JSON.stringify(pointers)}\n`, { mode: 0o600 })
  }
}
