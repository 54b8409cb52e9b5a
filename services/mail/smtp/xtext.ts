/** Decodes xtext (RFC 3461 §4); undefined if it is not, or if what it stands for has control characters or is no UTF-8. */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~\u0080-\u{10ffff}]|\+[0-9A-F]{2})*$/u.test(text)) return undefined
  try {
    const decoded = decodeURIComponent(text.replaceAll('%', '%25').replace(/\+(..)/g, '%$1'))
    // A line end would become a field of a bounce.
    return /\p{Cc}/u.test(decoded) ? undefined : decoded
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
