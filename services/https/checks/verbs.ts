/** What tasks may say of TLS: what the journal shows, what a probe finds now, and files that are handed in. */
import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { CheckFailure, defineVerb, type Assertion, type Checks, type SeenFact } from '../../../lab/check.ts'
import { holds, same } from '../../../lab/kit/assertion.ts'
import { mustAgree, mustShow } from './case.ts'
import { dates, isFor, namesOf, strength } from './certificate.ts'
import { gapIn, readChain } from './chain.ts'
import { visit } from './visit.ts'

const handshaken = z.strictObject({
  version: z.enum(['TLSv1.2', 'TLSv1.3']).optional().describe('What was agreed on'),
  account: z.string().optional().describe('Whose certificate the client has shown'),
  subject: z.string().optional().describe('What its subject contains'),
  name: z.string().optional().describe('What the client asked for by SNI'),
  resumed: z.boolean().optional().describe('Whether a session was resumed'),
})
const refused = z.strictObject({
  why: z.string().optional().describe('The problem, as in `client-expired`, or what ended the handshake'),
})
const shows = z.strictObject({
  name: z.string().optional().describe('Name that the certificate must be for; the domain if not given'),
  trusted: z.boolean().default(true).describe('Whether its chain must lead to the lab’s root'),
})
const chain = z.strictObject({
  name: z.string().optional().describe('Name that the certificate must be for'),
  subject: z.string().optional().describe('What its subject must contain'),
  purpose: z.enum(['server', 'client']).optional().describe('What it must be good for'),
  passphrase: z.string().optional().describe('Password of a PKCS#12 file'),
})

const PURPOSES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

/** The assertion that a field of a fact is, or contains, what is wanted. */
function is(
  fact: SeenFact,
  field: string,
  wanted: string | boolean | undefined,
  isPart = false,
): readonly Assertion[] {
  if (wanted === undefined) return []
  const value = fact.data?.[field]
  const [expected, actual] = [
    String(wanted),
    value === undefined || value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value),
  ]
  return [
    holds(
      { en: `${field} is ${expected}`, es: `${field} es ${expected}` },
      isPart ? actual.includes(expected) : actual === expected,
      expected,
      actual,
    ),
  ]
}

function told(settings: object): string {
  const words = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && name !== 'passphrase',
  )
  return words.length === 0 ? '' : `: ${words.map(([name, value]) => `${name} ${String(value)}`).join(', ')}`
}

/** By `protocol.word`. */
export const verbs: Checks['verbs'] = {
  'tls.handshaken': defineVerb<z.infer<typeof handshaken>>({
    kind: 'evidence',
    settings: handshaken,
    title: (settings) => ({
      en: `A TLS handshake comes about${told(settings)}`,
      es: `Se negocia TLS${told(settings)}`,
    }),
    reference: 'RFC 8446 §2',
    facts: ['tls.handshaken'],
    judge: (fact, { version, account, subject, name, resumed }) => [
      { title: { en: 'A handshake', es: 'Una negociación' }, holds: true },
      ...is(fact, 'version', version),
      ...is(fact, 'user', account),
      ...is(fact, 'subject', subject, true),
      ...is(fact, 'name', name),
      ...is(fact, 'resumed', resumed),
    ],
  }),
  'tls.refused': defineVerb<z.infer<typeof refused>>({
    kind: 'evidence',
    settings: refused,
    title: (settings) => ({
      en: `A client of TLS is refused${told(settings)}`,
      es: `Se rechaza a un cliente de TLS${told(settings)}`,
    }),
    reference: 'RFC 8446 §6.2',
    facts: ['tls.refused', 'tls.failed'],
    judge: (fact, { why }) => [
      { title: { en: 'A refusal', es: 'Un rechazo' }, holds: true },
      ...is(fact, fact.kind === 'tls.failed' ? 'why' : 'problem', why, true),
    ],
  }),
  'tls.shows': defineVerb<z.infer<typeof shows>>({
    kind: 'probe',
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
  'certificate.chain': defineVerb<z.infer<typeof chain>>({
    kind: 'artifact',
    settings: chain,
    title: (settings) => ({
      en: `A certificate of the lab’s authority${told(settings)}`,
      es: `Un certificado de la autoridad del laboratorio${told(settings)}`,
    }),
    reference: 'RFC 5280 §6.1',
    reproduce: () => 'openssl verify -CAfile cacert.pem -untrusted chain.pem certificate.pem',
    async judge(file, { name, subject, purpose, passphrase }, target) {
      if (target.authority === undefined) throw new Error('the target has no authority to judge by')
      const certificates = await readChain(file, passphrase)
      const [own] = certificates
      if (own === undefined)
        throw new CheckFailure({
          en: 'the file holds no certificate',
          es: 'el archivo no tiene ningún certificado',
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
