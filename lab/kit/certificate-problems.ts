/** What is wrong with a certificate of the scenario's own, and where. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { messageOf } from './error.ts'
import type { Text } from './text.ts'

/** One block of a PEM file (RFC 7468). */
interface Block {
  readonly text: string
  /** Counts from 1. */
  readonly line: number
}

/** A mistake in a file, at a place that counts from 1. */
interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly path: string
  readonly message: Text
}

/** Checks the PEM files of a server's certificate and its key, which TLS with these options would else refuse in words of its own; without a certificate there is none. */
export function certificateProblems(
  certificate: { readonly certificate: string; readonly key: string } | undefined,
  options: SecureContextOptions,
  files: { text(path: string): string },
): readonly Problem[] {
  if (certificate === undefined) return []
  const [chain, secret] = [files.text(certificate.certificate), files.text(certificate.key)]
  const problem = (file: string, line: number, message: Text): readonly Problem[] => [
    { file, line, column: 1, path: '', message },
  ]
  const shown = readChain(chain)
  if ('message' in shown) return problem(certificate.certificate, shown.line, shown.message)
  const key = readKey(secret)
  if ('message' in key) return problem(certificate.key, key.line, key.message)
  if (!shown.leaf.checkPrivateKey(key.key))
    return problem(certificate.key, key.line, {
      en: `this key is not the one of the certificate in ${certificate.certificate} (its first one)`,
      es: `esta clave no es la del certificado de ${certificate.certificate} (el primero)`,
    })
  try {
    // Loaded on use: TLS is 2 MB that a lab without certificates of its own need not have.
    process.getBuiltinModule('node:tls').createSecureContext({ ...options, key: secret, cert: chain })
  } catch (error) {
    const why = messageOf(error)
    return problem(certificate.certificate, shown.line, {
      en: `TLS does not take this certificate: ${why}`,
      es: `TLS no admite este certificado: ${why}`,
    })
  }
  return []
}

type Refused = { readonly line: number; readonly message: Text }

function readChain(text: string): { readonly leaf: X509Certificate; readonly line: number } | Refused {
  const [first, ...rest] = blocks(text, 'CERTIFICATE')
  if (first === undefined)
    return {
      line: 1,
      message: {
        en: 'this file holds no certificate in PEM (-----BEGIN CERTIFICATE-----); openssl x509 -inform DER turns DER into it',
        es: 'este fichero no contiene ningún certificado en PEM (-----BEGIN CERTIFICATE-----); openssl x509 -inform DER lo convierte desde DER',
      },
    }
  const read: X509Certificate[] = []
  for (const { text: block, line } of [first, ...rest])
    try {
      const certificate = new X509Certificate(block)
      const below = read.at(-1)
      if (below !== undefined && !below.checkIssued(certificate)) return { line, message: wrongOrder }
      read.push(certificate)
    } catch {
      const message = { en: 'this certificate cannot be read', es: 'este certificado no se puede leer' }
      return { line, message }
    }
  const [leaf = new X509Certificate(first.text)] = read
  return { leaf, line: first.line }
}

// RFC 5246 §7.4.2; RFC 8446 §4.4.2 only wishes it.
const wrongOrder = {
  en: "this certificate did not issue the one before it: the server's own comes first, and each is followed by its issuer's",
  es: 'este certificado no ha emitido el anterior: primero va el del servidor y, tras cada uno, el de su emisor',
}

function readKey(text: string): { readonly key: KeyObject; readonly line: number } | Refused {
  const [block] = blocks(text, '(?:ENCRYPTED |RSA |EC )?PRIVATE KEY')
  if (block === undefined)
    return {
      line: 1,
      message: {
        en: 'this file holds no private key in PEM (-----BEGIN PRIVATE KEY-----)',
        es: 'este fichero no contiene ninguna clave privada en PEM (-----BEGIN PRIVATE KEY-----)',
      },
    }
  const { line } = block
  if (/ENCRYPTED/.test(block.text))
    return {
      line,
      message: {
        en: 'this key is protected by a password, which nobody could type when the lab starts: take it off with openssl pkey -in … -out …',
        es: 'esta clave está protegida con una contraseña, que nadie podría teclear al arrancar el laboratorio: quítala con openssl pkey -in … -out …',
      },
    }
  try {
    return { key: createPrivateKey(block.text), line }
  } catch {
    return {
      line,
      message: { en: 'this private key cannot be read', es: 'esta clave privada no se puede leer' },
    }
  }
}

function blocks(text: string, label: string): readonly Block[] {
  const pattern = new RegExp(`^-----BEGIN ${label}-----[^]*?^-----END ${label}-----`, 'gm')
  return [...text.matchAll(pattern)].map(({ 0: block, index }) => ({
    text: block,
    line: text.slice(0, index).split('\n').length,
  }))
}
