/** Names that a host or a mailbox cannot have (RFC 1123 §2.1, RFC 952), as BIND's check-names finds them. */
import { isIPv4, isIPv6 } from 'node:net'
import type { Problem } from '../../../../lab/service.ts'
import { fieldsOf, TYPE, typeName } from '../../records/types.ts'
import { fieldEnd } from '../../records/data.ts'
import { isWithin, labelsOf, nameOf, parseName, printName, ROOT, type Name } from '../../wire/name.ts'
import type { ZoneRecord } from '../parser.ts'
import { warningAt, type View } from './view.ts'

/** Types whose owners are hosts. */
const HOSTS: ReadonlySet<number> = new Set([TYPE.a, TYPE.aaaa, TYPE.mx])

/** Types with a field that is a host, by its place among the fields. */
const HOST_FIELDS: ReadonlyMap<number, number> = new Map([
  [TYPE.ns, 0],
  [TYPE.mx, 1],
  [TYPE.srv, 3],
  [TYPE.soa, 0],
])

/** Types with a field that is a mailbox, by its place among the fields. */
const MAILBOX_FIELDS: ReadonlyMap<number, number> = new Map([
  [TYPE.soa, 1],
  [TYPE.rp, 0],
])

const REVERSE = ['in-addr.arpa', 'ip6.arpa'].map((text) => parseName(text, ROOT).key)

/** All names in the places of hosts and mailboxes, and wildcards that are none. */
export function checkHosts(view: View): readonly Problem[] {
  return view.records.flatMap((record) => [
    ...checkOwner(record),
    ...checkField(record, hostField(record)),
    ...checkMailbox(record),
  ])
}

function hostField({ type, owner }: ZoneRecord): number | undefined {
  const isReverse = type === TYPE.ptr && REVERSE.some((key) => isWithin(owner.key, key))
  return isReverse ? 0 : HOST_FIELDS.get(type)
}

function checkOwner(record: ZoneRecord): readonly Problem[] {
  const { owner, type } = record
  // Only at its start does an asterisk stand for other names (RFC 4592 §2.1.1).
  const below = owner.key.startsWith('\u0001*') ? owner.key.slice(2) : owner.key
  if (below.includes('\u0001*') && labelsOf(below).includes('*')) {
    return [
      warningAt(record, {
        en: `the asterisk in ${printName(owner)} stands for no other names: only one at the start does`,
        es: `el asterisco de ${printName(owner)} no representa otros nombres: solo uno al principio lo hace`,
      }),
    ]
  }
  return HOSTS.has(type) && !isHost(below) ? [notHost(record, owner)] : []
}

function checkField(record: ZoneRecord, index: number | undefined): readonly Problem[] {
  const name = index === undefined ? undefined : nameIn(record, index)
  // An address in the place of a name is told as such.
  if (name === undefined || isHost(name.key) || isAddress(name, true)) return []
  return [notHost(record, name)]
}

function nameIn({ type, data }: ZoneRecord, index: number): Name | undefined {
  let at = 0
  for (const [place, { shape }] of (fieldsOf(type) ?? []).entries()) {
    const end = fieldEnd(shape, data, at)
    if (place === index) return nameOf(data.subarray(at, end))
    at = end
  }
  return undefined
}

/** Whether a name is an IP address by mistake: alone, or completed with the origin. */
export function isAddress(name: Name, isCompleted: boolean): boolean {
  const labels = printName(name).slice(0, -1).split('.')
  const isFour = isIPv4(labels.slice(0, 4).join('.'))
  if (!isFour && !isIPv6(labels[0] ?? '')) return false
  return isCompleted || labels.length === (isFour ? 4 : 1)
}

// Letters, digits and hyphens, none of these at the ends of a label (RFC 1123 §2.1).
function isHost(key: string): boolean {
  return labelsOf(key).every((label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
}

function notHost(record: ZoneRecord, name: Name): Problem {
  const text = printName(name)
  return warningAt(record, {
    en: `${text} (${typeName(record.type)}) is no name for a host: letters, digits and hyphens only, and no hyphen at either end (RFC 1123 §2.1)`,
    es: `${text} (${typeName(record.type)}) no es un nombre de equipo: solo letras, cifras y guiones, sin guion en los extremos (RFC 1123 §2.1)`,
  })
}

// The first dot stands for the at sign (RFC 1035 §8).
function checkMailbox(record: ZoneRecord): readonly Problem[] {
  const index = MAILBOX_FIELDS.get(record.type)
  const name = index === undefined ? undefined : nameIn(record, index)
  if (name?.key.includes('@') !== true) return []
  const text = printName(name)
  return [
    warningAt(record, {
      en: `in the mailbox ${text} a dot stands for the at sign: write hostmaster.example.org. for hostmaster@example.org`,
      es: `en el buzón ${text} un punto hace de arroba: escribe hostmaster.example.org. por hostmaster@example.org`,
    }),
  ]
}
