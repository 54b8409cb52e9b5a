/** What a lab's authority may vouch for: the names and addresses of that lab, and the machine it runs on. */
import { domainToASCII } from 'node:url'
import type { CertificateRequest, Text } from '../lab/service.ts'
import { addressOctets } from './address.ts'

/** The names and addresses of a lab. */
export interface Scope {
  /** Without a final dot; all names under it belong to it. */
  readonly domain: string
  /** IP addresses at which clients reach the lab, beside those of the loopback. */
  readonly addresses: readonly string[]
}

/** An address and the mask of those that belong to it, both of 4 or both of 16 octets. */
export interface Network {
  readonly address: Buffer
  readonly mask: Buffer
}

/** What a certificate is issued to. */
export interface Subject {
  readonly commonName: string | undefined
  readonly dnsNames: readonly string[]
  /** Addresses of persons, as `name@domain`. */
  readonly mailboxes: readonly string[]
  readonly addresses: readonly Buffer[]
}

/** The most names and addresses that one certificate may hold, and the longest name (RFC 1035 §2.3.4). */
const MOST_NAMES = 100
const LONGEST_NAME = 253

/** 127.0.0.0/8 and ::1. */
const LOOPBACK: readonly Network[] = [
  { address: Buffer.of(127, 0, 0, 0), mask: Buffer.of(255, 0, 0, 0) },
  only(Buffer.concat([Buffer.alloc(15), Buffer.of(1)])),
]

/** ub-common-name of RFC 5280, appendix A.1. */
const LONGEST_COMMON_NAME = 64

/** A certificate was asked for that the authority cannot issue; the text says why and what to do. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly text: Text

  constructor(text: Text) {
    super(text.en)
    this.text = text
  }
}

/** The DNS names of a scope; `localhost` never leaves the machine (RFC 6761 §6.3). */
export function scopeNames(scope: Scope): readonly string[] {
  return [canonicalName(scope.domain), 'localhost']
}

/** The networks of a scope: the loopback and the lab's own addresses; what is no IP address does not count. */
export function scopeNetworks(scope: Scope): readonly Network[] {
  const own = scope.addresses.flatMap((address) => addressOctets(address) ?? [])
  const elsewhere = own.filter((address) => !LOOPBACK.some((network) => isInside(address, network)))
  return [...LOOPBACK, ...elsewhere.map(only)]
}

/** Checks a request against the scope, outside of which a certificate would be worthless; throws a `RequestError`. */
export function requestSubject(request: CertificateRequest, scope: Scope): Subject {
  const { names, addresses = [], purpose } = request
  if (names.length + addresses.length === 0) {
    throw new RequestError({
      en: 'A certificate needs a name or an address: give at least one.',
      es: 'Un certificado necesita un nombre o una dirección: indica al menos uno.',
    })
  }
  if (names.length + addresses.length > MOST_NAMES) {
    throw new RequestError({
      en: `A certificate holds at most ${MOST_NAMES} names and addresses: divide them.`,
      es: `Un certificado contiene como mucho ${MOST_NAMES} nombres y direcciones: repártelos.`,
    })
  }
  const people = purpose === 'client' ? names.filter((name) => isPerson(name, scope)) : []
  const hosts = names.filter((name) => !people.includes(name)).map((name) => checkedName(name, scope))
  const [first = ''] = names
  const commonName = people.includes(first) ? first : canonicalName(first)
  return {
    commonName: commonName !== '' && commonName.length <= LONGEST_COMMON_NAME ? commonName : undefined,
    dnsNames: [...new Set(hosts)],
    mailboxes: [...new Set(people.map((name) => mailbox(name, scope)))],
    addresses: addresses.map((address) => checkedAddress(address, scope)),
  }
}

/** A client may be a person: the bare name of an account, or its address. */
function isPerson(name: string, scope: Scope): boolean {
  return name.includes('@') || (!name.includes('.') && !scopeNames(scope).includes(canonicalName(name)))
}

