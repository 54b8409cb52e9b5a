import { resolve } from 'node:path'
import { exportPkcs12, Pkcs12Error } from '../../../certs/pkcs12.ts'
import { LabError } from '../../host/error.ts'
import { exit } from '../command.ts'
import { findEntry, nameOf, openPlace, outFolder, writeFiles, wrong, type Verb } from './verb.ts'

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
      en: `the authority does not have the key of ${entry.serial}: whoever made the request has it`,
      es: `la autoridad no tiene la clave de ${entry.serial}: la tiene quien hizo la petición`,
    })
  const name = nameOf(entry)
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
  const out = call.text('out')
  const path =
    out === undefined ? `${outFolder(call, folder, name)}/${name}.p12` : resolve(call.io.folder, out)
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  await writeFiles(call, path.slice(0, slash), [
    {
      name: path.slice(slash + 1),
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
