import { X509Certificate } from 'node:crypto'
import { LabError } from '../../host/error.ts'
import { exit } from '../command.ts'
import {
  findEntry,
  keyKindOf,
  nameOf,
  openPlace,
  outFolder,
  wishesOf,
  writeFiles,
  type Verb,
} from './verb.ts'

/** Issues a certificate for the same names, with a new key, and leaves the old one as it is. */
export const verb: Verb = async (call) => {
  const { authority, folder } = await openPlace(call)
  const entry = await findEntry(authority, call.words[0])
  const old = await authority.read(entry.serial)
  if (old === undefined)
    throw new LabError((words) => words.fileUnreadable(`newcerts/${entry.serial}.pem`, 'ENOENT'))
  const certificate = new X509Certificate(old.certificate)
  const { names, addresses } = namesIn(certificate.subjectAltName ?? '')
  const [first = '', ...rest] = [...new Set([nameOf(entry), ...names])].filter((name) => name !== '')
  const isClient = !(certificate.keyUsage ?? ['1.3.6.1.5.5.7.3.1']).includes('1.3.6.1.5.5.7.3.1')
  const made = await authority.issueNew(
    {
      ...wishesOf(call),
      names: [first, ...rest],
      addresses,
      ...(isClient && { purpose: 'client' as const }),
    },
    keyKindOf(call),
  )
  await writeFiles(call, outFolder(call, folder, first), [
    {
      name: 'key.pem',
      content: made.key,
      isSecret: true,
      text: { en: 'the private key', es: 'la clave privada' },
    },
    {
      name: 'certificate.pem',
      content: made.certificate,
      text: { en: 'the certificate', es: 'el certificado' },
    },
    {
      name: 'chain.pem',
      content: made.chain,
      text: { en: 'with what leads to the root', es: 'con lo que lleva a la raíz' },
    },
  ])
  return exit.done
}

/** As Node writes them: `DNS:a, IP Address:b, email:c`. */
function namesIn(text: string): { readonly names: string[]; readonly addresses: string[] } {
  const entries = text.split(', ').map((entry) => /^(DNS|email|IP Address):(.*)$/.exec(entry))
  const of = (...kinds: readonly string[]): string[] =>
    entries.flatMap((entry) => (entry !== null && kinds.includes(entry[1] ?? '') ? [entry[2] ?? ''] : []))
  return { names: of('DNS', 'email'), addresses: of('IP Address') }
}
