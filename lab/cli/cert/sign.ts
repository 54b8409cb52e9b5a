import { exit } from '../command.ts'
import { handOut } from './files.ts'
import { openPlace, readNamed, wishesOf, wrong, type Verb } from './verb.ts'

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
  await handOut(call, { folder, name, prefix: `${name}-` }, () => authority.sign(request, wanted))
  return exit.done
}
