/** What browsers and search engines ask of every site, for those that bring no such file of their own. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { wholeLines, type Representation } from '../kit/http/representation.ts'

/** The options of this file, by name. */
export const extraOptions = {
  robots: z
    .union([z.literal(false), z.enum(['allow', 'disallow'])])
    .default(false)
    .describe(
      'Answers /robots.txt where the site has no such file: search engines may visit all of it (allow) or nothing (disallow)',
    ),
  favicon: z
    .union([z.literal(false), z.literal('builtin')])
    .default(false)
    .describe('Answers /favicon.ico with an icon of the lab where the site has no such file'),
}

/** Which of the answers are given. */
export interface ExtraChoice {
  readonly robots: false | 'allow' | 'disallow'
  readonly favicon: false | 'builtin'
  /** They have validators, as files have. */
  readonly validators: boolean
}

/** A screen with a wave on it, as an oscilloscope shows it. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">
<rect x="1" y="3" width="30" height="26" rx="6" fill="#c2410c"/>
<path d="M5 17h5l3-7 6 13 3-6h5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>
</svg>
`

/** When these texts were written last. */
const written = Date.UTC(2026, 10, 21)

// RFC 9309 §2.3: the file is UTF-8 and of type text/plain. §2.2.2: an empty rule forbids nothing.
const robots = {
  allow: made('text/plain; charset=utf-8', 'User-agent: *\nDisallow:\n'),
  disallow: made('text/plain; charset=utf-8', 'User-agent: *\nDisallow: /\n'),
} as const
const favicon = made('image/svg+xml', icon)

/** What the service itself answers at a path (as `decodePath` gives it) at which the folder has nothing, at `now` in milliseconds since 1970; undefined if nothing, too. */
export function extraAnswer(path: string, choice: ExtraChoice, now: number): Representation | undefined {
  const found = extraAt(path, choice)
  const extra = found && { ...found, validators: choice.validators ? found.validators : undefined }
  return extra && { ...extra, lines: wholeLines(extra, now) }
}

type Extra = Omit<Representation, 'lines'>

function extraAt(path: string, choice: ExtraChoice): Extra | undefined {
  if (path === '/robots.txt' && choice.robots !== false) return robots[choice.robots]
  if (path === '/favicon.ico' && choice.favicon !== false) return favicon
  return undefined
}

function made(type: string, body: string): Extra {
  const tag = createHash('sha256').update(body, 'latin1').digest('base64url').slice(0, 16)
  return { type, body, validators: { tag: `"${tag}"`, modified: written } }
}
