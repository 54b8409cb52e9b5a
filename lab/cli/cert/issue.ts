import { exit } from '../command.ts'
import { handOut } from './files.ts'
import { keyKindOf, openPlace, wishesOf, wrong, type Verb } from './verb.ts'

/** Makes a key and a certificate for it. */
export const verb: Verb = async (call) => {
  const [name] = call.words
  if (name === undefined)
    throw wrong({
      en: 'name what the certificate is for, as in `lab cert issue www.sstt9721.org`',
      es: 'di para qué es el certificado, como en `lab cert issue www.sstt9721.org`',
    })
  const { authority, folder } = await openPlace(call)
  await handOut(call, { folder, name }, () =>
    authority.issueNew({ names: [...call.words], ...wishesOf(call) }, keyKindOf(call)),
  )
  return exit.done
}
