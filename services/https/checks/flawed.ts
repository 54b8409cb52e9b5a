/** Certificates that are handed in as examples of what can be wrong with one. */
import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { CheckFailure, type Assertion, type CheckTarget } from '../../../lab/check.ts'
import { holds } from '../../../lab/kit/assertion.ts'
import { inSpanish } from '../../../lab/kit/spanish.ts'
import type { Text } from '../../../lab/service.ts'
import { isFor, namesOf } from './certificate.ts'
import { gapIn, readChain } from './chain.ts'

/** Bits of the smallest RSA key that is not weak. */
const STRONG = 2048

/** What can be wrong, as at the fault `tls.certificate`. */
const flaw = z.enum([
  'expired',
  'not yet valid',
  'self-signed',
  'broken chain',
  'other authority',
  'weak key',
])
type Flaw = z.output<typeof flaw>

/** How a person calls it. */
const FLAWS: Readonly<Record<Flaw, Text>> = {
  expired: { en: 'has expired', es: 'ha caducado' },
  'not yet valid': { en: 'is not valid yet', es: 'todavía no vale' },
  'self-signed': { en: 'is signed with its own key', es: 'está firmado con su propia clave' },
  'broken chain': {
    en: 'is signed by an intermediate authority that the site does not send',
    es: 'está firmado por una autoridad intermedia que el sitio no envía',
  },
  'other authority': {
    en: 'names the lab’s authority as its issuer, which has not signed it',
    es: 'dice que lo emite la autoridad del laboratorio, que no lo ha firmado',
  },
  'weak key': { en: 'has a weak key', es: 'tiene una clave débil' },
}

/** What a scenario says of such a file. */
export const flawed = inSpanish(
  z.strictObject({
    flaw: flaw.describe('What must be wrong with it'),
    name: z.string().describe('Name of the site that shows it, which no result tells'),
  }),
  {
    flaw: 'Qué debe tener mal',
    name: 'Nombre del sitio que lo muestra, que ningún resultado dice',
  },
)
type Flawed = z.output<typeof flawed>

interface Looked {
  readonly own: X509Certificate
  /** What the site has sent behind it, as far as it is in the file. */
  readonly above: readonly X509Certificate[]
  readonly root: X509Certificate
}

const JUDGES: Readonly<Record<Flaw, (looked: Looked) => boolean>> = {
  expired: (looked) => isOfLab(looked) && Date.parse(looked.own.validTo) < Date.now(),
  'not yet valid': (looked) => isOfLab(looked) && Date.parse(looked.own.validFrom) > Date.now(),
  'self-signed': ({ own }) => isOwnIssuer(own),
  'broken chain': ({ own, root, above }) =>
    own.issuer !== own.subject && own.issuer !== root.subject && !above.some((each) => own.checkIssued(each)),
  // By its name the issuer is the lab's own root; only the signature tells.
  'other authority': ({ own, root }) => own.issuer === root.subject && !own.verify(root.publicKey),
  'weak key': (looked) => isOfLab(looked) && isWeak(looked.own),
}

/** What tasks call such a file. */
export function flawTitle({ flaw: which }: Flawed): Text {
  const { en, es } = FLAWS[which]
  return { en: `a site’s certificate that ${en}`, es: `el certificado de un sitio que ${es}` }
}

/** Judges such a file; which site it has to be of is not told, for that is what the student finds out. */
export async function judgeFlawed(
  file: Buffer,
  { flaw: which, name }: Flawed,
  { authority, domain }: CheckTarget,
): Promise<readonly Assertion[]> {
  if (authority === undefined) throw new Error('the target has no authority to judge by')
  const [own, ...above] = await readChain(file)
  if (own === undefined)
    throw new CheckFailure({
      en: 'the file holds no certificate',
      es: 'el fichero no tiene ningún certificado',
    })
  const { en, es } = FLAWS[which]
  const has = isFor(own, name) && JUDGES[which]({ own, above, root: new X509Certificate(authority) })
  const isHere = namesOf(own).includes(domain)
  return [
    holds(
      { en: 'It is of a site of the lab', es: 'Es de un sitio del laboratorio' },
      isHere,
      `DNS:….${domain}`,
      namesOf(own),
      0,
    ),
    holds({ en: `It ${en}`, es: `El certificado ${es}` }, has, which, line(own)),
  ]
}

function isOfLab({ own, above, root }: Looked): boolean {
  return gapIn([own, ...above], root) === undefined
}

function isOwnIssuer(own: X509Certificate): boolean {
  return own.issuer === own.subject && own.verify(own.publicKey)
}

function isWeak({ publicKey }: X509Certificate): boolean {
  return (publicKey.asymmetricKeyDetails?.modulusLength ?? STRONG) < STRONG
}

function line({ subject, issuer, validFrom, validTo }: X509Certificate): string {
  const flat = (text: string): string => text.replaceAll('\n', ', ')
  return `${flat(subject)}; ${flat(issuer)}; ${validFrom} – ${validTo}`
}
