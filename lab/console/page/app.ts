/** The page around its views: header, navigation, which view is shown, and whether the lab is there. */
import { Api, ApiError } from './api.ts'
import type { Context, Language } from './context.ts'
import { html, icon, setAttribute, setText, View } from './element.ts'
import { formatOf } from './format.ts'
import { Lab } from './lab.ts'
import { addressOf, routeOf, views, type Route, type ViewName } from './router.ts'
import {
  chooseLanguage,
  chosenLanguage,
  chosenTheme,
  chooseTheme,
  showTheme,
  type Theme,
} from './settings.ts'
import { Speaker } from './speaker.ts'
import { english } from './words/en.ts'
import { spanish } from './words/es.ts'

/** Milliseconds between two looks at the lab. */
const OFTEN = 1000

/** Loads a view's element and says which it is; each is loaded when it is first shown. */
const loaders: Readonly<Record<ViewName, (path: readonly string[]) => Promise<string>>> = {
  overview: async () => (await import('./overview/overview.ts'), 'lab-overview'),
  traffic: async ([id]) => (
    await import('./traffic/index.ts'),
    id === undefined ? 'lab-traffic' : 'lab-ladder'
  ),
  tasks: async () => (await import('./views/tasks.ts'), 'lab-tasks'),
  mail: async () => (await import('./mail/mail.ts'), 'lab-mail'),
  zone: async () => (await import('./views/zone.ts'), 'lab-zone'),
  log: async () => (await import('./views/log.ts'), 'lab-log'),
}

class App extends HTMLElement {
  readonly #lab = new Lab((reached) => new Api(reached))
  readonly #speaker = new Speaker()
  #language: Language = chosenLanguage()
  #end = new AbortController()
  #context: Context = this.#makeContext()
  #view: View | undefined
  /** Counts up when the reader goes elsewhere, so that a view that loads late is not shown. */
  #steps = 0
  #update: () => void = () => undefined

