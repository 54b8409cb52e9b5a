/** Explains public keys: which algorithm, how large, and how much that protects. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Text } from '../../lab/service.ts'
import type { DerNode } from '../der-reader.ts'
import { identifierOf } from './read.ts'
import { row, say, type Explanation, type Level } from './row.ts'

interface Verdict {
  readonly value: string
  readonly text: Text
  readonly level: Level
}

const TITLE = say('Public key', 'Clave pública')
const CURVES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
])
/** Keys whose name says their size. */
const OTHERS: ReadonlyMap<string, Text> = new Map([
  [
    'ed25519',
    say(
      'A modern signature key on a curve, 256 bits; few browsers take it in certificates yet.',
      'Una clave de firma moderna sobre una curva, de 256 bits; pocos navegadores la aceptan aún en certificados.',
    ),
  ],
  [
    'ed448',
    say(
      'A modern signature key on a curve, 456 bits; few browsers take it in certificates yet.',
      'Una clave de firma moderna sobre una curva, de 456 bits; pocos navegadores la aceptan aún en certificados.',
    ),
  ],
  [
    'x25519',
    say(
      'A key for agreeing on secrets, which cannot sign: TLS cannot identify anybody by it.',
      'Una clave para acordar secretos, que no puede firmar: TLS no puede identificar a nadie con ella.',
    ),
  ],
])

/** The key in a SubjectPublicKeyInfo; undefined if its kind is not known here. */
export function readPublicKey(publicKey: DerNode): KeyObject | undefined {
  try {
    return createPublicKey({ key: publicKey.der(), type: 'spki', format: 'der' })
  } catch {
    // Any algorithm may stand here; what OpenSSL does not know is explained by its identifier alone.
    return undefined
  }
}

/** Explains a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export function explainKey(publicKey: DerNode): Explanation {
  const key = readPublicKey(publicKey)
  const { value, text, level } = key === undefined ? unknownKey(publicKey) : verdictOn(key)
  return row(TITLE, value, text, level)
}

function verdictOn(key: KeyObject): Verdict {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details = {} } = key
  if (type === 'rsa' || type === 'rsa-pss')
    return rsaVerdict(type, details.modulusLength ?? 0, details.publicExponent)
  if (type === 'ec') return curveVerdict(details.namedCurve)
  if (type === 'dsa')
    return {
      value: `DSA ${details.modulusLength ?? '?'}`,
      text: say(
        'DSA is given up: no browser accepts it, and TLS 1.3 has no place for it.',
        'DSA está abandonado: ningún navegador lo acepta y TLS 1.3 no lo contempla.',
      ),
      level: 'bad',
    }
  return {
    value: type.toUpperCase(),
    text: OTHERS.get(type) ?? otherText(),
    level: OTHERS.has(type) ? 'plain' : 'warning',
  }
}

function rsaVerdict(type: string, bits: number, exponent: bigint | undefined): Verdict {
  const value = `${type.toUpperCase()} ${bits}${exponent === undefined ? '' : `, e = ${exponent}`}`
  if (bits < 2048)
    return {
      value,
      text: say(
        `An RSA modulus of ${bits} bits can be factored or soon will be; 2048 are the least that browsers accept.`,
        `Un módulo RSA de ${bits} bits se puede factorizar, o pronto se podrá; los navegadores exigen al menos 2048.`,
      ),
      level: 'bad',
    }
  if (exponent !== undefined && exponent < 257n)
    return {
      value,
      text: say(
        'The modulus is large enough, but so small a public exponent has made errors of software exploitable; 65537 is usual.',
        'El módulo es suficiente, pero con un exponente público tan pequeño se han explotado errores de software; lo habitual es 65537.',
      ),
      level: 'warning',
    }
  const strength = bits < 3072 ? 112 : bits < 7680 ? 128 : 192
  return {
    value,
    text: say(
      `An RSA key whose modulus has ${bits} bits: about as hard to break as a ${strength}-bit cipher key. Whoever has the private half can sign as the subject.`,
      `Una clave RSA cuyo módulo tiene ${bits} bits: romperla cuesta más o menos como una clave de cifrado de ${strength} bits. Quien tenga la mitad privada puede firmar como el titular.`,
    ),
    level: 'good',
  }
}

function curveVerdict(named: string | undefined): Verdict {
  const curve = CURVES.get(named ?? '')
  if (curve === undefined)
    return {
      value: `EC ${named ?? '?'}`,
      text: say(
        'A key on an elliptic curve that browsers do not accept in certificates.',
        'Una clave sobre una curva elíptica que los navegadores no aceptan en certificados.',
      ),
      level: 'warning',
    }
  const strength = curve === 'P-256' ? 128 : curve === 'P-384' ? 192 : 256
  return {
    value: `EC ${curve}`,
    text: say(
      `A key on the elliptic curve ${curve}: about as hard to break as a ${strength}-bit cipher key, and much shorter than an RSA key of that strength.`,
      `Una clave sobre la curva elíptica ${curve}: romperla cuesta más o menos como una clave de cifrado de ${strength} bits, y es mucho más corta que una RSA equivalente.`,
    ),
    level: 'good',
  }
}

function unknownKey(publicKey: DerNode): Verdict {
  const identifier = publicKey.sequence()[0]?.sequence()[0]
  return {
    value: identifier === undefined ? '?' : identifierOf(identifier),
    text: otherText(),
    level: 'warning',
  }
}

function otherText(): Text {
  return say(
    'A kind of key that few programs know, or one that is badly encoded.',
    'Un tipo de clave que pocos programas conocen, o que está mal codificada.',
  )
}
