/** So many of something, as `1 point` or `2.5 points`; `shown` writes the number otherwise. */
export function quantity(count: number, one: string, several: string, shown = String(count)): string {
  return `${shown} ${count === 1 ? one : several}`
}
