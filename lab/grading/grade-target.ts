/** What `--target` says: where the endpoints of one server are, or of several, each with its student. */
import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { LabError, messageOf } from '../host/error.ts'
import { addressText } from '../kit/address.ts'
import type { Address } from '../service.ts'
import type { NamedSuite } from '../scenario/suites.ts'

/** One server. */
export interface GradedServer {
  /** Undefined where nobody is named. */
  readonly student: string | undefined
  readonly endpoints: Readonly<Record<string, Address>>
  /** As the person named it. */
  readonly label: string
}

interface Part {
  readonly student: string | undefined
  readonly endpoint: string | undefined
  readonly host: string
  readonly port: number | undefined
  readonly said: string
}

/** The servers of `[STUDENT/][ENDPOINT=]HOST[:PORT]…`; one that names no endpoint begins another server. */
export async function readTargets(
  texts: readonly string[],
  suites: readonly NamedSuite[],
): Promise<GradedServer[]> {
  const parts = texts.map((said) => partOf(said))
  const servers: Part[][] = []
  for (const part of parts) {
    const same = servers.findLast(([first]) => first?.student === part.student)
    const isAnother = part.endpoint === undefined || same?.some(({ endpoint }) => endpoint === part.endpoint)
    if (same === undefined || isAnother === true) servers.push([part])
    else same.push(part)
  }
  return Promise.all(servers.map((server) => serverOf(server, suites)))
}

function partOf(said: string): Part {
  const [, student, endpoint, bracketed, plain, port] =
    /^(?:([^=]*)\/)?(?:([\w-]+)=)?(?:\[([^\]]+)\]|([^:[\]/=]+))(?::(\d{1,5}))?$/.exec(said) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? undefined : Number(port)
  if (host !== undefined && (number === undefined || (number > 0 && number <= 65_535)))
    return { student, endpoint, host, port: number, said }
  throw wrong({
    en: `--target takes [STUDENT/][ENDPOINT=]HOST[:PORT], with an IPv6 address in brackets, not "${said}"`,
    es: `--target espera [ESTUDIANTE/][PUNTO=]MÁQUINA[:PUERTO], con una dirección IPv6 entre corchetes, no "${said}"`,
  })
}

async function serverOf(parts: readonly Part[], suites: readonly NamedSuite[]): Promise<GradedServer> {
  const known = suites.flatMap(({ suite }) => Object.entries(suite.endpoints))
  const names = [...new Set(known.map(([name]) => name))]
  const endpoints = new Map<string, Address>()
  for (const { endpoint, host, port, said } of parts) {
    const resolved = await addressOf(host)
    if (endpoint !== undefined && !names.includes(endpoint))
      throw new LabError((words) => `--target ${said}: ${words.valueUnknown(endpoint, undefined, names)}`, {
        blame: 'wrong',
      })
    if (endpoint === undefined && port !== undefined && suites.length > 1)
      throw wrong({
        en: `--target ${said}: there are several suites; say which endpoint that is: ${names.join(', ')}`,
        es: `--target ${said}: hay varias baterías; di qué punto es: ${names.join(', ')}`,
      })
    // A port is that of the main endpoint; a host alone offers all of them where they usually are.
    const meant = endpoint === undefined ? (port === undefined ? names : names.slice(0, 1)) : [endpoint]
    for (const name of meant) {
      const usual = known.find(([other]) => other === name)?.[1].port ?? 0
      endpoints.set(name, { host: resolved, port: port ?? usual })
    }
  }
  return {
    student: parts[0]?.student,
    endpoints: Object.fromEntries(endpoints),
    label: parts
      .map(({ host, port }) => (port === undefined ? host : addressText({ host, port })))
      .join(', '),
  }
}

/** The address of a host; throws if it is none that belongs to one machine alone. */
async function addressOf(host: string): Promise<string> {
  let address
  try {
    ;({ address } = await lookup(host))
  } catch (error) {
    throw wrong(
      {
        en: `--target: there is no host "${host}": ${messageOf(error)}`,
        es: `--target: no existe la máquina "${host}": ${messageOf(error)}`,
      },
      error,
    )
  }
  if (!isShared(address)) return address
  throw wrong({
    en: `--target: ${host} is not one machine's address, and nothing is sent to many`,
    es: `--target: ${host} no es la dirección de una sola máquina, y no se envía nada a muchas`,
  })
}

/** Unspecified, multicast and broadcast addresses, those of the machine's own networks included. */
function isShared(address: string): boolean {
  if (!isIPv4(address)) return /^(?:::$|ff)/i.test(address) || /^::ffff:(?:0|2[234]\d|255)\./i.test(address)
  const number = numberOf(address)
  if (number < 0x0100_0000 || number >= 0xe000_0000) return true
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .some(({ family, address: own, netmask }) => {
      if (family !== 'IPv4') return false
      const mask = numberOf(netmask)
      const hosts = ~mask >>> 0
      if (hosts < 3 || (number & mask) >>> 0 !== (numberOf(own) & mask) >>> 0) return false
      const part = (number & hosts) >>> 0
      return part === hosts || part === 0
    })
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function wrong(said: { readonly en: string; readonly es: string }, cause?: unknown): LabError {
  return new LabError(said, { blame: 'wrong', cause })
}
