/** Saves octets that the page has as a file. */
import { html } from './element.ts'

/** Has the browser save octets under a name. */
export function save(name: string, octets: Blob): void {
  const address = URL.createObjectURL(octets)
  html('a', { href: address, download: name }).click()
  // The browser reads it in its own time.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
