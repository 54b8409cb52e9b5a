/** The content codings that are served, the better one first (RFC 9110 §8.4.1, RFC 7932). */
export const codings = ['br', 'gzip'] as const

/** One of them, as Accept-Encoding and Content-Encoding name it. */
export type Coding = (typeof codings)[number]

/** The offered codings that an Accept-Encoding field allows, the preferred one first (RFC 9110 §12.5.3); none without the field. */
export function acceptedCodings(
  field: string | undefined,
  offered: readonly Coding[] = codings,
): readonly Coding[] {
  if (field === undefined) return []
  const weights = new Map<string, number>()
  for (const item of field.toLowerCase().split(',', 32)) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim())
    weights.set(name === 'x-gzip' ? 'gzip' : name, weightOf(parameters))
  }
  const weight = (coding: Coding): number => weights.get(coding) ?? weights.get('*') ?? 0
  // As it is may be preferred, too; among equals the smaller one is served.
  const plain = weights.get('identity') ?? 0
  return offered
    .filter((coding) => weight(coding) > 0 && weight(coding) >= plain)
    .toSorted((one, other) => weight(other) - weight(one))
}

// RFC 9110 §12.4.2
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return weight === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0
}
