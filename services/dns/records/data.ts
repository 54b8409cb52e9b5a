/** The data of records by their types: read, checked and printed field by field (RFC 1035 §3.3, RFC 3597). */
import { quantity } from '../../../lab/kit/quantity.ts'
import { nameLength, PresentationError, WireError } from '../wire/name.ts'
import { takePlain, type Field, type FieldShape, type Token, type Words } from './fields.ts'
import { parseNumber } from './numbers.ts'
import { fieldsOf, TYPES, type RecordType } from './types.ts'

/** Octets of one record's data at most (RFC 1035 §3.2.1). */
const RDATA_LIMIT = 65_535

/** What is computed from the fields of a type once. */
interface Layout {
  readonly mnemonic: string
  readonly fields: readonly Field[]
  readonly shapes: readonly FieldShape[]
  /** Octets of data that is of a fixed length and needs no other check. */
  readonly size: number | undefined
  /** Whether any field looks at more than its shape. */
  readonly isChecked: boolean
}

const LAYOUTS: ReadonlyMap<number, Layout> = new Map(
  TYPES.flatMap(({ code, mnemonic, fields }) => {
    if (fields === undefined) return []
    const shapes = fields.map((field) => field.shape)
    const isChecked = fields.some((field) => 'check' in field)
    const size = isChecked ? undefined : fixedSize(shapes)
    return [[code, { mnemonic, fields, shapes, size, isChecked }] as const]
  }),
)

function fixedSize(shapes: readonly FieldShape[]): number | undefined {
  let size = 0
  for (const shape of shapes) {
    if (typeof shape !== 'number') return undefined
    size += shape
  }
  return size
}

/** Where the field that starts at `at` ends in data whose names are not compressed; throws a `WireError` if it does not fit. */
export function fieldEnd(shape: FieldShape, octets: Buffer, at: number): number {
  const end = shapeEnd(shape, octets, at)
  if (end > octets.length) throw new WireError('the data of a record is cut short')
  return end
}

function shapeEnd(shape: FieldShape, octets: Buffer, at: number): number {
  switch (shape) {
    case 'name':
    case 'compressible':
      return at + nameLength(octets, at)
    case 'string':
      return at + 1 + (octets[at] ?? 0)
    case 'strings':
      return stringsEnd(octets, at)
    case 'rest':
      return octets.length
    default:
      return at + shape
  }
}

// TXT holds one string at least (RFC 1035 §3.3.14), which may be empty.
function stringsEnd(octets: Buffer, at: number): number {
  let end = at
  do end += 1 + (octets[end] ?? 0)
  while (end < octets.length)
  return end
}

/** Throws a `WireError` unless the uncompressed data is well formed for its type. */
export function checkData(code: number, data: Buffer): void {
  const type = LAYOUTS.get(code)
  if (type === undefined || type.size === data.length) return
  let at = 0
  for (const shape of type.shapes) at = fieldEnd(shape, data, at)
  if (at !== data.length) throw new WireError(`the data of a ${type.mnemonic} record has octets too many`)
  if (type.isChecked) checkFields(type.fields, data)
}

function checkFields(fields: readonly Field[], data: Buffer): void {
  let at = 0
  for (const field of fields) {
    const end = fieldEnd(field.shape, data, at)
    const mistake = field.check?.(data.subarray(at, end))
    if (mistake !== undefined) throw new WireError(mistake.en)
    at = end
  }
}

/** Reads one record's data in its type's own form or as `\# length hex` (RFC 3597 §5); throws a `PresentationError` about the last word taken, or a `WordError`. */
export function parseData(type: RecordType, words: Words, first: Token | undefined): Buffer {
  if (first !== undefined && !first.quoted && first.text === String.raw`\#`) {
    words.take()
    return parseGeneric(type, words)
  }
  if (type.fields === undefined) {
    if (first !== undefined) words.take()
    throw new PresentationError({
      en: String.raw`data of type ${type.mnemonic} is written as octets: \# LENGTH HEX (RFC 3597)`,
      es: String.raw`los datos de tipo ${type.mnemonic} se escriben como octetos: \# LONGITUD HEX (RFC 3597)`,
    })
  }
  const data = Buffer.concat(type.fields.map((field) => parseField(field, words)))
  if (data.length > RDATA_LIMIT) throw tooLong(data.length)
  return data
}

function parseField(field: Field, words: Words): Buffer {
  const octets = field.parse(words)
  const mistake = field.check?.(octets)
  if (mistake !== undefined) throw new PresentationError(mistake)
  return octets
}

function tooLong(length: number): PresentationError {
  return new PresentationError({
    en: `the data is ${length} octets long; a record holds at most ${RDATA_LIMIT}`,
    es: `los datos ocupan ${length} octetos; un registro admite como mucho ${RDATA_LIMIT}`,
  })
}

function parseGeneric(type: RecordType, words: Words): Buffer {
  const length = parseNumber(takePlain(words), RDATA_LIMIT)
  let hexadecimal = ''
  while (words.hasMore()) hexadecimal += takePlain(words).text
  if (!/^(?:[0-9a-f]{2})*$/i.test(hexadecimal) || hexadecimal.length !== length * 2) {
    throw new PresentationError({
      en: `expected ${quantity(length, 'octet', 'octets')} as ${length * 2} hexadecimal digits, found ${quantity(hexadecimal.length, 'character', 'characters')}`,
      es: `${length === 1 ? 'se esperaba 1 octeto' : `se esperaban ${length} octetos`} en ${length * 2} cifras hexadecimales, hay ${quantity(hexadecimal.length, 'carácter', 'caracteres')}`,
    })
  }
  const data = Buffer.from(hexadecimal, 'hex')
  try {
    checkData(type.code, data)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new PresentationError({
      en: `these octets are no data of type ${type.mnemonic}`,
      es: `estos octetos no son datos de tipo ${type.mnemonic}`,
    })
  }
  return data
}

/** Presentation format of well-formed data; where there is none, as for unknown types, `\# length hex` (RFC 3597 §5). */
export function printData(code: number, data: Buffer): string {
  let at = 0
  const parts: string[] = []
  for (const field of fieldsOf(code) ?? []) {
    const end = fieldEnd(field.shape, data, at)
    const text = field.print(data.subarray(at, end))
    if (text === undefined) return printGeneric(data)
    if (text !== '') parts.push(text)
    at = end
  }
  return parts.length > 0 ? parts.join(' ') : printGeneric(data)
}

function printGeneric(data: Buffer): string {
  return String.raw`\# ${data.length}${data.length > 0 ? ` ${data.toString('hex')}` : ''}`
}
