/** Texts of the wire, which anybody may have sent, made fit to be shown: no character in them is unseen or moves others. */

/** Unseen characters: control, format (the bidirectional ones among them), separators of lines, halves of pairs, unassigned. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu

/** The controls of ASCII by number, and Delete after them; hardly a font has their signs. */
const controls =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  )

/** A text with each control or invisible character as a word of its own, as in `‹ESC›` or `‹U+202E›`. */
export function makeVisible(text: string): string {
  return text.replaceAll(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0
    const name = code === 0x7f ? 'DEL' : controls[code]
    return `‹${name ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`}›`
  })
}

/** The columns that a text takes in a monospaced font. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) columns += widthOf(character)
  return columns
}

/** A text of at most so many columns; `…` stands at its end where something was cut off. */
export function cut(text: string, columns: number): string {
  // The texts may be long: nothing beyond what could fit is looked at.
  const head = text.slice(0, columns * 2 + 2)
  if (head.length === text.length && columnsOf(text) <= columns) return text
  let taken = ''
  let left = columns - 1
  for (const character of head) {
    left -= widthOf(character)
    if (left < 0) break
    taken += character
  }
  return `${taken.trimEnd()}…`
}

/** East Asian signs and pictures take two columns, marks upon another none. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x3_00) return 1
  if (/^\p{M}$/u.test(character)) return 0
  return /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uFF01-\uFF60]$/u.test(
    character,
  )
    ? 2
    : 1
}
