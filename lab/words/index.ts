import type { Text } from '../service.ts'
import { english, type Words } from './en.ts'
import { spanish } from './es.ts'

/** A language of the lab. */
export type Language = 'en' | 'es'

export type { Words }

/** The same sentence in both languages. */
export function text(pick: (words: Words) => string): Text {
  return { en: pick(english), es: pick(spanish) }
}

/** The language that `--lang` or the environment asks for: Spanish for `es…`, else English. */
export function languageOf(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const asked = option ?? (environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'])
  return /^es(?:[_.@-]|$)/i.test(asked ?? '') ? 'es' : 'en'
}
