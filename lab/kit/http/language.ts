/**
 * The first of `offered` that an Accept-Language field prefers (RFC 9110 §12.5.4), by weight and then by order; a range
 * such as `es-MX` asks for `es` too. The first offered if none is wanted or the field is absent.
 */
export function preferLanguage<Language extends string>(
  field: string | undefined,
  offered: readonly [Language, ...Language[]],
): Language {
  let best: Language = offered[0]
  let weight = 0
  for (const range of (field ?? '').split(',', 32)) {
    const [tag = '', ...parameters] = range.toLowerCase().split(';')
    const quality = qualityOf(parameters)
    if (quality <= weight) continue
    const primary = tag.trim().split('-', 1)[0]
    const language = primary === '*' ? offered[0] : offered.find((each) => each === primary)
    if (language === undefined) continue
    best = language
    weight = quality
  }
  return best
}

// RFC 9110 §12.4.2: from 0 to 1, 1 by default; what is not a weight counts as unwanted.
function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const match = /^\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*$/.exec(parameter)
    if (match !== null) return Number(match[1])
    if (parameter.trim().startsWith('q=')) return 0
  }
  return 1
}
