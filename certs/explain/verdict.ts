/** Explains whether a signature is its issuer's. */
import type { DerNode } from '../der-reader.ts'
import { maySign } from './extensions.ts'
import { extensionsOf, isSameName, type Certificate } from './fields.ts'
import { readPublicKey } from './keys.ts'
import type { Signed } from './read.ts'
import { row, say, type Explanation } from './row.ts'
import { isSignedBy } from './signatures.ts'
import type { SigningUsage } from './usage.ts'

const SIGNATURE = say('Signature', 'Firma')

/** Tries the signature with the issuer's key if the issuer is given, else with the key inside if there is one and the names are the same. */
export async function explainSignature(
  what: SigningUsage,
  signed: Signed,
  issuerName: DerNode,
  issuer: Certificate | undefined,
  ownKey?: DerNode,
): Promise<Explanation> {
  const value = `${signed.signature.length * 8} bit`
  if (issuer !== undefined) {
    if (!isSameName(issuerName, issuer.subject)) return row(SIGNATURE, value, texts.otherName, 'bad')
    const isRight = await isSignedBy(signed, readPublicKey(issuer.publicKey))
    if (isRight === undefined) return row(SIGNATURE, value, texts.unknown, 'warning')
    if (!isRight) return row(SIGNATURE, value, texts.wrong, 'bad')
    // A certificate of version 1 cannot say what it may sign; §6.1.4 (k) leaves these to who trusts them.
    return issuer.version === undefined || maySign(extensionsOf(issuer), what)
      ? row(SIGNATURE, value, texts.right, 'good')
      : row(SIGNATURE, value, texts.notAllowed, 'bad')
  }
  if (ownKey === undefined) return row(SIGNATURE, value, texts.unchecked)
  const isRight = await isSignedBy(signed, readPublicKey(ownKey))
  if (isRight === true) return row(SIGNATURE, value, texts.self)
  return isRight === false
    ? row(SIGNATURE, value, texts.selfWrong, 'bad')
    : row(SIGNATURE, value, texts.unknown, 'warning')
}

const texts = {
  unchecked: say(
    "Not checked: that takes the issuer's certificate.",
    'No comprobada: hace falta el certificado del emisor.',
  ),
  unknown: say(
    'It cannot be checked here: algorithm and key do not fit each other, or are not known.',
    'Aquí no se puede comprobar: el algoritmo y la clave no encajan, o no se conocen.',
  ),
  self: say(
    'It fits the key inside: nothing was changed. That proves nothing about who made it; trust in it must come from elsewhere, as by its fingerprint.',
    'Encaja con la clave que lleva dentro: nada se ha modificado. Eso no demuestra quién lo hizo; la confianza debe venir de fuera, por ejemplo de su huella.',
  ),
  selfWrong: say(
    'Issuer and subject have one name, but the key inside did not sign this: it was changed, or another of the same name signed.',
    'Emisor y titular se llaman igual, pero no firmó la clave que lleva dentro: se modificó, o firmó otro del mismo nombre.',
  ),
  otherName: say(
    'The certificate given as the issuer has another name than the issuer named here: it is not the issuer.',
    'El certificado dado como emisor no se llama como el emisor que figura aquí: no es el emisor.',
  ),
  right: say(
    "It was made with the issuer's key, and nothing has been changed since.",
    'Se hizo con la clave del emisor, y nada se ha modificado desde entonces.',
  ),
  notAllowed: say(
    "It was made with that key, but the key's certificate does not let it sign this: it is not an authority's, or its key usage is another. So it counts for nothing.",
    'Se hizo con esa clave, pero el certificado de la clave no le permite firmar esto: no es de una autoridad, o indica otro uso. Así que no vale nada.',
  ),
  wrong: say(
    "It was not made with the issuer's key, or something was changed afterwards.",
    'No se hizo con la clave del emisor, o algo se modificó después.',
  ),
} as const
