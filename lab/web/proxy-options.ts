import { z } from 'zod'
import { explain } from '../kit/explain.ts'

const mostLocations = 64

// RFC 3986 §3.3, neither encoded nor with dots at the beginning of a segment, so that it has one spelling; it ends with
// a slash, so that /app/ never stands for /application.
const folder = String.raw`/(?:[A-Za-z0-9\-_~!$&'()*+,;=:@][A-Za-z0-9\-._~!$&'()*+,;=:@]*/)*`
const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`
const host = String.raw`(?:localhost|${octet}(?:\.${octet}){3}|\[[0-9A-Fa-f:]{2,39}\])`
const port = String.raw`(?::(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3}))?`

const prefix = z
  .string()
  .max(255)
  .regex(new RegExp(`^${folder}$`))

const wrongTarget = explain({
  en: 'write http://, an IP address or localhost, a port unless it is 80, and a path that ends with a slash, as in http://127.0.0.1:8081/base/',
  es: 'escribe http://, una dirección IP o localhost, un puerto si no es el 80 y una ruta que acabe en barra, como http://127.0.0.1:8081/base/',
})

const to = z
  .string()
  .max(512)
  .regex(new RegExp(`^http://${host}${port}(?:${folder})?$`), wrongTarget)
  .refine((url) => URL.canParse(url), wrongTarget)
  .describe(
    'Address of the other server, as http://127.0.0.1:8081/base/: an IP address or localhost, a port, and the path that replaces the prefix',
  )

/** One location, as a scenario writes it. */
export const proxyLocation = z.strictObject({
  to,
  timeout: z
    .number()
    .min(0.1)
    .max(3600)
    .default(10)
    .describe('Seconds for the head of an answer to arrive, and between two pieces of its body, else 504'),
  preserveHost: z
    .boolean()
    .default(false)
    .describe("Sends the client's Host instead of the other server's own"),
})

/** The locations that another server answers, by the prefix of their paths; `to` alone may stand for a location. */
export const proxyOptions = z
  .record(
    prefix,
    z.union([to, proxyLocation]),
    explain(
      {
        en: 'write a path that begins and ends with a slash, not percent-encoded, as in /app/',
        es: 'escribe una ruta que empiece y acabe en barra, sin codificar con porcentajes, como /app/',
      },
      'invalid_key',
    ),
  )
  .refine(
    (rules) => Object.keys(rules).length <= mostLocations,
    explain({
      en: `name at most ${mostLocations} locations`,
      es: `indica como mucho ${mostLocations} ubicaciones`,
    }),
  )
  .default({})
  .describe(
    'Paths that another server answers, each a prefix that ends with a slash; the longest that fits is taken',
  )

/** The locations with their defaults filled in. */
export type ProxyRules = z.output<typeof proxyOptions>
