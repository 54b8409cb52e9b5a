import { exit } from '../command.ts'
import {
  filesOf,
  openPlace,
  readyFolder,
  readNamed,
  tell,
  wishesOf,
  writeFiles,
  wrong,
  type Verb,
} from './verb.ts'

/** Certifies the key of a request that somebody else has made. */
export const verb: Verb = async (call) => {
  const [path, ...names] = call.words
  if (path === undefined)
    throw wrong({
      en: 'name a request, as in `lab cert sign request.pem`; openssl req -new makes one',
      es: 'nombra una petición, como en `lab cert sign request.pem`; openssl req -new hace una',
    })
  const { authority, folder } = await openPlace(call)
  const request = await readNamed(call, path)
  const wanted = { ...wishesOf(call), ...(names.length > 0 && { names }) }
  const name = path.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '') || 'request'
  const out = await readyFolder(call, folder, name)
  const signed = await authority.sign(request, wanted)
  await writeFiles(call, out, filesOf(signed, `${name}-`))
  tell(call, signed.certificate)
  return exit.done
}
