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
}

/** A cell as it is written: in quotes if it needs them, or if it shall have them. */
export function cellText(value: string, isQuoted = false): string {
  return isQuoted || /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** The rows of a text without its byte order mark. */
export function readTable(text: string, separator: string): Row[] {
  const rows: Row[] = []
  let cells: Cell[] = []
  const pattern = /"(?:[^"]|"")*"?[^"\r\n]*?(?=SEPARATOR|\r|\n|$)|[^\r\n]*?(?=SEPARATOR|\r|\n|$)/.source
  const next = new RegExp(
    `(${pattern.replaceAll('SEPARATOR', separator)})(${separator}|\\r\\n|\\r|\\n|$)`,
    'y',
  )
  while (next.lastIndex < text.length || cells.length > 0) {
    const [, raw = '', end = ''] = next.exec(text) ?? []
    cells.push({ raw, value: valueOf(raw) })
    if (end === separator) continue
    rows.push({ cells, end })
    cells = []
    if (end === '') break
  }
  return rows
}

/** The text of rows. */
export function tableText(rows: readonly Row[], separator: string): string {
  return rows.map(({ cells, end }) => cells.map(({ raw }) => raw).join(separator) + end).join('')
}

function valueOf(raw: string): string {
  return raw.startsWith('"')
    ? raw
        .slice(1)
        .replace(/"([^"]*)$/, '$1')
        .replaceAll('""', '"')
    : raw
}
