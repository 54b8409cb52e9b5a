import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { filesOf } from '../grading/grade-program.ts'
import { LabError, messageOf } from '../host/error.ts'
import { exit, type Call } from './command.ts'
import { domainOf } from './grade-run.ts'
import type { Subject } from './grade-subject.ts'

/** Writes what a server must serve for the cases to make sense into a folder that is new or empty. */
export function writeFiles(call: Call, subject: Subject, wanted: string): number {
  const { io } = call
  const folder = resolve(io.folder, wanted)
  const files = Object.entries(filesOf(subject.parts, domainOf(call, subject)))
  if (files.length === 0) {
    io.say({
      en: 'any server will do: it need serve no files',
      es: 'sirve cualquier servidor: no necesita ficheros',
    })
    return exit.done
  }
  try {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length > 0)
      throw new LabError(
        {
          en: `--files: ${folder} is not empty; name a new folder, so that nothing of yours is written over`,
          es: `--files: ${folder} no está vacía; indica una carpeta nueva, para no sobrescribir nada tuyo`,
        },
        { blame: 'wrong' },
      )
    for (const [name, content] of files) {
      const path = resolve(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
      io.say(path)
    }
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.stateUnwritable(folder, messageOf(error)), { cause: error })
  }
  return exit.done
}
