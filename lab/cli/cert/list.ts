import { styleText } from 'node:util'
import type { RegisterEntry } from '../../../certs/index-line.ts'
import type { Text } from '../../service.ts'
import { exit } from '../command.ts'
import { nameOf, openPlace, type Verb } from './verb.ts'

/** Lists what the authority has certified. */
export const verb: Verb = async (call) => {
  const { authority } = await openPlace(call)
  const entries = await authority.list()
  if (call.is('json')) {
    call.io.say(JSON.stringify(entries, undefined, 2))
    return exit.done
  }
  if (entries.length === 0)
    call.io.say({
      en: 'nothing is certified yet; `lab cert issue NAME` does',
      es: 'todavía no hay nada certificado; `lab cert issue NOMBRE` lo hace',
    })
  const width = entries.reduce((most, entry) => Math.max(most, nameOf(entry).length), 0)
  for (const entry of entries) {
    const state = call.io.pick(stateOf(entry, Date.now()))
    call.io.say(`${entry.serial}  ${nameOf(entry).padEnd(width)}  ${state}`)
  }
  return exit.done
}

function stateOf({ notAfter, revoked }: RegisterEntry, now: number): Text {
  const end = day(notAfter)
  if (revoked !== undefined) {
    const [when, why] = [day(revoked.at), revoked.reason]
    return {
      en: styleText('red', `revoked on ${when} (${why})`),
      es: styleText('red', `revocado el ${when} (${why})`),
    }
  }
  if (notAfter < now)
    return { en: styleText('yellow', `expired on ${end}`), es: styleText('yellow', `caducó el ${end}`) }
  return { en: `valid until ${end}`, es: `válido hasta el ${end}` }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
