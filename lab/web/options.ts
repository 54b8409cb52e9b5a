import { z } from 'zod'
import { explain } from '../kit/explain.ts'
import { inSpanish } from '../kit/spanish.ts'
import { protect } from './auth/options.ts'
import { extraOptions } from './extras.ts'
import { proxyOptions } from './proxy-options.ts'

const text = (subtype: string): string => `text/${subtype}; charset=utf-8`

/** The Content-Type of each extension that is served without further configuration. */
const types = {
  '.html': text('html'),
  '.htm': text('html'),
  '.css': text('css'),
  '.js': text('javascript'),
  '.mjs': text('javascript'),
  '.txt': text('plain'),
  '.md': text('markdown'),
  '.csv': text('csv'),
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.ico': 'image/vnd.microsoft.icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
}

// RFC 6265 §4.1.1: a cookie's name is a token.
const cookieName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/)

const counter = z.strictObject({
  name: cookieName.default('visits').describe('Name of the cookie that counts the visits'),
  max: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10)
    .describe('Highest value; a request that brings it, or more, is refused with 403'),
  lifetime: z
    .int()
    .min(1)
    .max(31_536_000)
    .default(120)
    .describe('Seconds from the creation of a cookie to its Expires'),
})

const seconds = z.number().min(0.1).max(3600)
const octets = z.int().min(256).max(16_777_216)
const fileName = z.string().regex(/^[^/\\]{1,255}$/)
const folderName = z.string().min(1)
/** A folder of a site as a path: it begins and ends with a slash, and is not percent-encoded. */
export const folderPath = z
  .string()
  .regex(/^\/(?:[^\0]*\/)?$/)
  // Paths are compared decoded: an encoded one would fit none, and leave open what it is to close.
  .refine(
    (path) => !/%[\da-f]{2}/i.test(path),
    explain({
      en: 'write the path not percent-encoded, as in /my notes/',
      es: 'escribe la ruta sin codificar con porcentajes, como /mis apuntes/',
    }),
  )
const cookie = z.union([z.literal(false), counter])
const listing = z.union([z.boolean(), z.array(folderPath).max(1000)])
const forbidden = z.array(folderPath).max(1000)
// RFC 1123 §2.1, a name without its port; `*.` stands for every name below.
const hostName = z.string().regex(/^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?$/)

/** A further site at the same address. */
const host = z.strictObject({
  root: folderName.describe('Folder of this site, in the scenario'),
  index: fileName.optional().describe('File that stands for its folder; that of the first site by default'),
  cookie: cookie.optional().describe('Its visit counter; that of the first site by default'),
  forbidden: forbidden.default([]).describe('Folders of this site that may not be visited'),
  listing: listing.default(false).describe('Which of its folders without a start page are listed'),
  protect: protect.describe('Folders of this site that ask for a password'),
  proxy: proxyOptions.describe('Paths of this site that another server answers'),
})

