/** The parameters of SVCB and HTTPS records (RFC 9460 §2, §7; RFC 9461 §5). */
import { parseIpv4, parseIpv6, printIpv4, printIpv6 } from './address.ts'
import { parseBase64 } from './binary.ts'
import { WordError, type Field, type Mistake, type Token, type Words } from './fields.ts'
import { parseNumber } from './numbers.ts'
import { quote, textOctets } from './text.ts'

/** One parameter as it is written. */
interface Written {
  /** What mistakes are about. */
  readonly token: Token
  /** The text behind the equals sign, escapes included. */
  readonly value: string
}

interface Parameter {
  readonly key: number
  readonly name: string
  parse(written: Written): Buffer
  print(octets: Buffer): string
  /** Whether the octets are a value of this parameter. */
  isSound(octets: Buffer): boolean
}

const MANDATORY = 0
const ALPN = 1
const NO_DEFAULT_ALPN = 2
/** "Invalid key" (RFC 9460 §14.3.2). */
const INVALID_KEY = 65_535

const PARAMETERS: readonly Parameter[] = [
  {
    key: MANDATORY,
    name: 'mandatory',
    parse: parseMandatory,
    print: (octets) => keysIn(octets).map(keyName).join(','),
    isSound: isMandatory,
  },
  {
    key: ALPN,
    name: 'alpn',
    parse: parseProtocols,
    print: (octets) => quote(Buffer.from(protocolsIn(octets).map(escapeItem).join(','), 'latin1')),
    isSound: (octets) => octets.length > 0 && protocolsIn(octets).every((each) => each.length > 0),
  },
  {
    key: NO_DEFAULT_ALPN,
    name: 'no-default-alpn',
    parse: parseNothing,
    print: () => '',
    isSound: (octets) => octets.length === 0,
  },
  {
    key: 3,
    name: 'port',
    parse: ({ token, value }) => uint16(parseNumber({ ...token, text: value }, 0xffff)),
    print: (octets) => octets.readUInt16BE(0).toString(),
    isSound: (octets) => octets.length === 2,
  },
  addresses(4, 'ipv4hint', { size: 4, parse: parseIpv4, print: printIpv4 }),
  {
    key: 5,
    name: 'ech',
    parse: ({ token, value }) => parseBase64({ ...token, text: value }),
    print: (octets) => octets.toString('base64'),
    isSound: (octets) => octets.length > 0,
  },
  addresses(6, 'ipv6hint', { size: 16, parse: parseIpv6, print: printIpv6 }),
  {
    key: 7,
    name: 'dohpath',
    parse: ({ value }) => textOctets(value),
    print: quote,
    isSound: isDohPath,
  },
]

const BY_KEY: ReadonlyMap<number, Parameter> = new Map(PARAMETERS.map((each) => [each.key, each]))
const BY_NAME: ReadonlyMap<string, Parameter> = new Map(PARAMETERS.map((each) => [each.name, each]))

/** All parameters to the end of the data, in the order of their keys on the wire (RFC 9460 §2.2). */
export const serviceParameters: Field = {
  shape: 'rest',
  parse(words) {
    const values = new Map<number, Buffer>()
    for (const written of readWritten(words)) {
      const { key, octets } = parseParameter(written)
      if (values.has(key)) throw new WordError(written.token, 'stands twice', 'está dos veces')
      values.set(key, octets)
    }
    const sorted = [...values].toSorted(([a], [b]) => a - b)
    return Buffer.concat(sorted.flatMap(([key, octets]) => [uint16(key), uint16(octets.length), octets]))
  },
  print: (octets) => (pairsOf(octets) ?? []).map(printParameter).join(' '),
  check: checkParameters,
}

