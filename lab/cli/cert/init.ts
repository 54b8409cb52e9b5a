import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { exit } from '../command.ts'
import { keyKindOf, openPlace, type Verb } from './verb.ts'

/** Makes the authority, with a key of the kind that is asked for; one that is there stays as it is. */
export const verb: Verb = async (call) => {
  const keyKind = keyKindOf(call)
  const intermediate = call.is('intermediate')
  const { authority, folder } = await openPlace(call, { ...(keyKind && { keyKind }), intermediate })
  const isOld = existsSync(join(folder, 'private', 'cakey.pem'))
  await authority.authority()
  call.io.say(
    isOld
      ? {
          en: `${folder}: the authority was there already; its key stays`,
          es: `${folder}: la autoridad ya existía; su clave se conserva`,
        }
      : {
          en: `${folder}: the authority is made. Clients must be told to trust cacert.pem: \`lab cert trust\``,
          es: `${folder}: la autoridad está creada. Hay que decir a los clientes que confíen en cacert.pem: \`lab cert trust\``,
        },
  )
  return exit.done
}
