/** The frame of every HTML page that the lab itself makes for visitors: head, common style, and text made harmless. */
import { fieldLines } from '../kit/http/answer.ts'
import type { Text } from '../service.ts'

/** A whole answer but for its status. */
export interface Page {
  readonly fields: string
  /** One character for each octet. */
  readonly body: string
}

/** What one page has of its own. */
export interface PageContent {
  readonly language: keyof Text
  /** As plain text. */
  readonly title: string
  /** CSS after the common one: `--width` and `--top` place the body, `--accent` is the lab's color. */
  readonly style: string
  /** HTML. */
  readonly body: string
  /** More header fields. */
  readonly fields?: Readonly<Record<string, string>>
}

const common =
  ':root{color-scheme:light dark;--accent:light-dark(#c2410c,#ff9a5c);--width:44rem;--top:8vh}' +
  'body{font:1.1rem/1.6 system-ui,sans-serif;max-width:var(--width);margin:var(--top) auto;padding:0 1.25rem}' +
  'h1{font-size:1.6rem;line-height:1.25}a{color:light-dark(#1d4ed8,#8ab4ff)}'

/** A page in its reader's language. */
export function htmlPage({ language, title, style, body, fields }: PageContent): Page {
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${common}${style}</style></head>
<body>${body}</body>
</html>
`
  return {
    fields: fieldLines({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Language': language,
      ...fields,
      // RFC 9110 §12.5.5: another reader gets another page.
      Vary: 'Accept-Language',
    }),
    body: Buffer.from(html, 'utf8').toString('latin1'),
  }
}

/** Text as it stands in an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
