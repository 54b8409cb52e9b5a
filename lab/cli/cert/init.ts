import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Text } from '../../service.ts'
import { exit } from '../command.ts'
import { keyKindOf, openPlace, type Verb } from './verb.ts'

/** Makes the authority, with keys of the kind that is asked for; what is there stays as it is. */
export const verb: Verb = async (call) => {
  const keyKind = keyKindOf(call)
  const intermediate = call.is('intermediate')
  const { authority, folder } = await openPlace(call, { ...(keyKind && { keyKind }), intermediate })
  const below = join(folder, 'intermediate')
  const had = { root: hasKey(folder), intermediate: hasKey(below) }
  await authority.authority()
  call.io.say(had.root ? rootStays(folder) : rootMade(folder))
  if (!had.intermediate && hasKey(below))
    call.io.say({
      en: `${below}: an intermediate under it is made, and signs from now on`,
      es: `${below}: está creada una autoridad intermedia por debajo, que firma desde ahora`,
    })
  const isKept = had.root && (had.intermediate || !intermediate)
  if (keyKind !== undefined && isKept)
    call.io.say({
      en: `--key ${keyKind} changes nothing: a key that is there stays. For another authority delete ${folder}`,
      es: `--key ${keyKind} no cambia nada: una clave que ya existe se conserva. Para tener otra autoridad borra ${folder}`,
    })
  return exit.done
}

function hasKey(folder: string): boolean {
  return existsSync(join(folder, 'private', 'cakey.pem'))
}

function rootStays(folder: string): Text {
  return {
    en: `${folder}: the authority was there already; its key stays`,
    es: `${folder}: la autoridad ya existía; su clave se conserva`,
  }
}

function rootMade(folder: string): Text {
  return {
    en: `${folder}: the authority is made. Clients must be told to trust cacert.pem: \`lab cert trust\``,
    es: `${folder}: la autoridad está creada. Hay que decir a los clientes que confíen en cacert.pem: \`lab cert trust\``,
  }
}
