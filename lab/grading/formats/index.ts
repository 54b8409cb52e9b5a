/** The formats of results, by the name that `--format` takes. */
import { csv } from './csv.ts'
import type { Format } from './format.ts'
import { github, githubAnnotations } from './github.ts'
import { gradescope } from './gradescope.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { moodle } from './moodle.ts'
import type { FormatName } from './names.ts'
import { tap } from './tap.ts'
import { text } from './text.ts'

const writers: Readonly<Record<FormatName, Format>> = {
  text,
  json,
  junit,
  tap,
  gradescope,
  github,
  'github-annotations': githubAnnotations,
  csv,
  moodle,
  html,
}

/** Every format; `text` is for the terminal. */
export const formats: Readonly<Record<string, Format>> = writers

export type { Format, FormatOptions } from './format.ts'
