/** Finds the records that prove what is not in a zone. */
import { TYPE } from '../records/types.ts'
import type { Name } from '../wire/name.ts'
import type { Denial, ZoneNode } from '../zone/zone.ts'
import { NsecChain, sortNodes } from './nsec.ts'
import { ITERATION_LIMIT, Nsec3Chain, parametersOf } from './nsec3.ts'

/** The chain of a zone that was signed elsewhere; undefined for one without. */
export function findDenial(
  apex: Name,
  nodes: ReadonlyMap<string, ZoneNode>,
  hashed: readonly ZoneNode[],
): Denial | undefined {
  const sets = nodes.get(apex.key)?.sets
  if (sets?.has(TYPE.nsec) === true) {
    return new NsecChain(sortNodes([...nodes.values()].filter((node) => node.sets.has(TYPE.nsec))))
  }
  // A chain is whole when NSEC3PARAM says so (RFC 5155 §4).
  for (const data of sets?.get(TYPE.nsec3param)?.data ?? []) {
    const parameters = parametersOf(data)
    if (parameters !== undefined && parameters.iterations <= ITERATION_LIMIT)
      return new Nsec3Chain(hashed, parameters)
  }
  return undefined
}
