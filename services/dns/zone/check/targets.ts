/** Where NS, MX and SRV lead: to hosts with addresses, not to aliases (RFC 1034 §4.2.1, RFC 2181 §10.3, RFC 2782). */
import type { Problem } from '../../../../lab/service.ts'
import { targetOf, TYPE, typeName } from '../../records/types.ts'
import { isWithin, parentKey, printName, type Name } from '../../wire/name.ts'
import { wildcardKey } from '../lookup.ts'
import { problemAt, type ZoneRecord } from '../parser.ts'
import { isAddress } from './hosts.ts'
import { cutAbove, redirectAbove, warningAt, type View } from './view.ts'

/** The types whose targets are looked at. */
const CHECKED: ReadonlySet<number> = new Set([TYPE.ns, TYPE.mx, TYPE.srv])

/** All checks of the hosts that records lead to. */
export function checkTargets(view: View): readonly Problem[] {
  return view.records.flatMap((record) => {
    const target = CHECKED.has(record.type) ? targetOf(record.type, record.data) : undefined
    if (target === undefined) return []
    return target.wire.length === 1 ? checkRoot(record, view) : checkTarget(record, target, view)
  })
}

// "MX 0 ." says that a domain takes no mail (RFC 7505 §3), "SRV 0 0 0 ." that there is no service (RFC 2782).
function checkRoot(record: ZoneRecord, { owners }: View): readonly Problem[] {
  if (record.type === TYPE.srv) return []
  if (record.type === TYPE.ns) {
    return [
      warningAt(record, {
        en: 'NS leads to ".", which is no server: write the name of the server',
        es: 'NS lleva a ".", que no es un servidor: escribe el nombre del servidor',
      }),
    ]
  }
  const isBeside = (each: ZoneRecord): boolean => each.type === TYPE.mx && each !== record
  if (owners.get(record.owner.key)?.some(isBeside) !== true) return []
  return [
    warningAt(record, {
      en: 'an MX that leads to "." says that there is no mail here, yet other MX records stand beside it (RFC 7505 §3)',
      es: 'un MX que lleva a "." dice que aquí no hay correo, pero a su lado hay otros registros MX (RFC 7505 §3)',
    }),
  ]
}

function checkTarget(record: ZoneRecord, target: Name, view: View): readonly Problem[] {
  const isInside = isWithin(target.key, view.apex.key)
  if (!view.owners.has(target.key) && isAddress(target, isInside)) return [hostByAddress(record, target)]
  if (!isInside) return []
  const found = view.names.has(target.key) ? target.key : findWildcard(view, target.key)
  // What stands below a DNAME against the rules is told where it stands.
  const isRedirected = !view.owners.has(target.key) && redirectAbove(view, target.key) !== undefined
  if (isRedirected || view.aliases.has(found)) return [leadsToAlias(record, target, view)]
  if (view.hosts.has(found)) return []
  // The line of the address may be the one that could not be read.
  if (view.attempted.has(TYPE.a) || view.attempted.has(TYPE.aaaa)) return []
  const isBelow = cutAbove(view, target.key) !== undefined
  if (record.type !== TYPE.ns) return isBelow ? [] : [withoutAddress(record, target, 'warning')]
  // Servers of the zone itself cannot be found without; a server of a zone below may have its address there.
  return [
    withoutAddress(record, target, record.owner.key === view.apex.key && !isBelow ? 'error' : 'warning'),
  ]
}

function leadsToAlias(record: ZoneRecord, target: Name, { apex }: View): Problem {
  const type = typeName(record.type)
  const name = printName(target)
  const message = {
    en: `${type} leads to ${name}, which is an alias; name the host itself`,
    es: `${type} lleva a ${name}, que es un alias; nombra el propio equipo`,
  }
  // The zone itself is not found at an alias; what lies beyond may be, in practice.
  const isOwn = record.type === TYPE.ns && record.owner.key === apex.key
  return problemAt(record, message, isOwn ? 'error' : 'warning')
}

function withoutAddress(record: ZoneRecord, target: Name, severity: 'error' | 'warning'): Problem {
  const type = typeName(record.type)
  const name = printName(target)
  const message = {
    en: `${type} leads to ${name}, which has no address in this zone: add an A or AAAA record`,
    es: `${type} lleva a ${name}, que no tiene dirección en esta zona: añade un registro A o AAAA`,
  }
  return problemAt(record, message, severity)
}

function hostByAddress(record: ZoneRecord, target: Name): Problem {
  const type = typeName(record.type)
  const message = {
    en: `${type} leads to the name ${printName(target)}, not to an address: write the name of the server, and its address in an A or AAAA record of that name`,
    es: `${type} lleva al nombre ${printName(target)}, no a una dirección: escribe el nombre del servidor, y su dirección en un registro A o AAAA de ese nombre`,
  }
  return problemAt(record, message, record.type === TYPE.ns ? 'error' : 'warning')
}

/** The wildcard that would stand for a name that does not exist: under its closest encloser, and no other (RFC 4592 §3.3.1). */
function findWildcard({ names }: View, key: string): string {
  let encloser = parentKey(key)
  while (encloser !== undefined && !names.has(encloser)) encloser = parentKey(encloser)
  return wildcardKey(encloser ?? '')
}
