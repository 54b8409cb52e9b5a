/** The files that the verbs of `lab cert` write, and where. */
import { X509Certificate } from 'node:crypto'
import { access, constants, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Signed } from '../../../certs/authority.ts'
import type { RegisterEntry } from '../../../certs/index-line.ts'
import { LabError, messageOf } from '../../host/error.ts'
import { makeFolder } from '../../host/lock.ts'
import { writeDurably } from '../../kit/files.ts'
import type { Text } from '../../service.ts'
import type { Call } from '../command.ts'
import { nameOf, wrong } from './verb.ts'

/** A certificate, and its key where the authority has made that. */
type Made = Signed & { readonly key?: string }

/** Has something certified for a name once the folder for its files is ready, writes them, and says for what it is. */
export async function handOut(
  call: Call,
  { folder, name, prefix }: { readonly folder: string; readonly name: string; readonly prefix?: string },
  certify: () => Promise<Made>,
): Promise<void> {
  const out = await readyFolder(call, folder, name)
  const made = await certify()
  await writeFiles(call, out, filesOf(made, prefix))
  tell(call, made.certificate)
}

/** Writes files below a folder, those with keys for their owner alone, and says where they are. */
export async function writeFiles(
  call: Call,
  folder: string,
  files: readonly {
    readonly name: string
    readonly content: string | Buffer
    readonly isSecret?: boolean
    readonly text: Text
  }[],
): Promise<void> {
  for (const { name, content, isSecret = false, text } of files) {
    const path = join(folder, name)
    try {
      makeFolder(dirname(path))
      await put(path, content, isSecret ? 0o600 : 0o644)
    } catch (error) {
      const why = messageOf(error)
      throw new LabError(
        { en: `${path} cannot be written: ${why}`, es: `no se puede escribir ${path}: ${why}` },
        { cause: error },
      )
    }
    call.io.say(`${path}  ${call.io.pick(text)}`)
  }
}

/** In place of an older file, which others might be allowed to read; into what is no file as it is. */
async function put(path: string, content: string | Buffer, mode: number): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isFile()) await writeDurably(path, content, mode)
  else await writeFile(path, content)
}

/** Says for what a certificate is, and until when. */
function tell(call: Call, pem: string): void {
  const { serialNumber, subjectAltName = '', validToDate } = new X509Certificate(pem)
  const day = validToDate.toISOString().slice(0, 10)
  call.io.say({
    en: `${serialNumber}: ${subjectAltName}; valid until ${day}`,
    es: `${serialNumber}: ${subjectAltName}; válido hasta el ${day}`,
  })
}

/** The files of what was certified; the key only if it is here. */
function filesOf(signed: Made, prefix = ''): Parameters<typeof writeFiles>[2] {
  const key = {
    name: `${prefix}key.pem`,
    content: signed.key ?? '',
    isSecret: true,
    text: { en: 'the private key', es: 'la clave privada' },
  }
  return [
    ...(signed.key === undefined ? [] : [key]),
    {
      name: `${prefix}certificate.pem`,
      content: signed.certificate,
      text: { en: 'the certificate', es: 'el certificado' },
    },
    {
      name: `${prefix}chain.pem`,
      content: signed.chain,
      text: {
        en: 'the certificate and what leads to the root, as TLS sends it',
        es: 'el certificado y lo que lleva a la raíz, como lo envía TLS',
      },
    },
    {
      name: 'ca.pem',
      content: signed.authority,
      text: { en: 'the root, for whoever is to trust it', es: 'la raíz, para quien deba confiar en ella' },
    },
  ]
}

/** The folder for a name: that of `--out`, or one in the authority's own. */
export function outFolder(call: Call, folder: string, name: string): string {
  const out = call.text('out')
  return out === undefined ? join(folder, 'out', safeName(name)) : resolve(call.io.folder, out)
}

/** The same folder, made and found to be one, before anything is certified that could not be written. */
async function readyFolder(call: Call, folder: string, name: string): Promise<string> {
  const out = outFolder(call, folder, name)
  makeFolder(out)
  if (!(await stat(out)).isDirectory())
    throw wrong({
      en: `${out} is a file; --out names the folder for the files`,
      es: `${out} es un fichero; --out indica la carpeta para los ficheros`,
    })
  await access(out, constants.W_OK)
  return out
}

/** The name of an entry for files. */
export function fileName(entry: RegisterEntry): string {
  return safeName(nameOf(entry) || entry.serial)
}

/** A name without what leads out of a folder. */
function safeName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._@-]/g, '_').replace(/^\.*$/, '_')
}
