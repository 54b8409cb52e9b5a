/** What must hold for a zone file that was signed before it came here. */
import type { Problem, Text } from '../../../lab/service.ts'
import { TYPE, typeName } from '../records/types.ts'
import { printName, type Name } from '../wire/name.ts'
import { problemAt, type ZoneRecord } from '../zone/parser.ts'
import { ITERATION_LIMIT, parametersOf } from './nsec3.ts'
import { isSigned } from './sign.ts'

/** The problems of a file with keys, signatures or proofs: such a zone is served as it is, so nothing may be missing. */
export function checkSigned(records: readonly ZoneRecord[], apex: Name): readonly Problem[] {
  const first = records.find((record) => isSigned([record]))
  if (first === undefined) return []
  const own = records.filter((record) => record.owner.key === apex.key)
  const chain = own.filter(({ type }) => type === TYPE.nsec || type === TYPE.nsec3param)
  const missing = [
    own.some(({ type }) => type === TYPE.dnskey) ? '' : 'DNSKEY',
    own.some(signsSoa) ? '' : 'RRSIG SOA',
    chain.length > 0 ? '' : 'NSEC / NSEC3PARAM',
  ].filter((each) => each !== '')
  if (missing.length > 0) return [problemAt(first, incomplete(first, missing.join(', '), apex), 'warning')]
  const unusable = chain.every((record) => record.type === TYPE.nsec3param && !isUsable(record))
  return unusable ? chain.slice(0, 1).map((record) => problemAt(record, TOO_MANY_ROUNDS)) : []
}

function signsSoa({ type, data }: ZoneRecord): boolean {
  return type === TYPE.rrsig && data.readUInt16BE(0) === TYPE.soa
}

function isUsable({ data }: ZoneRecord): boolean {
  const parameters = parametersOf(data)
  return parameters !== undefined && parameters.iterations <= ITERATION_LIMIT
}

function incomplete({ type }: ZoneRecord, missing: string, apex: Name): Text {
  const name = printName(apex)
  return {
    en: `this ${typeName(type)} makes the zone one that is signed already, but ${name} lacks ${missing}: sign the whole file with dnssec-signzone, or take all DNSKEY, RRSIG, NSEC and NSEC3 records away and set "dnssec: true"`,
    es: `este ${typeName(type)} hace que la zona cuente como ya firmada, pero a ${name} le falta ${missing}: firma el fichero entero con dnssec-signzone, o quita todos los registros DNSKEY, RRSIG, NSEC y NSEC3 y pon "dnssec: true"`,
  }
}

const TOO_MANY_ROUNDS: Text = {
  en: `NSEC3 is served with SHA-1 and at most ${ITERATION_LIMIT} rounds: sign the zone again, with 0 rounds (dnssec-signzone -H 0, RFC 9276)`,
  es: `NSEC3 se sirve con SHA-1 y como mucho ${ITERATION_LIMIT} iteraciones: vuelve a firmar la zona, con 0 iteraciones (dnssec-signzone -H 0, RFC 9276)`,
}
