/** What tasks may say of TLS: what the journal shows, what a probe finds now, and files that are handed in. */
import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { CheckFailure, defineVerb, type Assertion, type Checks } from '../../../lab/check.ts'
import { holds, same } from '../../../lab/kit/assertion.ts'
import { inSpanish } from '../../../lab/kit/spanish.ts'
import { fieldIs, happened, titled } from '../../../lab/kit/verb.ts'
import { mustAgree, mustShow } from './case.ts'
import { dates, isFor, namesOf, strength } from './certificate.ts'
import { gapIn, readChain } from './chain.ts'
import { flawed, flawTitle, judgeFlawed } from './flawed.ts'
import { visit } from './visit.ts'

const handshaken = inSpanish(
  z.strictObject({
    version: z.enum(['TLSv1.2', 'TLSv1.3']).optional().describe('What was agreed on'),
    account: z.string().optional().describe('Whose certificate the client has shown'),
    subject: z.string().optional().describe('What its subject contains'),
    name: z.string().optional().describe('What the client asked for by SNI'),
    resumed: z.boolean().optional().describe('Whether a session was resumed'),
  }),
  {
    version: 'Lo que se acordó',
    account: 'De quién es el certificado que mostró el cliente',
    subject: 'Lo que contiene su sujeto',
    name: 'Lo que pidió el cliente por SNI',
    resumed: 'Si se reanudó una sesión',
  },
)
const refused = inSpanish(
  z.strictObject({
    why: z.string().optional().describe('The problem, as in `client-expired`, or what ended the handshake'),
  }),
  { why: 'El problema, como `client-expired`, o lo que acabó la negociación' },
)
const shows = inSpanish(
  z.strictObject({
    name: z.string().optional().describe('Name that the certificate must be for; the domain if not given'),
    trusted: z.boolean().default(true).describe('Whether its chain must lead to the lab’s root'),
  }),
  {
    name: 'Nombre para el que debe ser el certificado; el dominio si no se indica',
    trusted: 'Si su cadena debe llevar a la raíz del laboratorio',
  },
)
const chain = inSpanish(
  z.strictObject({
    name: z.string().optional().describe('Name that the certificate must be for'),
    subject: z.string().optional().describe('What its subject must contain'),
    purpose: z.enum(['server', 'client']).optional().describe('What it must be good for'),
    passphrase: z.string().optional().describe('Password of a PKCS#12 file'),
  }),
  {
    name: 'Nombre para el que debe ser el certificado',
    subject: 'Lo que debe contener su sujeto',
    purpose: 'Para qué debe servir',
    passphrase: 'Contraseña de un fichero PKCS#12',
  },
)

const PURPOSES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

