/** The options of the mail service. */
import { z } from 'zod'
import { explain } from '../../lab/kit/explain.ts'
import { isNetwork } from '../../lab/kit/networks.ts'

const seconds = z.number().min(0).max(604_800)
const timeout = z.number().min(0.1).max(3600)
const octets = z.int().min(0).max(1_073_741_824)
const count = z.int().min(1).max(1_000_000)
const network = z.string().refine(
  isNetwork,
  explain({
    en: 'write an address or a network, as in 192.168.56.0/24',
    es: 'escribe una dirección o una red, como 192.168.56.0/24',
  }),
)
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// RFC 1123 §2.1; a leading dot or `*.` has no meaning here.
const domainName = String.raw`(?=.{1,253}$)${label}(?:\.${label})*`
const domain = z.string().regex(
  new RegExp(`^${domainName}$`),
  explain({
    en: 'write a domain name in lower case, as in example.org',
    es: 'escribe un nombre de dominio en minúsculas, como example.org',
  }),
)
const address = z.string().min(1).max(254)
const hostPort = z
  .string()
  .regex(/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i, {
    ...explain({
      en: 'write host or host:port, as in mail.example.org:2525 or [::1]:2525',
      es: 'escribe host o host:puerto, como mail.example.org:2525 o [::1]:2525',
    }),
    abort: true,
  })
  .refine(
    (text) => Number(/:(\d+)$/.exec(text)?.[1] ?? 1) <= 65_535,
    explain({ en: 'ports end at 65535', es: 'los puertos llegan hasta el 65535' }),
  )
const line = z
  .string()
  .regex(
    /^[ -~]{1,400}$/,
    explain({ en: 'write 1 to 400 ASCII characters', es: 'escribe de 1 a 400 caracteres ASCII' }),
  )
const certificate = z.strictObject({
  certificate: z.string().describe('PEM file of the scenario: the certificate and what leads to its root'),
  key: z.string().describe('PEM file of the scenario with its private key'),
})

/** The extensions of SMTP that EHLO names, in this order. */
export const EXTENSIONS = [
  'SIZE',
  '8BITMIME',
  'PIPELINING',
  'SMTPUTF8',
  'DSN',
  'ENHANCEDSTATUSCODES',
  'CHUNKING',
  'STARTTLS',
  'AUTH',
  'HELP',
] as const

/** An extension of SMTP. */
export type Extension = (typeof EXTENSIONS)[number]

/** The mechanisms with which a client can log in. */
export const MECHANISMS = ['PLAIN', 'LOGIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'] as const

/** What every handshake asks for. */
export const TLS = { minVersion: 'TLSv1.2' } as const

const smtp = z.strictObject({
  banner: line.optional().describe('What follows the code 220; by default `<hostname> ESMTP telelab <date>`'),
  extensions: z
    .array(z.enum(EXTENSIONS))
    .default([...EXTENSIONS])
    .describe(
      'What EHLO offers; a command or parameter of any other is refused. DSN is for clients of `relay.from` and those who log in',
    ),
  maxSize: octets.default(52_428_800).describe('Octets of a message, else 552'),
  maxRecipients: count.default(100).describe('Recipients of one message, else 452'),
  maxLine: z
    .int()
    .min(998)
    .max(1_048_576)
    .default(65_536)
    .describe('Octets of a line of a message, else 554'),
  maxMessages: count.default(1000).describe('Messages of one connection, else 421'),
  maxErrors: count.default(10).describe('Wrong or refused commands of one connection, else 421'),
  maxConnections: count.default(500).describe('Connections at the same time, else 421'),
  maxConnectionsPerClient: count
    .default(200)
    .describe('Connections of one address at the same time, else 421'),
  rate: z
    .union([z.literal(false), z.int().min(1).max(1_000_000)])
    .default(false)
    .describe('Messages that one address may bring a minute, else 450; false: as many as it likes'),
  commandTimeout: timeout.default(300).describe('Seconds for a command, else 421 (RFC 5321 §4.5.3.2)'),
  dataTimeout: timeout.default(180).describe('Seconds for each block of a message, else 421'),
  verify: z.boolean().default(false).describe('VRFY and EXPN tell who is here; else 252 and 502'),
})

const pop3 = z.strictObject({
  banner: line.default('telelab ready.').describe('What follows +OK'),
  apop: z
    .record(
      z.string().min(1).max(64),
      z
        .string()
        .regex(
          /^[ -~]{1,255}$/,
          explain({ en: 'write 1 to 255 ASCII characters', es: 'escribe de 1 a 255 caracteres ASCII' }),
        ),
    )
    .default({})
    .describe('Secrets of those who may log in by APOP, which cannot be had from a password’s verifier'),
  timeout: z
    .number()
    .min(1)
    .max(86_400)
    .default(600)
    .describe('Seconds without a command after which a session ends, deleting nothing (RFC 1939 §3)'),
  maxConnections: count.default(500).describe('Connections at the same time'),
  maxConnectionsPerClient: count.default(200).describe('Connections of one address at the same time'),
  maxErrors: count.default(10).describe('Wrong commands of one connection'),
})

