import { reasonPhrase } from '../kit/http/status.ts'
import { escapeHtml, htmlPage, type Page } from './html.ts'
import { reasons, type Language, type Reason } from './words.ts'

const style =
  ':root{--width:34rem;--top:12vh}h1{margin:0}h1 b{color:var(--accent)}hr{border:0;border-top:1px solid #8886}small{color:light-dark(#4d4d4d,#b2b2b2)}'

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
  const body = `<h1><b>${status}</b> ${reasonPhrase(status)}</h1>
<p>${escapeHtml(reasons[reason][language])}</p>
<hr><p><small><a href="/">${home}</a> · telelab</small></p>`
  return htmlPage({ language, title, style, body })
}
