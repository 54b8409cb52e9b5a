/** How a text is searched for in what a list shows. */

/** The test whether every word of a text, in any case and order, is somewhere in what is shown; undefined if there are no words. */
export function searchFor(text: string): ((shown: string) => boolean) | undefined {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  return (shown) => {
    const lower = shown.toLowerCase()
    return words.every((word) => lower.includes(word))
  }
}
