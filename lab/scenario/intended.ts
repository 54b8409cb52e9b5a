/** Warnings that a scenario means: to tell them would give away what a student is to find. */
import type { Problem } from '../service.ts'
import { pathText } from './problems.ts'
import { placeOf, type Tree } from './tree.ts'

/** The problems without the warnings that say one of the texts; errors stay, and what nothing says any more is told where `file` says it. */
export function withoutIntended(
  problems: readonly Problem[],
  intended: readonly string[],
  { tree, file }: { readonly tree: Tree; readonly file: string },
): Problem[] {
  const says = ({ message: { en, es } }: Problem, text: string): boolean =>
    en.includes(text) || es.includes(text)
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  const meant = new Set(warnings.filter((warning) => intended.some((text) => says(warning, text))))
  // Where something is wrong, not every part has been looked at.
  const isWhole = warnings.length === problems.length
  const idle = (isWhole ? intended : []).flatMap((text, index): Problem[] => {
    const path = ['intended', index]
    const place = placeOf(tree, path)
    // A scenario that takes a service away has lost its warnings with it.
    if (place.file !== file || warnings.some((warning) => says(warning, text))) return []
    return [{ ...place, path: pathText(path), severity: 'warning', message: notSaid(text) }]
  })
  return [...problems.filter((problem) => !meant.has(problem)), ...idle]
}

function notSaid(text: string): Problem['message'] {
  return { en: `no warning says "${text}"`, es: `ningún aviso dice «${text}»` }
}
