/** The options of the `dns` service, each with its default and what it means. */
import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { explain } from '../../lab/kit/explain.ts'
import { isNetwork } from '../../lab/kit/networks.ts'
import type { Address } from '../../lab/service.ts'
import { parseName, PresentationError, ROOT } from './wire/name.ts'

/** Octets of the texts by which the server names itself: with all else an answer must fit in 512 (RFC 1035 §4.2.1). */
const NAME_TEXT_LIMIT = 63

const network = z.string().refine(
  isNetwork,
  explain({
    en: 'write an address or a network, as in 192.168.56.0/24',
    es: 'escribe una dirección o una red, como 192.168.56.0/24',
  }),
)

const address = z.string().refine(
  (text) => parseAddress(text) !== undefined,
  explain({
    en: 'write an address, as in 127.0.0.1, 127.0.0.1:5300 or [::1]:53',
    es: 'escribe una dirección, como 127.0.0.1, 127.0.0.1:5300 o [::1]:53',
  }),
)

const domain = z.string().refine(
  isDomain,
  explain({
    en: 'write a domain name, as in example.org',
    es: 'escribe un nombre de dominio, como example.org',
  }),
)

const nameText = z
  .string()
  .refine(
    (value) => Buffer.byteLength(value) <= NAME_TEXT_LIMIT,
    explain({ en: 'write at most 63 octets of text', es: 'escribe como mucho 63 octetos de texto' }),
  )

const rateLimit = z.strictObject({
  responses: z
    .int()
    .min(1)
    .max(100_000)
    .default(5)
    .describe('Equal answers a second for one network of clients: a /24 of IPv4, a /56 of IPv6.'),
  window: z
    .int()
    .min(1)
    .max(3600)
    .default(15)
    .describe('Seconds of silence that too many answers cost at most.'),
  slip: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe('Each how many-th limited answer is sent cut short instead of dropped; 0 drops all.'),
  exempt: z.array(network).default([]).describe('Networks without a limit.'),
})

/** The schema of the options. */
export const config = z.strictObject({
  zone: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe("Master files of the zones to serve; none serves a zone of the lab's own names."),
  origin: domain
    .optional()
    .describe('Completes relative names until a file says $ORIGIN; the domain of the scenario by default.'),
  records: z
    .enum(['services', 'file'])
    .default('services')
    .describe('Whether names that other services publish are served beside those of the files.'),
  ttl: z
    .int()
    .min(0)
    .max(604_800)
    .default(3600)
    .describe('Seconds that names published by other services may be kept, where these do not say.'),
  dnssec: z.boolean().default(false).describe('Signs the zones with keys that the lab keeps.'),
  forwarders: z
    .array(address)
    .max(8)
    .default([])
    .describe(
      'Servers to ask, in this order, for names outside the zones; none means that such names are refused.',
    ),
  serveStale: z
    .int()
    .min(0)
    .max(604_800)
    .default(0)
    .describe(
      'Seconds for which remembered answers of forwarders are given past their time, while none of these answers.',
    ),
  cacheSize: z
    .int()
    .min(0)
    .max(1024)
    .default(16)
    .describe('Mebibytes of memory for the answers of forwarders; 0 remembers none.'),
  allow: z.array(network).default(['0.0.0.0/0', '::/0']).describe('Networks that may ask.'),
  allowRecursion: z
    .array(network)
    .default(['127.0.0.0/8', '::1'])
    .describe('Networks for which names outside the zones are looked up.'),
  allowTransfer: z
    .array(network)
    .default([])
    .describe('Networks that may copy whole zones (AXFR, IXFR), as secondary servers do.'),
  notify: z
    .array(address)
    .max(64)
    .default([])
    .describe('Servers to tell (NOTIFY) when a zone has been loaded or its serial has grown.'),
  udpSize: z
    .int()
    .min(512)
    .max(4096)
    .default(1232)
    .describe('Octets of a UDP answer at most; longer ones are cut and asked for again over TCP.'),
  cookies: z
    .union([z.boolean(), z.literal('required')])
    .default(true)
    .describe(
      'Whether DNS cookies are given out; required answers BADCOOKIE to clients that know them and have none that is valid.',
    ),
  rateLimit: z
    .union([z.literal(false), rateLimit])
    .default(false)
    .describe('Limits equal answers over UDP, so that nobody aims them at somebody else.'),
  version: nameText
    .default('telelab')
    .describe('Text of version.bind and version.server (class CH); empty for none.'),
  identity: nameText
    .optional()
    .describe('Text of id.server, hostname.bind (class CH) and NSID; the name of the instance by default.'),
})

/** The options with their defaults filled in. */
export type Config = z.infer<typeof config>

function isDomain(value: string): boolean {
  try {
    parseName(value, ROOT)
    return true
  } catch (error) {
    if (error instanceof PresentationError) return false
    throw error
  }
}

/** `host`, `host:port` or `[host]:port`, the host an IP address and the port 53 unless given. */
export function parseAddress(value: string): Address | undefined {
  const whole = isIPv6(value) ? `[${value}]` : value
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(whole)
  const host = match?.groups?.['six'] ?? match?.groups?.['four'] ?? ''
  const port = Number(match?.groups?.['port'] ?? 53)
  return host !== '' && !host.includes('/') && isNetwork(host) && port > 0 && port <= 65_535
    ? { host, port }
    : undefined
}
