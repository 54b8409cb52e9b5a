/** Hard messages, one character for each octet, as a client has them before the dots. */

/** A message with what is hard about it. */
export interface Hard {
  readonly name: string
  readonly text: string
  /** It begins with a line that is no field, so that all of it is text. */
  readonly isBare: boolean
}

const HEAD = 'From: ana@lab.test\r\nTo: ben@lab.test\r\nSubject: hard\r\n'
const MIME = `${HEAD}MIME-Version: 1.0\r\n`
const body = (text: string): string => `${HEAD}\r\n${text}`
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\r\n`).join('')

/** Every octet but CR and LF, in lines. */
const OCTETS = lines(16, (row) =>
  Array.from({ length: 16 }, (_, column) => String.fromCharCode(row * 16 + column))
    .filter((octet) => octet !== '\r' && octet !== '\n')
    .join(''),
)

/** What looks random but is the same each time, without CR and LF. */
function noise(count: number): string {
  let state = 12_345
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const octet = (state >> 16) & 255
    return octet === 10 || octet === 13 ? '.' : String.fromCharCode(octet)
  }).join('')
}

function multipart(boundary: string, type: string, parts: readonly string[]): string {
  const head = `Content-Type: multipart/${type}; boundary="${boundary}"\r\n\r\n`
  return `${head}${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
}

function deep(levels: number): string {
  let inner = 'Content-Type: text/plain\r\n\r\nthe bottom\r\n'
  for (let level = levels; level > 0; level -= 1) inner = multipart(`level-${level}`, 'mixed', [inner])
  return inner
}

const base64 = (text: string): string =>
  Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n')

const DOTS: Readonly<Record<string, string>> = {
  'a dot alone': body('.\r\n'),
  'two dots': body('..\r\n'),
  'dots of many kinds': body('.\r\n..\r\n...\r\n. \r\n.\t\r\n .\r\n.x\r\n..x\r\nx.\r\n'),
  'a dot after a dot after a dot': body('.\r\n'.repeat(2000)),
  'a field that begins with a dot': '.dot: x\r\nSubject: hard\r\n\r\nx\r\n',
  'a dot and what looks like commands': body(
    '.\r\nQUIT\r\nMAIL FROM:<ana@lab.test>\r\nDATA\r\n.\r\nRSET\r\n',
  ),
  'what looks like answers of POP3': body('+OK\r\n-ERR\r\n+OK 3 octets\r\n.\r\n+ \r\n'),
  'dots at the ends of portions': body(lines(40, (index) => `${'x'.repeat(16_376 - index)}\r\n.`)),
  'a megabyte of lines with dots': body('.0123456789abcdef\r\n'.repeat(55_000)),
  'a dot as quoted-printable': `${MIME}Content-Transfer-Encoding: quoted-printable\r\n\r\n=2E\r\n.=\r\n.\r\n`,
}

const LINES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [997, 998, 999, 1000, 4096, 16_384, 65_000, 65_535, 65_536].map((length) => [
      `a line of ${length} octets`,
      body(`${'x'.repeat(length)}\r\n.\r\n`),
    ]),
  ),
  'a line of 65,000 dots': body(`${'.'.repeat(65_000)}\r\n`),
  'a field of 998 octets': `X-Long: ${'x'.repeat(990)}\r\n${body('x\r\n')}`,
  'a field of 60,000 octets': `X-Long: ${'x'.repeat(60_000)}\r\n${body('x\r\n')}`,
  'empty lines alone': body('\r\n'.repeat(1000)),
  '100,000 short lines': body('x\r\n'.repeat(100_000)),
  'blanks at the ends': body('x \r\nx\t\r\n \r\n\t\r\n   \r\n'),
  'lines that are only blanks at the end': body('x\r\n \r\n  \r\n\r\n\r\n'),
  'a signature': body('x\r\n-- \r\nana\r\n'),
  'From at the start of lines': body(
    'From ana Thu Jan  1 00:00:00 1970\r\n>From x\r\n>>From y\r\nFrom: z\r\n',
  ),
  '25 MB': body(`${'0123456789'.repeat(7)}\r\n`.repeat(347_222)),
}

const OCTET: Readonly<Record<string, string>> = {
  'every octet': body(OCTETS),
  NUL: body('a\0b\r\n\0\r\n\0.\0\r\n'),
  'NUL alone on all lines': body('\0\r\n'.repeat(100)),
  'NUL in a field': `X-Nul: a\0b\r\n${body('x\r\n')}`,
  'Latin-1': `${MIME}Content-Type: text/plain; charset=iso-8859-1\r\n\r\na\xf1o \xe1\xff\r\n`,
  'UTF-8': `${MIME}Content-Type: text/plain; charset=utf-8\r\n\r\n${utf8('año 日本語 🦊\u2028\u0085')}\r\n`,
  'a byte order mark first in the text': body('\xef\xbb\xbfx\r\n'),
  'wrong UTF-8': `${MIME}Content-Type: text/plain; charset=utf-8\r\n\r\n\xc3\x28\xff\xfe\x80\r\n`,
  'ISO-2022-JP': `${MIME}Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$"\x1b(B\r\n`,
  'NEL and other line ends that are none': body('a\x85b\x0bc\x0cd\xe2\x80\xa8e\r\n'),
  noise: body(lines(300, () => noise(70))),
  'noise in lines of 60,000': body(lines(5, () => noise(60_000))),
  'control characters': body('\x01\x02\x1b[31m\x7f\x08\x07\r\n'),
}

