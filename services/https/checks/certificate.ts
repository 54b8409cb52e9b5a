/** Cases of TLS about the certificate that the server shows. */
import type { X509Certificate } from 'node:crypto'
import type { Assertion, CheckCase, CheckContext } from '../../../lab/check.ts'
import { CLOSED, holds } from '../../../lab/kit/assertion.ts'
import { isAgreed, mustAgree, mustShow, tlsCase } from './case.ts'
import { shakeHands } from './command.ts'
import { goodness } from './staple.ts'
import { visit } from './visit.ts'

const DAY = 86_400_000
/** Days that a certificate of an authority of one's own may be valid: Apple's clients take no longer ones. */
const LONGEST = 825
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

/** The names in a certificate. */
export function namesOf(certificate: X509Certificate): string {
  return certificate.subjectAltName ?? ''
}

/** Whether it is for that name by its subjectAltName, whatever its common name says. */
export function isFor(certificate: X509Certificate, name: string): boolean {
  return certificate.checkHost(name, { subject: 'never' }) !== undefined
}

/** Assertions about key and signature. */
export function strength(certificate: X509Certificate): readonly Assertion[] {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = certificate.publicKey
  const bits = details?.modulusLength
  const curve = details?.namedCurve ?? ''
  const isStrong = type.startsWith('rsa')
    ? (bits ?? 0) >= 2048
    : type === 'ec'
      ? !/(?:160|192|224)/.test(curve)
      : type.startsWith('ed')
  const algorithm = certificate.signatureAlgorithm ?? ''
  return [
    holds(
      {
        en: 'Its key is RSA of 2048 bits or more, or of a curve of 256',
        es: 'Su clave es RSA de 2048 bits o más, o de una curva de 256',
      },
      isStrong,
      'RSA 2048, P-256',
      `${type} ${bits ?? curve}`,
    ),
    holds(
      { en: 'It is not signed with SHA-1 or MD5', es: 'No está firmado con SHA-1 ni MD5' },
      !/sha1|md5/i.test(algorithm),
      'sha256',
      algorithm,
    ),
  ]
}

/** Assertions about its dates. */
export function dates(certificate: X509Certificate, now = Date.now()): readonly Assertion[] {
  const { validFrom, validTo } = certificate
  return [
    holds(
      { en: 'It has begun', es: 'Ya ha empezado' },
      Date.parse(validFrom) <= now,
      `≤ ${new Date(now).toISOString()}`,
      validFrom,
    ),
    holds(
      { en: 'It has not ended', es: 'No ha acabado' },
      Date.parse(validTo) >= now,
      `≥ ${new Date(now).toISOString()}`,
      validTo,
    ),
  ]
}

async function shown(context: CheckContext): Promise<X509Certificate> {
  return mustShow(await visit(context))
}