  connectedCallback(): void {
    const { signal } = this.#end
    showTheme(chosenTheme())
    addEventListener('hashchange', () => void this.#navigate(true), { signal })
    this.#lab.addEventListener('change', () => this.#update(), { signal })
    const ticking = setInterval(() => this.#update(), OFTEN)
    signal.addEventListener('abort', () => clearInterval(ticking))
    this.#lab.watch(OFTEN, signal)
    // From the first question on the lab keeps its traffic: there is something to see when the reader comes to it. Whether
    // the lab is there, the overview finds out.
    this.#lab.api.call('conversations', { limit: 1 }, signal).catch(() => undefined)
    this.#build()
    void this.#navigate(false)
  }

  disconnectedCallback(): void {
    this.#end.abort()
  }

  /** All that stands around the view, in the reader's language. */
  #build(): void {
    const { words } = this.#context
    document.documentElement.lang = this.#language
    const main = html('main', { id: 'main', tabindex: -1 })
    this.replaceChildren(
      html('a', { class: 'skip', href: '#main', onclick: (event) => this.#skip(event, main) }, words.skip),
      this.#header(),
      html(
        'nav',
        { class: 'nav', 'aria-label': words.navigation },
        html(
          'ul',
          {},
          views.map(({ name, icon: path }) =>
            html(
              'li',
              {},
              html(
                'a',
                { href: addressOf(name), 'data-view': name },
                icon(path),
                html('span', { class: 'nav-long' }, words.views[name]),
                html('span', { class: 'nav-short' }, words.short[name]),
              ),
            ),
          ),
        ),
      ),
      main,
      this.#speaker.node,
    )
    this.#update()
  }

  #header(): HTMLElement {
    const { words } = this.#context
    const title = html('p', { class: 'title' })
    const student = html('dd', {})
    const studentPair = html('div', { hidden: true }, html('dt', {}, words.header.student), student)
    const time = html('time', { class: 'number' })
    const state = html('span', { class: 'badge' })
    const banner = html('p', { class: 'banner', role: 'status' })
    this.#update = () => {
      const { overview, connection } = this.#lab
      if (overview !== undefined) {
        const { format, text } = this.#context
        setText(title, text(overview.title))
        setText(student, overview.student)
        studentPair.hidden = overview.student === ''
        setText(time, format.moment(this.#lab.now()))
        setAttribute(time, 'datetime', new Date(this.#lab.now()).toISOString())
        this.#title()
      }
      setText(state, words.connection[connection])
      setAttribute(state, 'class', `badge ${looks[connection]}`)
      setText(banner, connection === 'gone' || connection === 'strange' ? words.banner[connection] : '')
    }
    return html(
      'header',
      { class: 'header' },
      html('a', { class: 'brand', href: addressOf('overview') }, 'telelab'),
      title,
      html(
        'dl',
        { class: 'facts' },
        studentPair,
        html('div', {}, html('dt', {}, words.header.time), html('dd', {}, time)),
      ),
      state,
      html('div', { class: 'settings' }, this.#languages(), this.#themes()),
      banner,
    )
  }

  #languages(): HTMLElement {
    const select = html(
      'select',
      {
        'aria-label': this.#context.words.language.label,
        onchange: () => this.#speak(select.value === 'es' ? 'es' : 'en'),
      },
      html('option', { value: 'en', lang: 'en' }, english.language.name),
      html('option', { value: 'es', lang: 'es' }, spanish.language.name),
    )
    select.value = this.#language
    return select
  }

  #themes(): HTMLElement {
    const { theme } = this.#context.words
    const names: readonly Theme[] = ['system', 'light', 'dark']
    const select = html(
      'select',
      {
        'aria-label': theme.label,
        onchange: () => chooseTheme(names.find((name) => name === select.value) ?? 'system'),
      },
      names.map((name) => html('option', { value: name }, theme[name])),
    )
    select.value = chosenTheme()
    return select
  }

  #speak(language: Language): void {
    chooseLanguage(language)
    this.#language = language
    this.#context = this.#makeContext()
    this.#view = undefined
    this.#build()
    void this.#navigate(false)
    this.querySelector<HTMLElement>('.settings select')?.focus()
  }

  /** Shows the view of the address; one that is there already may go on with its new path. */
  async #navigate(isByReader: boolean): Promise<void> {
    const step = (this.#steps += 1)
    const route = routeOf(location.hash)
    for (const link of this.querySelectorAll('.nav a'))
      setAttribute(link, 'aria-current', link.getAttribute('data-view') === route.view ? 'page' : undefined)
    try {
      const tag = route.view && (await loaders[route.view](route.path))
      if (step !== this.#steps) return
      if (tag !== undefined && this.#view?.localName === tag && this.#view.moved(route.path, route.query)) {
        this.#title()
        return
      }
      this.#show(tag === undefined ? this.#notice(this.#context.words.viewMissing) : this.#make(tag, route))
    } catch (error) {
      if (step !== this.#steps) return
      this.#show(this.#notice(this.#context.words.viewBroken(this.#context.problem(error))))
    }
    this.#title()
    if (isByReader) this.querySelector<HTMLElement>('main h1')?.focus()
  }

  #make(tag: string, { path, query }: Route): View {
    const view = document.createElement(tag)
    if (!(view instanceof View)) throw new TypeError(`${tag} is no view`)
    view.context = this.#context
    view.path = path
    view.query = query
    return view
  }

  #show(node: HTMLElement): void {
    this.#view = node instanceof View ? node : undefined
    const main = this.querySelector('main')
    main?.replaceChildren(node)
    main?.scrollTo(0, 0)
  }

  #notice(text: string): HTMLElement {
    return html('div', { class: 'view' }, html('h1', { tabindex: -1 }, text))
  }

  #title(): void {
    const { overview } = this.#lab
    const heading = this.querySelector('main h1')?.textContent ?? ''
    const title = [heading, overview === undefined ? '' : this.#context.text(overview.title), 'telelab']
      .filter((piece) => piece !== '')
      .join(' · ')
    if (document.title !== title) document.title = title
  }

  /** The skip link's `#main` is no address of a view. */
  #skip(event: Event, main: HTMLElement): void {
    event.preventDefault()
    main.focus()
  }

  #makeContext(): Context {
    const language = this.#language
    const words = language === 'es' ? spanish : english
    return {
      api: this.#lab.api,
      lab: this.#lab,
      language,
      words,
      format: formatOf(language),
      text: (text) => text[language],
      announce: (message) => this.#speaker.say(message),
      problem: (error) => {
        if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
        if (error.text !== undefined) return error.text[language]
        return error.status === 0 ? words.unreachable : words.refused(error.status)
      },
      go: (address, how) => {
        const hash = `#${address}`
        if (how === 'replace') history.replaceState(null, '', hash)
        else location.hash = hash
      },
    }
  }
}

const looks = { connecting: '', there: 'is-good', gone: 'is-bad', strange: 'is-warn' } as const

customElements.define('lab-app', App)
document.body.append(document.createElement('lab-app'))
