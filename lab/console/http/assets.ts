/** The files of the page, its TypeScript without its types. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join, sep } from 'node:path'
import { decodePath } from '../../kit/http/target.ts'

/** A file of the page. */
export interface Asset {
  readonly type: string
  readonly content: string | Buffer
}

/** What the page is made of; nothing else in its folder is served. */
const types: ReadonlyMap<string, string> = new Map([
  ['.ts', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
])

/** Reads the files of the page; a file that has changed since is read again. */
export class Assets {
  readonly #folder: string
  /** Stripped files, each with the time of its last change. */
  readonly #stripped = new Map<string, { readonly at: number; readonly content: string }>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The page itself. */
  index(): Promise<string> {
    return readFile(join(this.#folder, 'index.html'), 'utf8')
  }

  /** The file of a path as it stands in a request, undefined if the page has none of it. */
  async read(path: string): Promise<Asset | undefined> {
    const decoded = decodePath(`/${path}`)
    if (!('path' in decoded)) return undefined
    const type = types.get(extname(decoded.path))
    if (type === undefined) return undefined
    const file = await this.#locate(decoded.path)
    if (file === undefined) return undefined
    return { type, content: extname(file) === '.ts' ? await this.#strip(file) : await readFile(file) }
  }

  /** The file of a path, links followed and proved to lie in the folder. */
  async #locate(path: string): Promise<string | undefined> {
    try {
      const [root, file] = await Promise.all([realpath(this.#folder), realpath(join(this.#folder, path))])
      return file.startsWith(root + sep) && (await stat(file)).isFile() ? file : undefined
    } catch {
      // There is no such file.
      return undefined
    }
  }

  async #strip(file: string): Promise<string> {
    const { mtimeMs: at } = await stat(file)
    const known = this.#stripped.get(file)
    if (known?.at === at) return known.content
    const content = stripTypes(await readFile(file, 'utf8'))
    this.#stripped.set(file, { at, content })
    return content
  }
}

/** The source with blanks in the place of its types, so that lines and columns stay; Node's warning that this may change is kept back. */
function stripTypes(source: string): string {
  const usual = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  process.emitWarning = () => undefined
  try {
    return stripTypeScriptTypes(source)
  } finally {
    if (usual === undefined) Reflect.deleteProperty(process, 'emitWarning')
    else Object.defineProperty(process, 'emitWarning', usual)
  }
}