/** The cases, in the order in which a person would try them. */
export const certificateCases: readonly CheckCase[] = [
  tlsCase({
    id: 'name',
    title: {
      en: 'The certificate is for the name, in subjectAltName',
      es: 'El certificado es para el nombre, en subjectAltName',
    },
    points: 3,
    reference: 'RFC 9525 §6.3, RFC 6125 §6.4.4',
    hint: {
      en: 'Clients ignore the common name: put the name into subjectAltName.',
      es: 'Los clientes ignoran el common name: pon el nombre en subjectAltName.',
    },
    show: (target) => shakeHands(target, '', ' | openssl x509 -noout -ext subjectAltName'),
    async run(context) {
      const certificate = await shown(context)
      const { domain } = context.target
      return [
        holds(
          { en: 'It has a subjectAltName', es: 'Tiene subjectAltName' },
          namesOf(certificate) !== '',
          `DNS:${domain}`,
          certificate.subject,
        ),
        holds(
          { en: `It names ${domain}`, es: `Nombra ${domain}` },
          isFor(certificate, domain),
          `DNS:${domain}`,
          namesOf(certificate),
          2,
        ),
      ]
    },
  }),
  tlsCase({
    id: 'chain',
    title: {
      en: 'The chain that is sent leads to the given root',
      es: 'La cadena que se envía lleva a la raíz dada',
    },
    points: 3,
    applies: ({ authority }) => authority !== undefined,
    reference: 'RFC 5280 §6.1, RFC 8446 §4.4.2',
    hint: {
      en: 'Send the certificate and all intermediates, in this order; the client has the root.',
      es: 'Envía el certificado y todos los intermedios, en ese orden; el cliente tiene la raíz.',
    },
    async run(context) {
      const { trust } = mustAgree(await visit(context))
      // The name has a case of its own.
      const isTrusted = trust === true || trust === 'ERR_TLS_CERT_ALTNAME_INVALID' || /altname/i.test(trust)
      return [
        holds(
          { en: 'It is trusted', es: 'Es de confianza' },
          isTrusted,
          'Verify return code: 0 (ok)',
          String(trust),
        ),
      ]
    },
  }),
  tlsCase({
    id: 'dates',
    title: { en: 'The certificate is within its dates', es: 'El certificado está dentro de sus fechas' },
    points: 2,
    reference: 'RFC 5280 §4.1.2.5',
    hint: {
      en: 'Renew it in time; see that the clock is right.',
      es: 'Renuévalo a tiempo; mira que el reloj esté bien.',
    },
    show: (target) => shakeHands(target, '', ' | openssl x509 -noout -dates'),
    run: async (context) => dates(await shown(context)),
  }),
  tlsCase({
    id: 'lifetime',
    title: {
      en: 'The certificate is valid for 825 days at most',
      es: 'El certificado vale 825 días como mucho',
    },
    reference: 'RFC 5280 §4.1.2.5',
    hint: {
      en: 'Apple’s clients refuse longer ones; of public authorities browsers take 398 days at most.',
      es: 'Los clientes de Apple rechazan los más largos; de autoridades públicas, los navegadores admiten 398 días como mucho.',
    },
    show: (target) => shakeHands(target, '', ' | openssl x509 -noout -dates'),
    async run(context) {
      const { validFrom, validTo } = await shown(context)
      const days = (Date.parse(validTo) - Date.parse(validFrom)) / DAY
      return [
        holds(
          { en: 'It is no longer', es: 'No es más largo' },
          days <= LONGEST,
          `≤ ${LONGEST}`,
          days.toFixed(1),
        ),
      ]
    },
  }),
  tlsCase({
    id: 'strength',
    title: { en: 'Key and signature are strong enough', es: 'Clave y firma son bastante fuertes' },
    points: 2,
    reference: 'RFC 9325 §4.5, RFC 9155',
    hint: {
      en: 'RSA of 2048 bits or P-256, signed with SHA-256.',
      es: 'RSA de 2048 bits o P-256, firmado con SHA-256.',
    },
    show: (target) => shakeHands(target, '', ' | openssl x509 -noout -text'),
    run: async (context) => strength(await shown(context)),
  }),
  tlsCase({
    id: 'purpose',
    title: {
      en: 'The certificate is one for servers, and for no authority',
      es: 'El certificado es de servidor, y no de autoridad',
    },
    reference: 'RFC 5280 §4.2.1.9, §4.2.1.12',
    hint: {
      en: '`extendedKeyUsage=serverAuth`, `basicConstraints=CA:FALSE`',
      es: '`extendedKeyUsage=serverAuth`, `basicConstraints=CA:FALSE`',
    },
    show: (target) => shakeHands(target, '', ' | openssl x509 -noout -purpose'),
    async run(context) {
      const certificate = await shown(context)
      // What Node calls its key usage is the extended one.
      const uses = certificate.keyUsage as readonly string[] | undefined
      return [
        holds(
          { en: 'It may be a server’s', es: 'Puede ser de un servidor' },
          uses === undefined || uses.includes(SERVER_AUTH),
          'serverAuth',
          (uses ?? []).join(' '),
        ),
        holds(
          { en: 'It is no authority’s', es: 'No es de una autoridad' },
          !certificate.ca,
          'CA:FALSE',
          'CA:TRUE',
        ),
      ]
    },
  }),
  tlsCase({
    id: 'sni',
    title: {
      en: 'Whoever asks for another name, or for none, gets an answer',
      es: 'Quien pide otro nombre, o ninguno, obtiene respuesta',
    },
    reference: 'RFC 6066 §3',
    hint: {
      en: 'Show the default certificate, or send the alert unrecognized_name.',
      es: 'Muestra el certificado por defecto, o envía la alerta unrecognized_name.',
    },
    show: (target) =>
      ['-noservername', '-servername unknown.example'].map((words) => shakeHands(target, words)).join('; '),
    async run(context) {
      const [none, other] = [
        await visit(context, { name: false }),
        await visit(context, { name: 'unknown.example' }),
      ]
      return [
        isAgreed({ en: 'Without a name', es: 'Sin nombre' }, none),
        holds(
          { en: 'With a strange one', es: 'Con uno extraño' },
          other.agreed !== undefined || /UNRECOGNIZED_NAME|HANDSHAKE_FAILURE/i.test(other.error ?? ''),
          'unrecognized_name (112)',
          other.error ?? CLOSED,
        ),
      ]
    },
  }),
  tlsCase({
    id: 'staple',
    title: {
      en: 'A stapled OCSP answer, where there is one, says good',
      es: 'Una respuesta OCSP grapada, si la hay, dice que vale',
    },
    reference: 'RFC 6066 §8, RFC 6960 §4.2',
    hint: {
      en: 'Staple what the responder of the authority says, and renew it in time.',
      es: 'Grapa lo que dice el respondedor de la autoridad, y renuévalo a tiempo.',
    },
    show: '-status',
    async run(context) {
      const found = await visit(context, { requestOCSP: true })
      const certificate = mustShow(found)
      const { staple } = found
      const status = staple === undefined || staple.length === 0 ? 'good' : goodness(staple, certificate)
      return [
        holds({ en: 'It is good, or none', es: 'Vale, o no la hay' }, status === 'good', 'good', status),
      ]
    },
  }),
]
