import { z } from 'zod'

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

/** The options of the service, as a scenario writes them. */
export const httpOptions = z.strictObject({
  root: z
    .string()
    .min(1)
    .default('www')
    .describe('Folder of the site, in the scenario; read from disk at each request'),
  index: z
    .string()
    .regex(/^[^/\\]{1,255}$/)
    .default('index.html')
    .describe('File that stands for its folder'),
  types: z
    .record(z.string().regex(/^\.[a-z0-9]{1,16}$/), z.string().regex(/^[ -~]{1,128}$/))
    .default(types)
    .describe('Content-Type of each extension, in lower case with its dot; any other is refused with 415'),
  cookie: z
    .union([z.literal(false), counter])
    .prefault({})
    .describe('The visit counter; false turns it off'),
  language: z
    .enum(['en', 'es'])
    .default('en')
    .describe('Language of error pages for a reader who prefers neither English nor Spanish'),
  idleTimeout: seconds.default(10).describe('Seconds that a connection stays open without a request'),
  requestTimeout: seconds.default(15).describe('Seconds for a request to arrive whole, else 408'),
  maxRequests: z.int().min(1).max(1_000_000).default(100).describe('Requests that one connection may bring'),
})

/** The options with their defaults filled in. */
export type HttpConfig = z.output<typeof httpOptions>

/** What a scenario may break at `http.answer`. */
export const answerFault = z.strictObject({
  status: z
    .int()
    .min(400)
    .max(599)
    .optional()
    .describe('Answers with this status and a page that says it is on purpose'),
  delay: z.int().min(0).max(600_000).optional().describe('Milliseconds before the answer'),
  cut: z.boolean().optional().describe('Ends the connection after half of the body'),
})