const HEADS: Readonly<Record<string, string>> = {
  'nothing at all': '',
  'an empty line': '\r\n',
  'empty lines': '\r\n\r\n\r\n',
  'a header without the empty line': HEAD,
  'a header and nothing else': `${HEAD}\r\n`,
  'folded fields': `${HEAD}X-Folded: a\r\n b\r\n\tc\r\n  \t d\r\n\r\nx\r\n`,
  'a field folded over an empty line of blanks': `${HEAD}X-Folded: a\r\n \r\n b\r\n\r\nx\r\n`,
  'a field without a value': `${HEAD}X-Empty:\r\nX-Blank: \r\n\r\nx\r\n`,
  'blanks before the colon': `Subject : old\r\nFrom\t: ana@lab.test\r\n\r\nx\r\n`,
  '1000 fields': `${lines(1000, (index) => `X-Field-${index}: ${index}`)}${body('x\r\n')}`,
  'fields twice': `${HEAD}Subject: again\r\nTo: x@lab.test\r\n\r\nx\r\n`,
  'a field in UTF-8': `From: ${utf8('Añá <añá@lab.test>')}\r\nSubject: ${utf8('año 🦊')}\r\n\r\nx\r\n`,
  'encoded words': `Subject: =?utf-8?q?a=C3=B1o?= =?utf-8?b?8J+mig==?=\r\n =?iso-8859-1?q?=F1?=\r\n\r\nx\r\n`,
  'trace fields of its own': `Return-path: <x@far.test>\r\nEnvelope-to: x@far.test\r\nDelivery-date: x\r\n${lines(20, (index) => `Received: from a${index} by b${index}; Sat, 21 Nov 2026 00:00:00 +0000`)}${body('x\r\n')}`,
  'Bcc and the like': `Bcc: secret@lab.test\r\nX-UIDL: 1\r\nStatus: RO\r\nContent-Length: 3\r\n${body('x\r\n')}`,
  'a line that is no field in the middle of the header': `${HEAD}no field at all\r\nX-After: x\r\n\r\nx\r\n`,
}

const BARE: Readonly<Record<string, string>> = {
  'no header at all': 'just text\r\nand more\r\n',
  'a dot first': '.\r\nx\r\n',
  'a line of mbox first': `From ana Thu Jan  1 00:00:00 1970\r\n${body('x\r\n')}`,
  'a blank first': ' folded: nothing\r\nx\r\n',
  'a colon first': ': x\r\n\r\ny\r\n',
}

const PARTS: Readonly<Record<string, string>> = {
  'a text and its HTML': `${MIME}${multipart('b', 'alternative', ['Content-Type: text/plain\r\n\r\nx', 'Content-Type: text/html\r\n\r\n<b>x</b>'])}`,
  '100 levels of MIME': `${MIME}${deep(100)}`,
  'a part that does not end': `${MIME}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n`,
  'before and behind the parts': `${MIME}${multipart('b', 'mixed', ['\r\nx']).replace('\r\n\r\n', '\r\n\r\nbefore\r\n')}behind\r\n--b\r\n`,
  'lines like boundaries': `${MIME}${multipart('b', 'mixed', ['\r\n--bb\r\n--\r\n--B\r\n --b\r\n--b x\r\n.--b'])}`,
  'a boundary of 70 characters': `${MIME}${multipart("0123456789'()+_,-./:=?".padEnd(70, 'x'), 'mixed', ['\r\nx'])}`,
  'a file as base64': `${MIME}${multipart('b', 'mixed', [`Content-Type: application/octet-stream; name=x.bin\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=x.bin\r\n\r\n${base64(OCTETS)}`])}`,
  'base64 that is wrong': `${MIME}Content-Transfer-Encoding: base64\r\n\r\nAAA\r\n====\r\n.AA*\r\n`,
  'a file name by RFC 2231': `${MIME}${multipart('b', 'mixed', ["Content-Type: text/plain\r\nContent-Disposition: attachment; filename*0*=utf-8''a%C3%B1;\r\n filename*1=o.txt\r\n\r\nx"])}`,
  'a message in a message': `${MIME}Content-Type: message/rfc822\r\n\r\n${body('.\r\nx\r\n')}`,
  'quoted-printable': `${MIME}Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na=C3=B1o=\r\n=20\r\nx=\r\n`,
  'UTF-16 as base64': `${MIME}Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from('año\r\n', 'utf16le').toString('base64')}\r\n`,
  uuencode: body('begin 644 x\r\n#86)C\r\n`\r\nend\r\n'),
  '500 parts': `${MIME}${multipart(
    'b',
    'mixed',
    Array.from({ length: 500 }, (_, index) => `\r\n${index}`),
  )}`,
}

/** All of them. */
export const CORPUS: readonly Hard[] = [DOTS, LINES, OCTET, HEADS, BARE, PARTS].flatMap((group) =>
  Object.entries(group).map(([name, text]) => ({ name, text, isBare: group === BARE })),
)
