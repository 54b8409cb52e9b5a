/** The canonical order of data and of names, in which signatures and proofs are made (RFC 4034 §6). */
import { canonicalData } from '../records/canonical.ts'

/** The data of a set in canonical form and order, equal records once (RFC 4034 §6.3). */
export function canonicalSet(type: number, data: readonly Buffer[]): readonly Buffer[] {
  return data
    .map((each) => canonicalData(type, each))
    .toSorted((one, other) => Buffer.compare(one, other))
    .filter((each, index, all) => index === 0 || all[index - 1]?.equals(each) !== true)
}

/** A text for each key that compares, octet by octet, as the names do: by their labels from the last to the first (RFC 4034 §6.1). */
export function canonicalOrder(key: string): string {
  let order = ''
  // Each proof of absence comes by here: `labelsOf` would make an array for it.
  for (let at = 0; at < key.length - 1;) {
    const end = at + 1 + key.charCodeAt(at)
    order = `${escapeLabel(key.slice(at + 1, end))}\0${order}`
    at = end
  }
  return order
}

// Labels are parted by an octet that stands in none, so that a label comes before all that it begins.
function escapeLabel(label: string): string {
  return label.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001')
}

/** The index of the last of sorted texts that is not greater than one; -1 if all are. */
export function lastUpTo(sorted: readonly string[], text: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? '') <= text) low = middle + 1
    else high = middle
  }
  return low - 1
}
