/**
 * The first of `offered` that an Accept-Language field prefers (RFC 9110 §12.5.4), by weight and then by order; a range
 * such as `es-MX` asks for `es` too. If none is wanted, the first offered that is not refused with a weight of 0.
 */
export function preferLanguage<Language extends string>(
  field: string | undefined,
  offered: readonly [Language, ...Language[]],
): Language {
  const weights = new Map<Language, number>()
  let others = 0
  for (const range of (field ?? '').split(',', 32)) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const name = tag.trim()
    const quality = qualityOf(parameters)
    if (name === '*') others = Math.max(others, quality)
    const language = offered.find((each) => each === name.split('-', 1)[0])
    // To refuse `es-MX` is not to refuse `es`.
    if (language === undefined || (quality === 0 && name !== language)) continue
    weights.set(language, Math.max(quality, weights.get(language) ?? 0))
  }
  let best: Language | undefined
  let weight = 0
  for (const [language, quality] of weights) {
    if (quality <= weight) continue
    best = language
    weight = quality
  }
  // RFC 2616 §14.4: `*` stands for the languages that no other range names.
  const other = offered.find((each) => !weights.has(each))
  if (other !== undefined && others > weight) return other
  return best ?? other ?? offered[0]
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