/** The options of the service, as a scenario writes them. */
export const httpOptions = z.strictObject({
  root: folderName
    .default('www')
    .describe('Folder of the site, in the scenario; read from disk at each request'),
  index: fileName.default('index.html').describe('File that stands for its folder'),
  types: z
    .record(z.string().regex(/^\.[a-z0-9]{1,16}$/), z.string().regex(/^[ -~]{1,128}$/))
    .default(types)
    .describe('Content-Type of each extension, in lower case with its dot; any other is refused'),
  unsupported: z
    .literal([403, 404, 415])
    .default(415)
    .describe('Status that refuses an extension that is not in `types`: 403, 404 or 415'),
  forbidden: forbidden
    .default([])
    .describe('Folders that may not be visited (403), as in /private/, whatever is in them'),
  listing: listing
    .default(false)
    .describe(
      'Folders without a start page are listed: all, none, or those that are named, with what is in them',
    ),
  head: z.boolean().default(false).describe('HEAD is answered, too'),
  validators: z
    .boolean()
    .default(true)
    .describe('ETag and Last-Modified are sent, and conditional requests and ranges obeyed'),
  compression: z
    .enum(['off', 'files', 'all'])
    .default('off')
    .describe(
      'Content codings: none, `.br` and `.gz` files that stand beside the file, or all text, on the fly',
    ),
  cookie: cookie.prefault({}).describe('The visit counter; false turns it off'),
  protect,
  proxy: proxyOptions,
  ...extraOptions,
  accessLog: z
    .boolean()
    .default(false)
    .describe("Writes access.log in Apache's combined format, in the service's folder of the lab's state"),
  hosts: z
    .record(hostName, host)
    .default({})
    .describe('Further sites by the name in Host, as in blog.example.org or *.example.org'),
  language: z
    .enum(['en', 'es'])
    .default('en')
    .describe('Language of error pages for a reader who prefers neither English nor Spanish'),
  server: z
    .string()
    .regex(/^[!-~][ -~]{0,127}$/)
    .default('telelab')
    .describe('The Server field'),
  idleTimeout: seconds.default(10).describe('Seconds that a connection stays open without a request'),
  requestTimeout: seconds.default(15).describe('Seconds for a request to arrive whole, else 408'),
  writeTimeout: seconds.default(20).describe('Seconds for a client to take what was written'),
  maxRequests: z.int().min(1).max(1_000_000).default(100).describe('Requests that one connection may bring'),
  maxConnections: z
    .int()
    .min(1)
    .max(100_000)
    .default(2000)
    .describe('Connections that are served at the same time; a further one gets 503'),
  maxLine: octets.default(8192).describe('Octets of the request line, else 414'),
  maxFields: octets.default(32_768).describe('Octets of all header fields together, else 431'),
  maxFieldCount: z.int().min(1).max(10_000).default(100).describe('Number of header fields, else 431'),
  maxBody: z
    .int()
    .min(0)
    .max(1_073_741_824)
    .default(65_536)
    .describe('Octets of a request body, which is read and dropped, else 413'),
  pieceSize: octets.default(8192).describe('Octets of the pieces in which a large file is sent'),
  smallFile: z
    .int()
    .min(0)
    .max(16_777_216)
    .default(65_536)
    .describe('Octets up to which a file is kept in memory; it is revalidated at each request'),
  memory: z
    .int()
    .min(0)
    .max(1_073_741_824)
    .default(8_388_608)
    .describe('Octets of all files that are kept in memory'),
  shared: z
    .int()
    .min(0)
    .max(1_073_741_824)
    .default(33_554_432)
    .describe(
      'Octets of larger files that are kept in memory while several clients download the same at the same time',
    ),
})

/** The options with their defaults filled in. */
export type HttpConfig = z.output<typeof httpOptions>

/** What a scenario may break at `http.answer`. */
export const answerFault = inSpanish(
  z.strictObject({
    status: z
      .int()
      .min(300)
      .max(599)
      .optional()
      .describe('Answers with this status and a page that says it is on purpose'),
    delay: z.int().min(0).max(600_000).optional().describe('Milliseconds before the answer'),
    slow: z
      .int()
      .min(1)
      .max(1_048_576)
      .optional()
      .describe('Octets of the body that are sent each second, one by one if few'),
    cut: z.boolean().optional().describe('Ends the connection after half of the body'),
    length: z
      .int()
      .min(-1_048_576)
      .max(1_048_576)
      .optional()
      .describe('Adds so much to the Content-Length, so that it is wrong'),
    without: z
      .array(z.string().regex(/^[A-Za-z-]{1,64}$/))
      .max(16)
      .optional()
      .describe('Leaves these header fields out, as in Content-Type'),
    fields: z
      .record(z.string().regex(/^[A-Za-z-]{1,64}$/), z.string().regex(/^[!-~][ -~]{0,399}$/))
      .optional()
      .describe('Header fields that are sent in place of the right ones, as in `{ Location: /elsewhere }`'),
    cookie: z
      .enum(['value', 'name', 'expired', 'date', 'missing'])
      .optional()
      .describe(
        'Sets the visit counter wrong: the same value again, another name, expired, a date that is none, or not at all',
      ),
  }),
  {
    status: 'Responde con este estado y una página que dice que es a propósito',
    delay: 'Milisegundos antes de la respuesta',
    slow: 'Octetos del cuerpo que se envían cada segundo, de uno en uno si son pocos',
    cut: 'Termina la conexión tras la mitad del cuerpo',
    length: 'Suma esto a Content-Length, para que sea erróneo',
    without: 'Omite estos campos de la cabecera, como Content-Type',
    fields: 'Campos de la cabecera que se envían en lugar de los correctos, como `{ Location: /otra }`',
    cookie:
      'Pone mal el contador de visitas: el mismo valor otra vez, otro nombre, caducado, una fecha que no lo es, o ninguno',
  },
)

/** A fault with what is broken. */
export type AnswerFault = z.output<typeof answerFault>
