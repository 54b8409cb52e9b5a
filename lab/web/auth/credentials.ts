/** Octets of an Authorization field that are read. */
const longest = 4096
/** Parameters, empty list elements included, that are read. */
const mostParameters = 32

/** An Authorization field taken apart (RFC 9110 §11.4): a scheme in lower case with either a token68 or parameters. */
export interface Credentials {
  readonly scheme: string
  readonly token68: string | undefined
  /** By name in lower case, quotes and escapes taken away, one character for each octet. */
  readonly parameters: ReadonlyMap<string, string>
}

// RFC 9110 §11.4: credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
const form = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(.*))?$/s
const token68 = /^[A-Za-z0-9\-._~+/]+=*$/
// RFC 9110 §11.2: auth-param = token BWS "=" BWS ( token / quoted-string ); §5.6.4: what a quoted-string may hold
const parameter =
  /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)|"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)")[ \t]*(?:,|$)/y
// RFC 9110 §5.6.1.2: a reasonable number of empty elements is ignored.
const empty = /[ \t]*(?:,|$)/y

/** Reads the value of an Authorization field; undefined if it breaks the syntax, repeats a parameter or is too large. */
export function readCredentials(value: string): Credentials | undefined {
  if (value.length > longest) return undefined
  const [, scheme, rest = ''] = form.exec(value) ?? []
  if (scheme === undefined) return undefined
  if (token68.test(rest)) {
    return { scheme: scheme.toLowerCase(), token68: rest, parameters: new Map() }
  }
  const parameters = readParameters(rest)
  return parameters && { scheme: scheme.toLowerCase(), token68: undefined, parameters }
}

function readParameters(text: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>()
  let at = 0
  for (let count = 0; at < text.length; count++) {
    if (count === mostParameters) return undefined
    while (text[at] === ' ' || text[at] === '\t') at++
    empty.lastIndex = at
    if (empty.test(text)) {
      at = empty.lastIndex
      continue
    }
    parameter.lastIndex = at
    const [, name = '', plain, quoted = ''] = parameter.exec(text) ?? []
    // RFC 9110 §11.2: names compare without regard to letter case, and each occurs once.
    const key = name.toLowerCase()
    if (key === '' || parameters.has(key)) return undefined
    // RFC 9110 §5.6.4: a quoted-pair stands for the octet behind the backslash.
    parameters.set(key, plain ?? quoted.replaceAll(/\\(.)/gs, '$1'))
    at = parameter.lastIndex
  }
  return parameters
}

/** Text as a quoted-string (RFC 9110 §5.6.4). */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The characters that octets stand for in UTF-8; undefined if they do not, or stand for a control character. */
export function readText(octets: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(octets)
    // RFC 7617 §2: neither a name nor a password has one.
    return /\p{Cc}/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
