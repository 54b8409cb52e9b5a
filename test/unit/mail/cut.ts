/** The message in pieces that end at these places, or at what is left of them behind its end. */
export function cut(message: Buffer, at: readonly number[]): Buffer[] {
  const places = [
    0,
    ...at.map((place) => place % (message.length + 1)).toSorted((a, b) => a - b),
    message.length,
  ]
  return places.slice(1).map((end, place) => message.subarray(places[place], end))
}