/** The words up to the end; a quoted value that follows its equals sign directly belongs to it (RFC 9460 §2.1). */
function readWritten(words: Words): readonly Written[] {
  const written: Written[] = []
  let open: Token | undefined
  while (words.hasMore()) {
    const token = words.take()
    if (token.quoted) {
      if (open === undefined || !isNext(open, token))
        throw new WordError(token, 'stands behind no key=', 'no está detrás de ninguna clave=')
      written.pop()
      written.push({ token: open, value: token.text })
      open = undefined
    } else {
      const equals = token.text.indexOf('=')
      written.push({ token, value: equals < 0 ? '' : token.text.slice(equals + 1) })
      open = equals >= 0 && equals === token.text.length - 1 ? token : undefined
    }
  }
  return written
}

function isNext(token: Token, next: Token): boolean {
  return token.line === next.line && token.column + token.text.length === next.column
}

function parseParameter(written: Written): { readonly key: number; readonly octets: Buffer } {
  const { token, value } = written
  const name = token.text.split('=', 1)[0] ?? ''
  const parameter = BY_NAME.get(name)
  const key = parameter?.key ?? keyNumber(name, token)
  if (value === '' && parameter !== undefined && key !== NO_DEFAULT_ALPN)
    throw new WordError(token, `needs a value: ${name}=…`, `necesita un valor: ${name}=…`)
  const octets = parameter?.parse(written) ?? textOctets(value)
  if (octets.length > 0xffff || BY_KEY.get(key)?.isSound(octets) === false) throw unsound(token, name)
  return { key, octets }
}

/** The number of a key: of one with a name, or `keyNNNNN` (RFC 9460 §2.1). */
function keyNumber(name: string, token: Token): number {
  const known = BY_NAME.get(name)
  if (known !== undefined) return known.key
  const key = Number(/^key(0|[1-9]\d{0,4})$/.exec(name)?.[1] ?? INVALID_KEY)
  if (key < INVALID_KEY) return key
  throw new WordError(
    token,
    `names no key that is known: ${[...BY_NAME.keys()].join(', ')} or keyNNNNN`,
    `no nombra ninguna clave conocida: ${[...BY_NAME.keys()].join(', ')} o keyNNNNN`,
  )
}

function keyName(key: number): string {
  return BY_KEY.get(key)?.name ?? `key${key}`
}

function unsound(token: Token, name: string): WordError {
  return new WordError(token, `is no value that ${name} can have`, `no es un valor que ${name} pueda tener`)
}

// The keys are sorted and none stands twice on the wire, "mandatory" itself not among them (RFC 9460 §8).
function parseMandatory({ token, value }: Written): Buffer {
  const keys = value.split(',').map((name) => keyNumber(name, token))
  if (new Set(keys).size < keys.length) throw unsound(token, 'mandatory')
  return Buffer.concat(keys.toSorted((a, b) => a - b).map(uint16))
}

function isMandatory(octets: Buffer): boolean {
  const keys = octets.length % 2 === 0 ? keysIn(octets) : []
  return keys.length > 0 && keys.every((key, index) => key > (keys[index - 1] ?? MANDATORY))
}

function keysIn(octets: Buffer): readonly number[] {
  return chunks(octets, 2).map((each) => each.readUInt16BE(0))
}

// A comma within an item is written "\,", a backslash "\\", both before the escapes of RFC 1035 (RFC 9460 Appendix A.1).
function parseProtocols({ token, value }: Written): Buffer {
  const list = textOctets(value).toString('latin1')
  if (!/^(?:[^\\]|\\[\\,])*$/.test(list)) throw unsound(token, 'alpn')
  const items = list.match(/(?:^|,)(?:[^\\,]|\\[^])*/g) ?? []
  return Buffer.concat(
    items.map((item, index) => {
      const octets = Buffer.from(item.slice(index === 0 ? 0 : 1).replaceAll(/\\([^])/g, '$1'), 'latin1')
      if (octets.length === 0 || octets.length > 255) throw unsound(token, 'alpn')
      return Buffer.concat([Buffer.of(octets.length), octets])
    }),
  )
}

/** The protocols, one character an octet; one that is cut short counts as empty. */
function protocolsIn(octets: Buffer): readonly string[] {
  const protocols: string[] = []
  for (let at = 0; at < octets.length; at += 1 + (octets[at] ?? 0)) {
    const end = at + 1 + (octets[at] ?? 0)
    protocols.push(end > octets.length ? '' : octets.toString('latin1', at + 1, end))
  }
  return protocols
}

