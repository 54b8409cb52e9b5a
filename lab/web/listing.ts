import type { Entry, Listing } from '../kit/http/folder-list.ts'
import { escapeHtml, htmlPage, type Page } from './html.ts'
import type { Language } from './words.ts'

const words = {
  en: {
    title: 'Index of',
    name: 'Name',
    size: 'Size',
    modified: 'Modified (UTC)',
    parent: 'Parent folder',
    empty: 'This folder has nothing to show.',
    folders: ['folder', 'folders'],
    files: ['file', 'files'],
    more: (count: string) => `The folder holds more: the list ends at ${count} entries.`,
  },
  es: {
    title: 'Índice de',
    name: 'Nombre',
    size: 'Tamaño',
    modified: 'Modificado (UTC)',
    parent: 'Carpeta superior',
    empty: 'Esta carpeta no tiene nada que mostrar.',
    folders: ['carpeta', 'carpetas'],
    files: ['fichero', 'ficheros'],
    more: (count: string) => `La carpeta contiene más: la lista termina en ${count} entradas.`,
  },
} as const

/** A picture as a CSS mask, so that it takes the color of the text. */
const mask = (path: string): string =>
  `url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='${path}'/%3E%3C/svg%3E")`

const folderIcon = mask('M1 4a2 2 0 0 1 2-2h3l2 2h5a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2z')
const fileIcon = mask(
  'M3 2.5A1.5 1.5 0 0 1 4.5 1H9v4h4v8.500a1.500 1.500 0 0 1-1.500 1.500h-7A1.500 1.500 0 0 1 3 13.500zM10 1l3 3h-3z',
)
const upIcon = mask('M8 2l6 6h-4v6H6V8H2z')

const style =
  ':root{--line:light-dark(#0002,#fff2);--width:56rem;--top:6vh}*{box-sizing:border-box}body{font-size:1.05rem;line-height:1.5}' +
  'h1{margin:0 0 1.25rem;overflow-wrap:anywhere}h1 b{color:var(--accent)}' +
  'table{width:100%;border-collapse:collapse}th,td{padding:.45rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}' +
  'th{font-size:.85rem;font-weight:600;opacity:.7}td{white-space:nowrap;font-variant-numeric:tabular-nums}' +
  'tbody tr:hover{background:light-dark(#0000000a,#ffffff0f)}' +
  '.s{text-align:right}.t{opacity:.7}.n{width:100%;white-space:normal;overflow-wrap:anywhere;padding-left:2.2rem;position:relative}' +
  'a{text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}' +
  'td.n::before{content:"";position:absolute;left:.6rem;top:.75rem;width:1rem;height:1rem;background:currentColor;opacity:.5;-webkit-mask:var(--i);mask:var(--i)}' +
  `.f{--i:${fileIcon}}.d{--i:${folderIcon}}.u{--i:${upIcon}}td.d::before,td.u::before{background:var(--accent);opacity:1}` +
  'footer{margin-top:1rem;opacity:.7;font-size:.9rem}' +
  '@media(max-width:36rem){body{margin-top:1.5rem}thead{display:none}tr{display:grid;grid-template-columns:1fr auto;column-gap:1rem;border-bottom:1px solid var(--line)}' +
  'td{border:0;padding:.55rem .25rem}.n{width:auto;padding-left:1.75rem}td.n::before{left:.25rem;top:.85rem}' +
  '.t{grid-column:1/-1;padding:0 0 .5rem 1.75rem;margin-top:-.4rem;font-size:.85rem}.t time::after{content:" UTC"}td:empty{display:none}}'

/** The page that lists a folder; `path` is as `decodePath` gives it and ends with a slash. */
export function listingPage(path: string, { entries, isWhole }: Listing, language: Language): Page {
  const said = words[language]
  const parent =
    path === '/' ? '' : `<tr><td class="n u"><a href="../">${said.parent}</a></td><td></td><td></td></tr>\n`
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const rows = inOrder(entries, language).map((entry) => row(entry, numbers))
  const table = `<table>
<thead><tr><th class="n">${said.name}</th><th class="s">${said.size}</th><th>${said.modified}</th></tr></thead>
<tbody>
${parent}${rows.join('')}</tbody>
</table>`
  const empty = entries.length === 0 && isWhole ? `<p>${said.empty}</p>\n` : ''
  const more = isWhole ? '' : `<p>${said.more(numbers.format(entries.length))}</p>\n`
  const body = `<h1>${said.title} <b><bdi>${escapeHtml(path)}</bdi></b></h1>
${rows.length === 0 && parent === '' ? '' : `${table}\n`}${empty}${more}<footer>${summary(entries, language, numbers)} · telelab</footer>`
  return htmlPage({ language, title: `${said.title} ${path}`, style, body })
}

/** Folders first, then by name as a person counts: `9` before `10`. */
function inOrder(entries: readonly Entry[], language: Language): readonly Entry[] {
  const collator = new Intl.Collator(language, { numeric: true })
  return entries.toSorted((a, b) =>
    a.kind === b.kind ? collator.compare(a.name, b.name) : a.kind === 'folder' ? -1 : 1,
  )
}

function row({ name, kind, size, modified }: Entry, numbers: Intl.NumberFormat): string {
  const slash = kind === 'folder' ? '/' : ''
  // A relative reference; the colon, which would make a scheme of what stands before it, is encoded, too (RFC 3986 §4.2).
  const link = `<a href="${escapeHtml(encodeURIComponent(name))}${slash}"><bdi>${escapeHtml(shown(name))}</bdi>${slash}</a>`
  const sizeCell =
    kind === 'folder'
      ? '<td class="s"></td>'
      : `<td class="s" title="${numbers.format(size)} B">${sizeText(size, numbers)}</td>`
  const kindClass = kind === 'folder' ? 'd' : 'f'
  return `<tr><td class="n ${kindClass}">${link}</td>${sizeCell}<td class="t">${timeElement(modified)}</td></tr>\n`
}

/** Without the characters that would turn the rest around, so that `gpj.exe` reads as `exe.jpg`. */
function shown(name: string): string {
  return name.replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

function timeElement(modified: number): string {
  // A file system can hold years that no calendar of ours has.
  if (!(modified >= 0 && modified < Date.UTC(10_000, 0))) return ''
  const text = new Date(modified).toISOString().slice(0, 16)
  return `<time datetime="${text}Z">${text.replace('T', ' ')}</time>`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** In the unit that leaves at most three digits before the point, and one behind it if there is but one before. */
function sizeText(size: number, numbers: Intl.NumberFormat): string {
  let step = 0
  let value = size
  // From here on it would be rounded to 1000 of its unit.
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000
    step += 1
  }
  return `${numbers.format(value < 9.95 ? value : Math.round(value))} ${units[step]}`
}

function summary(entries: readonly Entry[], language: Language, numbers: Intl.NumberFormat): string {
  const folders = entries.filter(({ kind }) => kind === 'folder').length
  const said = words[language]
  const count = (many: number, [one, several]: readonly [string, string]): string =>
    `${numbers.format(many)} ${many === 1 ? one : several}`
  return `${count(folders, said.folders)}, ${count(entries.length - folders, said.files)}`
}
