import { resolve } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { exit } from '../command.ts'
import { openPlace, type Verb } from './verb.ts'

/** Prints the list of revocations, or writes it to a file. */
export const verb: Verb = async (call) => {
  const { authority } = await openPlace(call)
  const list = await authority.crl()
  const out = call.text('out')
  if (out === undefined) call.io.say(list.trimEnd())
  else await writeFile(resolve(call.io.folder, out), list)
  return exit.done
}