/** By `protocol.word`. */
export const verbs: Checks['verbs'] = {
  'tls.handshaken': defineVerb<z.infer<typeof handshaken>>({
    kind: 'evidence',
    summary: {
      en: 'a TLS handshake that a client has brought to its end',
      es: 'una negociación TLS que un cliente ha llevado a su fin',
    },
    settings: handshaken,
    title: (settings) => titled({ en: 'A TLS handshake comes about', es: 'Se negocia TLS' }, settings),
    reference: 'RFC 8446 §2',
    facts: ['tls.handshaken'],
    judge: (fact, { version, account, subject, name, resumed }) => [
      happened({ en: 'A handshake', es: 'Una negociación' }),
      ...fieldIs(fact, 'version', version),
      ...fieldIs(fact, 'user', account),
      ...fieldIs(fact, 'subject', subject, 'contains'),
      ...fieldIs(fact, 'name', name),
      ...fieldIs(fact, 'resumed', resumed),
    ],
  }),
  'tls.refused': defineVerb<z.infer<typeof refused>>({
    kind: 'evidence',
    summary: {
      en: 'a client of TLS that was refused, or that has refused the server',
      es: 'un cliente de TLS al que se ha rechazado, o que ha rechazado al servidor',
    },
    settings: refused,
    title: (settings) =>
      titled({ en: 'A client of TLS is refused', es: 'Se rechaza a un cliente de TLS' }, settings),
    reference: 'RFC 8446 §6.2',
    facts: ['tls.refused', 'tls.failed'],
    judge: (fact, { why }) => [
      happened({ en: 'A refusal', es: 'Un rechazo' }),
      ...fieldIs(fact, fact.kind === 'tls.failed' ? 'why' : 'problem', why, 'contains'),
    ],
  }),
  'tls.shows': defineVerb<z.infer<typeof shows>>({
    kind: 'probe',
    summary: {
      en: 'which certificate the site shows now',
      es: 'qué certificado muestra ahora el sitio',
    },
    settings: shows,
    title: ({ name }) => ({
      en: `The site shows a certificate for ${name ?? 'its domain'}`,
      es: `El sitio muestra un certificado para ${name ?? 'su dominio'}`,
    }),
    reference: 'RFC 9525 §6.3',
    reproduce: ({ name }, target) => {
      const { host, port } = target.endpoints['https'] ?? { host: 'HOST', port: 443 }
      return `openssl s_client -connect ${host}:${port} -servername ${name ?? target.domain} -CAfile cacert.pem </dev/null`
    },
    async run(context, { name = context.target.domain, trusted }) {
      const found = await visit(context, { name })
      const [certificate, { trust }] = [mustShow(found), mustAgree(found)]
      const assertions = [
        holds(
          { en: `It names ${name}`, es: `Nombra ${name}` },
          isFor(certificate, name),
          `DNS:${name}`,
          namesOf(certificate),
        ),
        ...dates(certificate),
        ...(trusted
          ? [
              holds(
                { en: 'Its chain leads to the root', es: 'Su cadena lleva a la raíz' },
                trust === true,
                'ok',
                String(trust),
              ),
            ]
          : []),
      ]
      return { assertions }
    },
  }),
  'certificate.flawed': defineVerb<z.infer<typeof flawed>>({
    kind: 'artifact',
    summary: {
      en: 'a certificate of a site, handed in because of what is wrong with it',
      es: 'un certificado de un sitio, que se entrega por lo que tiene mal',
    },
    settings: flawed,
    title: flawTitle,
    reference: 'RFC 5280 §6.1',
    reproduce: (_, __, file = 'certificate.pem') =>
      `openssl x509 -in ${file} -noout -subject -issuer -dates -ext subjectAltName`,
    judge: async (file, settings, target) => ({ assertions: await judgeFlawed(file, settings, target) }),
  }),
  'certificate.chain': defineVerb<z.infer<typeof chain>>({
    kind: 'artifact',
    summary: {
      en: 'a certificate with its chain, as PEM, DER or PKCS#12',
      es: 'un certificado con su cadena, en PEM, DER o PKCS#12',
    },
    settings: chain,
    title: (settings) =>
      titled(
        {
          en: 'A certificate of the lab’s authority',
          es: 'Un certificado de la autoridad del laboratorio',
        },
        settings,
      ),
    reference: 'RFC 5280 §6.1',
    reproduce: (_, _target, file = 'certificate.pem') =>
      `openssl verify -CAfile cacert.pem -untrusted ${file} ${file}`,
    async judge(file, { name, subject, purpose, passphrase }, target) {
      if (target.authority === undefined)
        throw new CheckFailure({
          en: 'there is no root to judge it by: the lab has issued nothing yet, or its root was not handed in',
          es: 'no hay raíz con la que juzgarlo: el laboratorio aún no ha emitido nada, o no se ha entregado su raíz',
        })
      const certificates = await readChain(file, passphrase)
      const [own] = certificates
      if (own === undefined)
        throw new CheckFailure({
          en: 'the file holds no certificate',
          es: 'el fichero no tiene ningún certificado',
        })
      const gap = gapIn(certificates, new X509Certificate(target.authority))
      // What Node calls its key usage is the extended one.
      const uses = (own.keyUsage as readonly string[] | undefined) ?? []
      const assertions: Assertion[] = [
        holds(
          { en: 'The chain leads to the lab’s root', es: 'La cadena lleva a la raíz del laboratorio' },
          gap === undefined,
          'ok',
          gap ?? '',
          2,
        ),
        ...dates(own),
        ...strength(own),
        ...(name === undefined
          ? []
          : [
              holds(
                { en: `It names ${name}`, es: `Nombra ${name}` },
                isFor(own, name),
                `DNS:${name}`,
                namesOf(own),
              ),
            ]),
        ...(subject === undefined
          ? []
          : [
              holds(
                { en: `Its subject has ${subject}`, es: `Su sujeto tiene ${subject}` },
                own.subject.includes(subject),
                subject,
                own.subject,
              ),
            ]),
        ...(purpose === undefined
          ? []
          : [
              same(
                {
                  en: `It is for a ${purpose}`,
                  es: purpose === 'server' ? 'Es de servidor' : 'Es de cliente',
                },
                PURPOSES[purpose],
                uses.find((use) => use === PURPOSES[purpose]) ?? uses.join(' '),
              ),
            ]),
      ]
      return { assertions }
    },
  }),
}
