/** The nodes whose NSEC or NSEC3 records prove an answer (RFC 4035 §3.1.3, RFC 5155 §7.2). */
import { TYPE } from '../records/types.ts'
import { parentKey } from '../wire/name.ts'
import { wildcardKey } from '../zone/lookup.ts'
import type { Denial, ZoneNode } from '../zone/zone.ts'

/** Nodes in the order of the proof; undefined where a chain is broken. */
export type Proof = readonly (ZoneNode | undefined)[]

/** That a name has no such type; for one that an NSEC3 chain leaves out, that it is no signed delegation (RFC 5155 §7.2.4, §7.2.7). */
export function proveNoData(denial: Denial, key: string): Proof {
  const match = denial.match(key)
  return match === undefined ? proveNoCloser(denial, key, provable(denial, key)) : [match]
}

/** That there is neither the name nor a wildcard for it. */
export function proveNoName(denial: Denial, key: string, encloser: string): Proof {
  const nearest = provable(denial, encloser)
  return [...proveNoCloser(denial, key, nearest), denial.cover(wildcardKey(nearest))]
}

/** That there is a wildcard for the name, but without such a type. */
export function proveWildcardNoData(denial: Denial, key: string, encloser: string): Proof {
  const match = denial.match(wildcardKey(encloser))
  // With opt-out a wildcard without data of its own may have no NSEC3, and is denied like any name (RFC 5155 §7.2.1).
  return match === undefined
    ? proveNoName(denial, key, encloser)
    : [...proveNoCloser(denial, key, encloser), match]
}

/** That no name is nearer to the one asked for than the wildcard that answers for it. */
export function proveExpansion(denial: Denial, key: string, encloser: string): Proof {
  return [denial.cover(nextCloser(key, encloser))]
}

// NSEC names the closest encloser by itself; NSEC3 must match it (RFC 5155 §7.2.1).
function proveNoCloser(denial: Denial, key: string, encloser: string): Proof {
  const expansion = proveExpansion(denial, key, encloser)
  return denial.type === TYPE.nsec3 ? [denial.match(encloser), ...expansion] : expansion
}

/** The name or its nearest ancestor that the chain has; one that opts out lacks what is there only for unsigned delegations. */
function provable(denial: Denial, key: string): string {
  let at = key
  for (let above = parentKey(at); above !== undefined; above = parentKey(at)) {
    if (denial.match(at) !== undefined) return at
    at = above
  }
  return at
}

/** The name one label longer than its closest encloser (RFC 5155 §1.3). */
function nextCloser(key: string, encloser: string): string {
  let at = key
  for (let above = parentKey(at); above !== undefined && above !== encloser; above = parentKey(at)) at = above
  return at
}
