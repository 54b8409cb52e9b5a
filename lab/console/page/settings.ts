/** What the reader chose, kept by the browser for the next visit where it lets the page. */
import type { Language } from './context.ts'

/** How bright the page is; `system`: as the rest of the machine. */
export type Theme = 'system' | 'light' | 'dark'

const themes: readonly Theme[] = ['system', 'light', 'dark']

/** The language that the address asks for (`?lang=es`), else the one chosen before, else the browser's. */
export function chosenLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? kept('language')
  if (asked === 'en' || asked === 'es') return asked
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())
  return spoken.find((tag) => tag === 'en' || tag === 'es') === 'es' ? 'es' : 'en'
}

/** Keeps a language, and takes the one that the address asks for out of it. */
export function chooseLanguage(language: Language): void {
  keep('language', language)
  const address = new URL(location.href)
  if (!address.searchParams.has('lang')) return
  address.searchParams.delete('lang')
  history.replaceState(null, '', address)
}

/** The theme that was chosen before. */
export function chosenTheme(): Theme {
  const asked = kept('theme')
  return themes.find((theme) => theme === asked) ?? 'system'
}

/** Keeps a theme and shows the page in it. */
export function chooseTheme(theme: Theme): void {
  keep('theme', theme)
  showTheme(theme)
}

/** Shows the page in a theme. */
export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`telelab.${name}`)
  } catch {
    // A browser that keeps nothing refuses even to look.
    return null
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`telelab.${name}`, value)
  } catch {
    // Then it holds until the page is closed.
    return
  }
}
