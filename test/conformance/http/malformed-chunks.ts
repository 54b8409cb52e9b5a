/** What stands where chunks belong (RFC 9112 §7.1), by what servers make of it. */

/** Right chunks. */
export const rightChunks = [
  '5\r\nabcde\r\n0\r\n\r\n',
  '1 \r\na\r\n0\r\n\r\n',
  '1\t\r\na\r\n0\r\n\r\n',
  '1;b\r\na\r\n0\r\n\r\n',
  '1;b=c\r\na\r\n0\r\n\r\n',
  '00000000000000000001\r\na\r\n0\r\n\r\n',
  '0\r\nX: b\r\n\r\n',
  '0\r\nHost: b\r\n\r\n',
  '0\r\nContent-Length: 9\r\n\r\n',
] as const

/** Extensions that are cut short. */
export const bareExtensions = ['1;\r\na\r\n0\r\n\r\n', '1;b="c\r\na\r\n0\r\n\r\n'] as const

/** Wrong ones in which a lenient reader still finds sizes and ends: with LF for an end, any blank, extension or trailer. */
export const looseChunks = [
  '1;\x00\r\na\r\n0\r\n\r\n',
  '1 1\r\na\r\n0\r\n\r\n',
  '1\na\n0\n\n',
  '1\r\na\n0\r\n\r\n',
  '0\n\n',
  '0\r\nX : b\r\n\r\n',
  '0\r\n X\r\n\r\n',
  '0\r\nX\r\n\r\n',
] as const

/** Those in which neither nginx nor Apache does. */
export const wrongChunks = [
  'g\r\n\r\n',
  '-1\r\na\r\n0\r\n\r\n',
  '+1\r\na\r\n0\r\n\r\n',
  '0x1\r\na\r\n0\r\n\r\n',
  ' 1\r\na\r\n0\r\n\r\n',
  '\r\na\r\n0\r\n\r\n',
  '1;b="\n"\r\na\r\n0\r\n\r\n',
  '1\x00\r\na\r\n0\r\n\r\n',
  '1\x0b\r\na\r\n0\r\n\r\n',
  '1,1\r\na\r\n0\r\n\r\n',
  '0_1\r\na\r\n0\r\n\r\n',
  '1\ra\r0\r\r',
  '1\r\na0\r\n\r\n',
  '1\r\nab\r\n0\r\n\r\n',
  '1\r\na\r\n',
] as const

/** Sizes that 63 bits do not hold. */
export const hugeSizes = [
  'ffffffffffffffff\r\na\r\n0\r\n\r\n',
  '10000000000000001\r\na\r\n0\r\n\r\n',
] as const

/** A last chunk alone: its trailers do not end. */
export const openTrailers = ['0\r\n'] as const

/** All of them. */
export const chunks: readonly string[] = [
  ...rightChunks,
  ...bareExtensions,
  ...looseChunks,
  ...wrongChunks,
  ...hugeSizes,
  ...openTrailers,
]
