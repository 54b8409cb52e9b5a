/** The answers that a student writes down. */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SolvedLab } from '../../lab/solution.ts'

/** Adds a line to the file of answers. */
export function answer({ folder }: Pick<SolvedLab, 'folder'>, about: string, said: string): Promise<void> {
  return appendFile(join(folder, 'answers.txt'), `${about}: ${said}\n`)
}
