import { fieldLines } from '../kit/http/answer.ts'
import { reasonPhrase } from '../kit/http/status.ts'
import { reasons, type Language, type Reason } from './words.ts'

/** A whole answer but for its status. */
export interface Page {
  readonly fields: string
  /** One character for each octet. */
  readonly body: string
}

const style =
  ':root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}' +
  'h1{font-size:1.6rem;margin:0}h1 b{color:light-dark(#c2410c,#ff9a5c)}hr{border:0;border-top:1px solid #8886}small{opacity:.7}'

/** The HTML page that tells the reason of a status; made once for each reason and language. */
export class Pages {
  readonly #made = new Map<string, Page>()

  page(status: number, reason: Reason, language: Language): Page {
    const key = `${status} ${reason} ${language}`
    const made = this.#made.get(key)
    if (made !== undefined) return made
    const page = makePage(status, reason, language)
    this.#made.set(key, page)
    return page
  }
}

function makePage(status: number, reason: Reason, language: Language): Page {
  const title = `${status} ${reasonPhrase(status)}`.trim()
  const home = { en: 'Start page', es: 'Página de inicio' }[language]
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><h1><b>${status}</b> ${reasonPhrase(status)}</h1>
<p>${escape(reasons[reason][language])}</p>
<hr><p><small><a href="/">${home}</a> · telelab</small></p></body>
</html>
`
  return {
    fields: fieldLines({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Language': language,
      // RFC 9110 §12.5.5: another reader gets another page.
      Vary: 'Accept-Language',
    }),
    body: Buffer.from(html, 'utf8').toString('latin1'),
  }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