/** The options as a scenario writes them. */
export const mailOptions = z.strictObject({
  smtp: z
    .union([z.literal(false), smtp])
    .prefault({})
    .describe('Mail from other servers and from clients'),
  submission: z.boolean().default(true).describe('Port 587: mail of those who log in'),
  smtps: z.boolean().default(true).describe('Port 465: the same, under TLS from the start'),
  pop3: z
    .union([z.literal(false), pop3])
    .prefault({})
    .describe('Port 110: mail is fetched'),
  pop3s: z.boolean().default(true).describe('Port 995: the same, under TLS from the start'),
  hostname: domain.optional().describe('Name of this server; by default `mail.<domain>`'),
  plaintext: z
    .enum(['refused', 'loopback', 'allowed'])
    .default('loopback')
    .describe('Passwords in clear without TLS: refused, from this machine only, or from everywhere'),
  mechanisms: z
    .array(z.enum(MECHANISMS))
    .min(1)
    .default([...MECHANISMS])
    .describe('How a client can log in'),
  tls: z.boolean().default(true).describe('STARTTLS and STLS are offered'),
  certificate: certificate.optional().describe('A certificate of the scenario instead of one of the lab'),
  maxLogins: count.default(5).describe('Failed logins after which a connection is closed'),
  failureDelay: z.number().min(0).max(60).default(1).describe('Seconds before a failed login is answered'),
  domains: z.array(domain).default([]).describe('Further domains whose mail is for the accounts'),
  aliases: z
    .record(z.string().min(1).max(254), z.union([address, z.array(address).min(1).max(1000)]))
    .default({})
    .describe('Who gets what is sent to a name that is no account: accounts, aliases or addresses'),
  postmaster: z
    .string()
    .optional()
    .describe('Account that gets the mail of postmaster and abuse; the first by default'),
  tag: z
    .union([
      z.literal(false),
      z
        .string()
        .regex(
          /^[+\-_=.]$/,
          explain({ en: 'write one of + - _ = . or false', es: 'escribe uno de + - _ = . o bien false' }),
        ),
    ])
    .default('+')
    .describe(
      'What stands between an account and a word of the sender’s choice, as in user+tag; false: nothing',
    ),
  catchAll: z.string().optional().describe('Account that gets what nobody else does'),
  quota: z
    .union([z.literal(false), octets])
    .default(false)
    .describe('Octets of one mailbox, else 452'),
  senders: z
    .enum(['any', 'existing', 'accounts'])
    .default('existing')
    .describe(
      'Whose mail is taken: everybody’s, but of our domains only of those who exist (existing), or of accounts alone',
    ),
  relay: z
    .strictObject({
      to: z
        .union([z.literal('any'), z.array(domain)])
        .default([])
        .describe('Domains for which mail is sent on, with all below them'),
      from: z
        .array(network)
        .default(['127.0.0.0/8', '::1/128'])
        .describe('Networks whose clients may have mail sent on; those who log in may from everywhere'),
    })
    .prefault({}),
  greylist: z
    .union([
      z.literal(false),
      z.strictObject({
        delay: seconds.default(60).describe('Seconds after which a second attempt is taken'),
        lifetime: seconds.default(86_400).describe('Seconds for which it is remembered'),
        exempt: z.array(network).default([]).describe('Networks that need not wait'),
      }),
    ])
    .default(false)
    .describe('Whoever sends for the first time is told to come again (451 4.7.1)'),
  blocklists: z
    .array(domain)
    .default([])
    .describe(
      'Zones in which a client’s address is looked up, reversed (RFC 5782); one that is listed is refused',
    ),
  resolver: hostPort.optional().describe('Name server; the lab’s own by default'),
  routes: z
    .record(z.string().regex(new RegExp(String.raw`^(?:\*|${domainName})$`)), hostPort)
    .default({})
    .describe(
      'Where the mail of a domain is sent instead of its MX; `*` for all others, as host or host:port',
    ),
  outgoingPort: z
    .int()
    .min(1)
    .max(65_535)
    .default(25)
    .describe('Port of other servers where no route names one'),
  queue: z
    .strictObject({
      retry: z
        .array(seconds)
        .min(1)
        .default([60, 300, 900, 3600])
        .describe('Seconds from each attempt to the next; the last one again and again'),
      lifetime: seconds.default(172_800).describe('Seconds after which an undelivered message goes back'),
      warn: seconds
        .default(14_400)
        .describe('Seconds after which the sender is told that it takes long; 0: never'),
      concurrency: z
        .int()
        .min(1)
        .max(100)
        .default(10)
        .describe('Connections to other servers at the same time'),
    })
    .prefault({}),
  maxReceived: z
    .int()
    .min(2)
    .max(1000)
    .default(30)
    .describe('Received fields with which a message goes in circles'),
  inbox: z
    .record(z.string(), z.array(z.string()).max(1000))
    .default({})
    .describe('Messages (.eml) of the scenario that lie in a mailbox from the first start on, by account'),
})

/** The options with their defaults filled in. */
export type MailConfig = z.output<typeof mailOptions>
/** The options of SMTP. */
export type SmtpConfig = z.output<typeof smtp>
/** The options of POP3. */
export type Pop3Config = z.output<typeof pop3>