function mailbox(name: string, scope: Scope): string {
  const domain = canonicalName(scope.domain)
  const [local = '', host = domain, ...rest] = name.split('@')
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(local) || canonicalName(host) !== domain || rest.length > 0) {
    throw new RequestError({
      en: `A client's certificate cannot be for ${shown(name)}: give an account's name, or its address at ${domain}.`,
      es: `El certificado de un cliente no puede ser para ${shown(name)}: indica el nombre de una cuenta, o su dirección en ${domain}.`,
    })
  }
  return `${local}@${domain}`
}

function checkedName(name: string, scope: Scope): string {
  const canonical = canonicalName(name)
  // RFC 1034 §3.5, with the underscore that services use; RFC 6125 §6.4.3: a wildcard is the whole first label.
  if (
    canonical.length > LONGEST_NAME ||
    !/^(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(canonical)
  ) {
    throw new RequestError({
      en: `A certificate cannot be for ${shown(name)}, which is not the name of a host.`,
      es: `Un certificado no puede ser para ${shown(name)}, que no es el nombre de una máquina.`,
    })
  }
  const host = canonical.replace(/^\*\./, '')
  if (!canonical.includes('.') && !scopeNames(scope).includes(host)) {
    throw new RequestError({
      en: `A server's certificate cannot be for ${shown(name)}: give its whole name, as in ${canonical}.${scope.domain}. If it is an account, ask for a client's certificate (--client).`,
      es: `El certificado de un servidor no puede ser para ${shown(name)}: indica su nombre completo, como ${canonical}.${scope.domain}. Si es una cuenta, pide el certificado de un cliente (--client).`,
    })
  }
  if (!scopeNames(scope).some((permitted) => host === permitted || host.endsWith(`.${permitted}`))) {
    throw new RequestError({
      en: `The lab's authority cannot vouch for ${shown(name)}: it is restricted to ${scope.domain} and the names under it, so that trusting it endangers nobody. Ask for a name of that domain, or set the scenario's domain.`,
      es: `La autoridad del laboratorio no puede responder de ${shown(name)}: está limitada a ${scope.domain} y los nombres que cuelgan de él, para que confiar en ella no ponga en peligro a nadie. Pide un nombre de ese dominio, o cambia el dominio del escenario.`,
    })
  }
  return canonical
}

function checkedAddress(address: string, scope: Scope): Buffer {
  const octets = addressOctets(address)
  if (!octets) {
    throw new RequestError({
      en: `A certificate cannot be for ${shown(address)}, which is not an IP address.`,
      es: `Un certificado no puede ser para ${shown(address)}, que no es una dirección IP.`,
    })
  }
  if (!scopeNetworks(scope).some((network) => isInside(octets, network))) {
    throw new RequestError({
      en: `The lab's authority cannot vouch for ${shown(address)}: it is restricted to the loopback and to ${scope.addresses.join(', ') || 'no other address'}. Ask for one of these, or bind the lab to that address.`,
      es: `La autoridad del laboratorio no puede responder de ${shown(address)}: está limitada al bucle local y a ${scope.addresses.join(', ') || 'ninguna otra dirección'}. Pide una de ellas, o arranca el laboratorio en esa dirección.`,
    })
  }
  return octets
}

function isInside(octets: Buffer, { address, mask }: Network): boolean {
  return (
    octets.length === address.length &&
    octets.every((octet, place) => (octet & (mask[place] ?? 0)) === address[place])
  )
}

function only(address: Buffer): Network {
  return { address, mask: Buffer.alloc(address.length, 0xff) }
}

/** Lower case, other scripts as RFC 3490 encodes them; what is no name of a host stays, to be refused where it is checked. */
function canonicalName(name: string): string {
  const bare = name.replace(/\.$/, '')
  return /^[\w.*-]*$/.test(bare) ? bare.toLowerCase() : domainToASCII(bare) || bare.toLowerCase()
}

/** A request may come from anybody: its names must not steer the terminal that shows them. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, LONGEST_NAME).replaceAll(/[\p{Cc}\p{Cf}]/gu, '?'))
}