function escapeItem(protocol: string): string {
  return protocol.replaceAll(/[\\,]/g, String.raw`\$&`)
}

function parseNothing({ token, value }: Written): Buffer {
  if (value !== '') throw new WordError(token, 'takes no value', 'no lleva valor')
  return Buffer.alloc(0)
}

interface AddressForm {
  /** Octets. */
  readonly size: number
  readonly parse: (token: Token) => Buffer
  readonly print: (octets: Buffer) => string
}

/** A list of addresses, one at least (RFC 9460 §7.3). */
function addresses(key: number, name: string, { size, parse, print }: AddressForm): Parameter {
  return {
    key,
    name,
    parse: ({ token, value }) => Buffer.concat(value.split(',').map((text) => parse({ ...token, text }))),
    print: (octets) => chunks(octets, size).map(print).join(','),
    isSound: (octets) => octets.length > 0 && octets.length % size === 0,
  }
}

// A relative URI template in UTF-8 with the variable "dns" (RFC 9461 §5).
function isDohPath(octets: Buffer): boolean {
  const text = octets.toString()
  const variables = text.match(/\{[^{}]*\}/g) ?? []
  return (
    text.startsWith('/') && Buffer.from(text).equals(octets) && variables.some((each) => /\bdns\b/.test(each))
  )
}

function uint16(value: number): Buffer {
  return Buffer.of((value >> 8) & 0xff, value & 0xff)
}

function chunks(octets: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(octets.length / size) }, (_, index) =>
    octets.subarray(index * size, (index + 1) * size),
  )
}

interface Pair {
  readonly key: number
  readonly octets: Buffer
}

/** Undefined if the octets are not keys, in rising order, each with the length of its value (RFC 9460 §2.2). */
function pairsOf(octets: Buffer): readonly Pair[] | undefined {
  const pairs: Pair[] = []
  let last = -1
  for (let at = 0; at < octets.length;) {
    if (at + 4 > octets.length) return undefined
    const key = octets.readUInt16BE(at)
    const end = at + 4 + octets.readUInt16BE(at + 2)
    if (key <= last || key === INVALID_KEY || end > octets.length) return undefined
    pairs.push({ key, octets: octets.subarray(at + 4, end) })
    last = key
    at = end
  }
  return pairs
}

function printParameter({ key, octets }: Pair): string {
  const parameter = BY_KEY.get(key)
  const value = parameter === undefined ? printOctets(octets) : parameter.print(octets)
  return value === '' ? keyName(key) : `${keyName(key)}=${value}`
}

function printOctets(octets: Buffer): string {
  return octets.length > 0 ? quote(octets) : ''
}

function checkParameters(octets: Buffer): Mistake | undefined {
  const pairs = pairsOf(octets)
  if (pairs === undefined)
    return {
      en: 'the parameters are malformed or not in order',
      es: 'los parámetros están mal formados o desordenados',
    }
  const keys = new Set(pairs.map((pair) => pair.key))
  for (const pair of pairs) {
    const name = keyName(pair.key)
    if (BY_KEY.get(pair.key)?.isSound(pair.octets) === false)
      return { en: `the value of ${name} is malformed`, es: `el valor de ${name} está mal formado` }
    const absent = pair.key === MANDATORY ? keysIn(pair.octets).find((key) => !keys.has(key)) : undefined
    if (absent !== undefined)
      return {
        en: `${keyName(absent)} is mandatory but missing`,
        es: `${keyName(absent)} es obligatorio pero falta`,
      }
  }
  // Without a protocol of its own the service would have none at all (RFC 9460 §7.1.1).
  if (keys.has(NO_DEFAULT_ALPN) && !keys.has(ALPN))
    return { en: 'no-default-alpn needs alpn beside it', es: 'no-default-alpn necesita alpn a su lado' }
  return undefined
}
