import { isReason, revocationReasons } from '../../../certs/crl.ts'
import { exit } from '../command.ts'
import { findEntry, nameOf, openPlace, wrong, type Verb } from './verb.ts'

/** Has a certificate count no more. */
export const verb: Verb = async (call) => {
  const reason = call.text('reason') ?? 'unspecified'
  if (!isReason(reason)) {
    const known = Object.keys(revocationReasons).join(', ')
    throw wrong({
      en: `--reason takes ${known}, not "${reason}"`,
      es: `--reason espera ${known}, no "${reason}"`,
    })
  }
  const { authority } = await openPlace(call)
  const entry = await findEntry(authority, call.words[0])
  await authority.revoke(entry.serial, reason)
  await authority.crl()
  const was = entry.revoked !== undefined
  call.io.say({
    en: `${entry.serial} (${nameOf(entry)}): ${was ? 'was revoked already' : 'revoked; it counts no more from the next handshake on'}`,
    es: `${entry.serial} (${nameOf(entry)}): ${was ? 'ya estaba revocado' : 'revocado; ya no vale desde la siguiente negociación'}`,
  })
  return exit.done
}
