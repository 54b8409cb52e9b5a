/** Tables as CSV (RFC 4180), read so that whatever is not changed is written back to the octet. */

/** One cell: how it stands in the file, and what it says. */
export interface Cell {
  readonly raw: string
  readonly value: string
}

/** One line, with what ends it. */
export interface Row {
  readonly cells: readonly Cell[]
  readonly end: string
  /** Where it begins, counted from 1: quotes may hold ends of lines. */
  readonly line: number
}

/** A cell as it is written: in quotes if it needs them, or if it shall have them. */
export function cellText(value: string, isQuoted = false): string {
  return isQuoted || /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** What separates cells: the sign that the first line has most of, outside of quotes. */
export function separatorOf(text: string): string {
  const head = text.slice(0, text.search(/\r|\n|$/)).replace(/"[^"]*"/g, '')
  const count = (sign: string): number => head.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}

/** The rows of a text without its byte order mark. */
export function readTable(text: string, separator: string): Row[] {
  const rows: Row[] = []
  let cells: Cell[] = []
  let [line, begun] = [1, 1]
  const pattern = /"[^"]*(?:""[^"]*)*"?[^"\r\n]*?(?=SEPARATOR|\r|\n|$)|[^\r\n]*?(?=SEPARATOR|\r|\n|$)/.source
  const next = new RegExp(
    `(${pattern.replaceAll('SEPARATOR', separator)})(${separator}|\\r\\n|\\r|\\n|$)`,
    'y',
  )
  while (next.lastIndex < text.length || cells.length > 0) {
    const [, raw = '', end = ''] = next.exec(text) ?? []
    cells.push({ raw, value: valueOf(raw) })
    line += linesIn(raw)
    if (end === separator) continue
    rows.push({ cells, end, line: begun })
    cells = []
    line += 1
    begun = line
    if (end === '') break
  }
  return rows
}

/** The line in which quotes open that never close; undefined if all do. */
export function openQuote(rows: readonly Row[]): number | undefined {
  for (const { cells, line } of rows) {
    const at = cells.findIndex(({ raw }) => raw.startsWith('"') && !/^"[^"]*(?:""[^"]*)*"/.test(raw))
    if (at >= 0) return cells.slice(0, at).reduce((sum, { raw }) => sum + linesIn(raw), line)
  }
  return undefined
}

/** The text of rows. */
export function tableText(rows: readonly Row[], separator: string): string {
  return rows.map(({ cells, end }) => cells.map(({ raw }) => raw).join(separator) + end).join('')
}

function linesIn(raw: string): number {
  return raw.split(/\r\n|\r|\n/).length - 1
}

function valueOf(raw: string): string {
  return raw.startsWith('"')
    ? raw
        .slice(1)
        .replace(/"([^"]*)$/, '$1')
        .replaceAll('""', '"')
    : raw
}
