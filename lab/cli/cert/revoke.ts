import { isReason, revocationReasons } from '../../../certs/crl.ts'
import { nearest } from '../../kit/nearest.ts'
import { exit } from '../command.ts'
import { findEntry, nameOf, openPlace, wrong, type Verb } from './verb.ts'

/** Has a certificate count no more. */
export const verb: Verb = async (call) => {
  const reason = call.text('reason') ?? 'unspecified'
  if (!isReason(reason)) {
    const known = Object.keys(revocationReasons)
    const near = nearest(reason, known)
    throw wrong({
      en: `--reason takes ${known.join(', ')}, not "${reason}"${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
      es: `--reason espera ${known.join(', ')}, no "${reason}"${near === undefined ? '' : ` (¿querías decir "${near}"?)`}`,
    })
  }
  const { authority } = await openPlace(call)
  const entry = await findEntry(authority, call.words[0], true)
  await authority.revoke(entry.serial, reason)
  // The list that it belongs to is that of the intermediate or of the root.
  await authority.crl()
  await authority.crl('root')
  const was = entry.revoked !== undefined
  call.io.say({
    en: `${entry.serial} (${nameOf(entry)}): ${was ? 'was revoked already, and its date and reason stay' : 'revoked; it counts no more from the next handshake on'}`,
    es: `${entry.serial} (${nameOf(entry)}): ${was ? 'ya estaba revocado; su fecha y su motivo se conservan' : 'revocado; ya no vale desde la siguiente negociación'}`,
  })
  return exit.done
}
