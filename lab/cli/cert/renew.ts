import { X509Certificate } from 'node:crypto'
import { LabError } from '../../host/error.ts'
import type { CertificateRequest } from '../../service.ts'
import { exit, type Call } from '../command.ts'
import { handOut } from './files.ts'
import { findEntry, keyKindOf, nameOf, openPlace, wishesOf, wrong, type Verb } from './verb.ts'

/** Issues a certificate for the same names and addresses, and any that are asked for now, with a new key, and leaves the old one as it is. */
export const verb: Verb = async (call) => {
  const { authority, folder } = await openPlace(call)
  const entry = await findEntry(authority, call.words[0])
  const old = await authority.read(entry.serial)
  if (old === undefined)
    throw new LabError((words) => words.fileUnreadable(`newcerts/${entry.serial}.pem`, 'ENOENT'))
  const certificate = new X509Certificate(old.certificate)
  if (certificate.ca)
    throw wrong({
      en: `${entry.serial} is an authority's, which is renewed by itself`,
      es: `${entry.serial} es de una autoridad, que se renueva sola`,
    })
  if (old.key === undefined)
    throw new LabError({
      en: `the authority does not have the key of ${entry.serial}: whoever has it makes a new request, for \`lab cert sign\``,
      es: `la autoridad no tiene la clave de ${entry.serial}: quien la tiene hace otra petición, para \`lab cert sign\``,
    })
  const { names, addresses } = namesIn(certificate.subjectAltName ?? '')
  const [first = '', ...rest] = [...new Set([nameOf(entry), ...names])].filter((name) => name !== '')
  const wishes = wishesOf(call)
  const wanted = {
    ...wishes,
    ...purposeOf(call, certificate),
    names: [first, ...rest],
    addresses: [...new Set([...addresses, ...(wishes.addresses ?? [])])],
  }
  await handOut(call, { folder, name: first }, () => authority.issueNew(wanted, keyKindOf(call)))
  if (entry.revoked === undefined && entry.notAfter > Date.now())
    call.io.say({
      en: `the earlier one, ${entry.serial}, holds as before; if it shall not: \`lab cert revoke ${entry.serial} --reason superseded\``,
      es: `el anterior, ${entry.serial}, sigue valiendo; si no debe: \`lab cert revoke ${entry.serial} --reason superseded\``,
    })
  return exit.done
}

/** What the certificate was for, unless something else is asked for now. */
function purposeOf(call: Call, certificate: X509Certificate): Partial<Pick<CertificateRequest, 'purpose'>> {
  if (call.is('client') || call.is('peer')) return {}
  // Of a certificate without any there is nothing, which Node's types do not tell.
  const keyUsage = [certificate.keyUsage].flat()
  const [isServer, isClient] = [
    keyUsage.includes('1.3.6.1.5.5.7.3.1'),
    keyUsage.includes('1.3.6.1.5.5.7.3.2'),
  ]
  return { purpose: isServer && isClient ? 'peer' : isClient ? 'client' : 'server' }
}

/** As Node writes them: `DNS:a, IP Address:b, email:c`. */
function namesIn(text: string): { readonly names: string[]; readonly addresses: string[] } {
  const entries = text.split(', ').map((entry) => /^(DNS|email|IP Address):(.*)$/.exec(entry))
  const of = (...kinds: readonly string[]): string[] =>
    entries.flatMap((entry) => (entry !== null && kinds.includes(entry[1] ?? '') ? [entry[2] ?? ''] : []))
  return { names: of('DNS', 'email'), addresses: of('IP Address') }
}
