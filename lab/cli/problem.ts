import { relative } from 'node:path'
import type { Problem } from '../service.ts'
import type { Io } from './command.ts'

/** `file:line:column path: message`, as editors and compilers write it. */
export function problemLine(problem: Problem, io: Io): string {
  const { file, line, column, path, message, severity } = problem
  const warning = severity === 'warning' ? io.pick({ en: 'warning: ', es: 'aviso: ' }) : ''
  const near = relative(io.folder, file)
  return `${near.startsWith('..') ? file : near}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${warning}${io.pick(message)}`
}
