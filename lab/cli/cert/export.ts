import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { exportPkcs12, Pkcs12Error } from '../../../certs/pkcs12.ts'
import { LabError } from '../../host/error.ts'
import { exit, type Call } from '../command.ts'
import { fileName, outFolder, writeFiles } from './files.ts'
import { findEntry, openPlace, wrong, type Verb } from './verb.ts'

/** Writes a key and its certificates into one PKCS #12 file. */
export const verb: Verb = async (call) => {
  const password = call.text('password') ?? call.io.environment['LAB_PASSWORD']
  if (password === undefined)
    throw wrong({
      en: 'say which password protects the file: --password TEXT, or the variable LAB_PASSWORD',
      es: 'di qué contraseña protege el fichero: --password TEXTO, o la variable LAB_PASSWORD',
    })
  const { authority, folder } = await openPlace(call)
  const entry = await findEntry(authority, call.words[0])
  const found = await authority.read(entry.serial)
  if (found?.key === undefined)
    throw new LabError({
      en: `the authority does not have the key of ${entry.serial}: whoever made the request has it, and makes the file with openssl pkcs12 -export`,
      es: `la autoridad no tiene la clave de ${entry.serial}: la tiene quien hizo la petición, que crea el fichero con openssl pkcs12 -export`,
    })
  const name = fileName(entry)
  const encryption = call.is('legacy') ? 'legacy' : 'modern'
  const chain = [found.chain.slice(found.certificate.length), found.authority].filter((pem) => pem !== '')
  const content = await exportPkcs12({
    key: found.key,
    certificate: found.certificate,
    chain,
    name,
    password,
    encryption,
  }).catch((error: unknown) => {
    throw error instanceof Pkcs12Error ? new LabError(error.text, { blame: 'wrong', cause: error }) : error
  })
  const path = pathFor(call, folder, name)
  await writeFiles(call, dirname(path), [
    {
      name: basename(path),
      content,
      isSecret: true,
      text: {
        en: 'the key, its certificate and the root, under the password',
        es: 'la clave, su certificado y la raíz, bajo la contraseña',
      },
    },
  ])
  return exit.done
}

/** What `--out` names: a file, or the folder for it if it is one or ends like one. */
function pathFor(call: Call, folder: string, name: string): string {
  const out = call.text('out')
  if (out === undefined) return join(outFolder(call, folder, name), `${name}.p12`)
  const path = resolve(call.io.folder, out)
  const isFolder = /[/\\]$/.test(out) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder ? join(path, `${name}.p12`) : path
}
