/** EDNS in words (RFC 6891). */
import { count, OCTET, say, type Said } from '../../../lab/kit/dissect/said.ts'
import { EXTENDED_ERROR, readExtendedErrors, type ExtendedError } from '../wire/extended-error.ts'
import type { Edns } from '../wire/message.ts'
import { OPTION, optionsOf, type Option } from '../wire/options.ts'

/** Octets of an option that are shown. */
const SHOWN = 32
/** Octets of a client's cookie; what follows is the server's (RFC 7873 §4). */
const CLIENT_COOKIE = 8

/** What an OPT record says, a line for each thing. */
export function ednsLines({ size, version, dnssec, options }: Edns): readonly Said[] {
  return [
    { en: `version ${version}`, es: `versión ${version}` },
    { en: `UDP payload size ${size}`, es: `tamaño de carga útil UDP ${size}` },
    ...(dnssec ? [{ en: 'DO: DNSSEC records are welcome', es: 'DO: se aceptan registros de DNSSEC' }] : []),
    ...optionsOf(options)
      .filter(({ code }) => code !== OPTION.extendedError)
      .map(optionLine),
    ...readExtendedErrors(options).map(errorLine),
  ]
}

function optionLine(option: Option): Said {
  const known = PRINTERS.get(option.code)?.(option)
  return known ?? say`${{ en: 'option', es: 'opción' }} ${option.code}: ${hex(option.data)}`
}

/** By code; what has not the form of its option is printed like an option that nobody knows. */
const PRINTERS: ReadonlyMap<number, (option: Option) => Said | undefined> = new Map<
  number,
  (option: Option) => Said | undefined
>([
  // RFC 5001: asked for without data.
  [
    OPTION.nsid,
    ({ data }) =>
      data.length === 0 ? { en: 'NSID wanted', es: 'se pide NSID' } : `NSID: ${printable(data)}`,
  ],
  [OPTION.clientSubnet, ({ data }) => subnetLine(data)],
  [OPTION.expire, ({ data }) => (data.length === 4 ? `EXPIRE: ${data.readUInt32BE(0)} s` : undefined)],
  [OPTION.cookie, ({ data }) => cookieLine(data)],
  // RFC 7828 §3.1: in units of 100 milliseconds.
  [
    OPTION.keepalive,
    ({ data }) => `edns-tcp-keepalive${data.length === 2 ? `: ${data.readUInt16BE(0) / 10} s` : ''}`,
  ],
  [OPTION.padding, ({ data }) => say`${{ en: 'padding', es: 'relleno' }}: ${count(data.length, OCTET)}`],
])

function cookieLine(data: Buffer): Said | undefined {
  if (data.length < CLIENT_COOKIE) return undefined
  const client = say`COOKIE: ${{ en: 'client', es: 'cliente' }} ${hex(data.subarray(0, CLIENT_COOKIE))}`
  const server = data.subarray(CLIENT_COOKIE)
  return server.length === 0 ? client : say`${client}, ${{ en: 'server', es: 'servidor' }} ${hex(server)}`
}

// RFC 7871 §6
function subnetLine(data: Buffer): Said | undefined {
  if (data.length < 4) return undefined
  const rest = `${data.readUInt16BE(0)}, /${data[2]}, ${hex(data.subarray(4))}`
  return { en: `client subnet: family ${rest}`, es: `subred del cliente: familia ${rest}` }
}

function errorLine({ code, text }: ExtendedError): Said {
  const name = ERROR_NAMES.get(code)
  const rest = `${code}${name === undefined ? '' : ` (${name})`}${text === '' ? '' : `: ${text}`}`
  return { en: `extended error ${rest}`, es: `error extendido ${rest}` }
}

const ERROR_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(EXTENDED_ERROR).map(([name, code]) => [
    code,
    name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
)

function printable(data: Buffer): string {
  const text = data.toString('latin1', 0, SHOWN)
  return /^[\x20-\x7e]+$/.test(text) ? text : hex(data)
}

function hex(data: Buffer): string {
  return `${data.toString('hex', 0, SHOWN)}${data.length > SHOWN ? '…' : ''}`
}
