/** What a scenario tells its student: `en.md` and `es.md` in its folder. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LabError } from '../host/error.ts'
import { FileError, type Text } from '../service.ts'
import { Files } from './files.ts'
import type { Scenario } from './scenario.ts'

/** True if the scenario has a guide, in whatever language. */
export function hasGuide(scenario: Pick<Scenario, 'sources'>): boolean {
  return place(scenario, 'en') !== undefined
}

/**
 * The guide in Markdown, filled in for the student: in that language, else in the other one; undefined if there is none.
 * Throws if it cannot be read or filled in.
 */
export function guideOf(
  scenario: Pick<Scenario, 'sources' | 'variables'>,
  language: keyof Text,
): string | undefined {
  const found = place(scenario, language)
  try {
    return found && new Files([found.folder], scenario.variables).text(found.name)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new LabError(error.text, { blame: 'wrong', problems: error.problems, cause: error })
  }
}

/** A guide is its scenario's own: what an extended scenario tells need not hold here. */
function place(
  { sources: [own = ''] }: Pick<Scenario, 'sources'>,
  language: keyof Text,
): { readonly folder: string; readonly name: string } | undefined {
  const folder = dirname(own)
  const other = { en: 'es', es: 'en' }[language]
  const name = [language, other].map((each) => `${each}.md`).find((each) => existsSync(join(folder, each)))
  return name === undefined ? undefined : { folder, name }
}
