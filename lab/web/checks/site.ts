/** The site that the suites ask for, which an instructor gives to any server. */

/** Octets that no text has: the beginning of a JPEG, line ends, zeros, and a pattern. */
const picture: Buffer = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 0x0d, 0x0a, 0x0d, 0x0a, 0x1a]),
  Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256)),
  Buffer.from([0xff, 0xd9]),
])

/** 300,000 octets in numbered lines of ten, so that what is missing or doubled shows. */
const large: string = Array.from(
  { length: 30_000 },
  (_, index) => `${String(index).padStart(9, '0')}\n`,
).join('')

/** What stands in the file beside the root, which nobody may see. */
export const SECRET = 'telelab: this file lies outside of the root'

/** The files below the root, by path. */
export const pages = {
  '/index.html': '<!doctype html><title>telelab</title><h1>this is the start</h1>\n',
  '/page.html': '<!doctype html><title>telelab</title><h1>this is the page</h1>\n',
  '/other.html': '<!doctype html><title>telelab</title><h1>this is the other</h1>\n',
  // More octets than characters.
  '/accents.html':
    '<!doctype html><meta charset="utf-8"><title>telelab</title><h1>this is the año, 年</h1>\n',
  '/text.txt': 'abcdefghijklmnopqrstuvwxyz\n',
  '/style.css': 'h1 { color: teal }\n',
  '/picture.jpg': picture,
  '/large.txt': large,
  '/folder/index.html': '<!doctype html><title>telelab</title><h1>this is the folder</h1>\n',
} as const satisfies Readonly<Record<string, string | Buffer>>

/** The site as files: what is below `www/` is the root's, `outside.txt` stands beside it. */
export function siteFiles(): Readonly<Record<string, string | Buffer>> {
  const below = Object.entries(pages).map(([path, content]) => [`www${path}`, content] as const)
  return { ...Object.fromEntries(below), 'outside.txt': `${SECRET}\n` }
}
