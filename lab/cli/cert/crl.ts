import { basename, dirname, resolve } from 'node:path'
import { exit } from '../command.ts'
import { writeFiles } from './files.ts'
import { openPlace, wrong, type Verb } from './verb.ts'

/** Prints a list of revocations, or writes it to a file: of what signs, or of the root, which are two where there is an intermediate. */
export const verb: Verb = async (call) => {
  const [of = 'issuer'] = call.words
  if (of !== 'issuer' && of !== 'root')
    throw wrong({
      en: `\`lab cert crl\` takes issuer (what signs, the default) or root, not "${of}"`,
      es: `\`lab cert crl\` espera issuer (quien firma, por defecto) o root (la raíz), no "${of}"`,
    })
  const { authority } = await openPlace(call)
  const content = await authority.crl(of)
  const out = call.text('out')
  if (out === undefined) {
    call.io.say(content.trimEnd())
    return exit.done
  }
  const path = resolve(call.io.folder, out)
  const text = { en: 'the list of revocations', es: 'la lista de revocaciones' }
  await writeFiles(call, dirname(path), [{ name: basename(path), content, text }])
  return exit.done
}
