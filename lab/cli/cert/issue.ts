import { exit } from '../command.ts'
import {
  filesOf,
  keyKindOf,
  openPlace,
  readyFolder,
  tell,
  wishesOf,
  writeFiles,
  wrong,
  type Verb,
} from './verb.ts'

/** Makes a key and a certificate for it. */
export const verb: Verb = async (call) => {
  const [name] = call.words
  if (name === undefined)
    throw wrong({
      en: 'name what the certificate is for, as in `lab cert issue www.sstt9721.org`',
      es: 'di para qué es el certificado, como en `lab cert issue www.sstt9721.org`',
    })
  const { authority, folder } = await openPlace(call)
  const out = await readyFolder(call, folder, name)
  const made = await authority.issueNew({ names: [...call.words], ...wishesOf(call) }, keyKindOf(call))
  await writeFiles(call, out, filesOf(made))
  tell(call, made.certificate)
  return exit.done
}
