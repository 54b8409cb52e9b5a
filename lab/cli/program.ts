import { basename, relative } from 'node:path'

/**
 * How the person calls this program, so that what they are told to type works as it stands: `npx lab` where npm started it
 * or installed it for one project, `lab` where it is on the path, else the launcher's file.
 */
export function programOf(
  environment: Readonly<Record<string, string | undefined>>,
  script: string,
  folder: string,
): string {
  // A launcher on an older Node, and a start that detaches, call the program anew and hand down how they were called.
  const called = environment['LAB_CALLED'] ?? script
  if (environment['npm_execpath'] !== undefined || /[\\/]node_modules[\\/]/.test(called)) return 'npx lab'
  if (!called.endsWith('.js')) return basename(called)
  const near = relative(folder, called)
  return `node ${quoted(near.startsWith('..') ? called : near)}`
}

/** The text with each command that stands in it in backquotes, as in `lab stop`, written as the person can type it. */
export function typable(text: string, program: string): string {
  return text.replace(/`lab((?: [^`]*)?)`/g, (_, words: string) => `${program}${words}`)
}

/** A word of a command line, in quotes if a shell would take it for several. */
export function quoted(word: string): string {
  return /^[\w@%+=:,.~/\\-]+$/.test(word) ? word : `"${word}"`
}
