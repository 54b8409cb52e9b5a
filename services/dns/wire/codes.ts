/** The numbers of the header and of classes, by name: one place for all that read or write messages. */

/** The one class that the service serves (RFC 1035 §3.2.4). */
export const CLASS_IN = 1
/** The class of the names that tell about the server itself (RFC 1035 §3.2.4, RFC 4892). */
export const CLASS_CH = 3
/** The class that says that there is none, in updates only (RFC 2136 §1.3). */
export const CLASS_NONE = 254
/** Any class, in questions only (RFC 1035 §3.2.5). */
export const CLASS_ANY = 255

/** The kinds of request (RFC 1035 §4.1.1, RFC 1996 §3.1); all others are not implemented. */
export const OPCODE = { query: 0, notify: 4 } as const

const OPCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [OPCODE.query, 'QUERY'],
  [1, 'IQUERY'],
  [2, 'STATUS'],
  [OPCODE.notify, 'NOTIFY'],
  [5, 'UPDATE'],
  // RFC 8490
  [6, 'DSO'],
])

/** The name of a kind of request, or its number behind `OPCODE`. */
export function printOpcode(opcode: number): string {
  return OPCODE_NAMES.get(opcode) ?? `OPCODE${opcode}`
}

const CLASS_NAMES: ReadonlyMap<number, string> = new Map([
  [CLASS_IN, 'IN'],
  [CLASS_CH, 'CH'],
  [CLASS_NONE, 'NONE'],
  [CLASS_ANY, 'ANY'],
])

/** The name of a class, or its number behind `CLASS` (RFC 3597 §5). */
export function printClass(number: number): string {
  return CLASS_NAMES.get(number) ?? `CLASS${number}`
}

/** Response codes (RFC 1035 §4.1.1, RFC 2136 §2.2, RFC 6891 §9, RFC 7873 §8). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const

const RCODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RCODE).map(([name, code]) => [code, name]),
)

/** A response code's name, or its number behind `prefix` if it has none here. */
export function printCode(rcode: number, prefix = ''): string {
  return RCODE_NAMES.get(rcode) ?? `${prefix}${rcode}`
}
