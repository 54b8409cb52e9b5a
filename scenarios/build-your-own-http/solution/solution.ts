/** A server that does all that the coursework asks for, run as `lab grade --run` runs a student's. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StudentServer } from '../../../lab/solution.ts'

/** The source of the server. */
export const source: string = readFileSync(join(import.meta.dirname, 'server.ts'), 'utf8')

/** That server, or one that is written otherwise. */
export function serverOf(written: string): StudentServer {
  return { command: `exec "${process.execPath}" server.ts {port} www`, files: { 'server.ts': written } }
}

/** Passes all cases. */
export const server: StudentServer = serverOf(source)
