/** What is wrong in a value, as a person says it, where its schema does not explain itself. */
import type { z } from 'zod'
import type { Text } from '../kit/text.ts'

/** What a person calls each kind of value; schemas name more kinds than a scenario can write. */
const kinds: Readonly<Record<string, Text>> = {
  string: { en: 'a text', es: 'un texto' },
  number: { en: 'a number', es: 'un número' },
  int: { en: 'a whole number', es: 'un número entero' },
  boolean: { en: 'true or false', es: 'true o false' },
  array: { en: 'a list', es: 'una lista' },
  tuple: { en: 'a list', es: 'una lista' },
  object: { en: 'a map (key: value)', es: 'un mapa (clave: valor)' },
  record: { en: 'a map (key: value)', es: 'un mapa (clave: valor)' },
  null: { en: 'nothing', es: 'nada' },
  undefined: { en: 'nothing', es: 'nada' },
}

/** What is written in a file, shortened so that it can be told. */
const LONGEST = 60

/** The words for an issue; `input` is what was there. */
export function sayIssue(issue: z.core.$ZodRawIssue): Text {
  switch (issue.code) {
    case 'invalid_type':
      return wanted([String(issue.expected)], issue.input)
    case 'too_big':
      return bounded(issue, issue.maximum, issue.inclusive === false ? less : most)
    case 'too_small':
      return bounded(issue, issue.minimum, issue.inclusive === false ? more : least)
    case 'invalid_format':
      return misformed(issue)
    case 'not_multiple_of':
      return {
        en: `${shown(issue.input)} is no multiple of ${issue.divisor}`,
        es: `${shown(issue.input)} no es múltiplo de ${issue.divisor}`,
      }
    case 'unrecognized_keys': {
      const keys = issue.keys.map((key) => `"${key}"`).join(', ')
      return issue.keys.length === 1
        ? { en: `unknown key ${keys}`, es: `clave desconocida ${keys}` }
        : { en: `unknown keys ${keys}`, es: `claves desconocidas ${keys}` }
    }
    case 'invalid_value':
      return oneOf(issue.values.map(String), issue.input)
    case 'invalid_union':
      return noneOf(issue)
    case 'invalid_key':
      return { en: 'this name cannot be used here', es: 'este nombre no se puede usar aquí' }
    case 'invalid_element':
    case 'custom':
    default:
      return {
        en: `${shown(issue.input)} cannot be used here`,
        es: `${shown(issue.input)} no se puede usar aquí`,
      }
  }
}

/** As `a text is wanted here, not the number 5`. */
function wanted(expected: readonly string[], input: unknown): Text {
  const names = [...new Set(expected)].map((kind) => kinds[kind] ?? { en: kind, es: kind })
  const list = (language: keyof Text, or: string): string =>
    [...new Set(names.map((name) => name[language]))].join(or)
  const whole = typeof input === 'number' && expected.includes('int') ? shown(input) : undefined
  const there = found(input)
  // YAML takes bare digits for a number and "true" for more than a text.
  const isBare = expected.includes('string') && ['number', 'boolean'].includes(typeof input)
  return {
    en: `${list('en', ' or ')} is wanted here, not ${whole ?? there.en}${isBare ? `: write "${String(input)}"` : ''}`,
    es: `aquí va ${list('es', ' o ')}, no ${whole ?? there.es}${isBare ? `: escribe "${String(input)}"` : ''}`,
  }
}

function found(input: unknown): Text {
  if (input === null || input === undefined) return kinds['null'] ?? { en: '', es: '' }
  if (Array.isArray(input)) return { en: 'a list', es: 'una lista' }
  if (typeof input === 'object') return { en: 'a map', es: 'un mapa' }
  if (typeof input === 'string') return { en: `the text ${shown(input)}`, es: `el texto ${shown(input)}` }
  return { en: shown(input), es: shown(input) }
}

function shown(input: unknown): string {
  if (typeof input === 'string') return `"${input.length > LONGEST ? `${input.slice(0, LONGEST)}…` : input}"`
  const kind = typeof input
  return kind === 'number' || kind === 'boolean' || kind === 'bigint' ? String(input) : '…'
}

const most: Text = { en: 'at most', es: 'como mucho' }
const least: Text = { en: 'at least', es: 'al menos' }
const less: Text = { en: 'less than', es: 'menos de' }
const more: Text = { en: 'more than', es: 'más de' }
const exactly: Text = { en: 'exactly', es: 'exactamente' }

type Sized = Extract<z.core.$ZodRawIssue, { readonly code: 'too_big' | 'too_small' }>

/** What is counted in each kind of value: one, several. */
const units: Readonly<Record<string, readonly [Text, Text]>> = {
  string: [
    { en: 'character', es: 'carácter' },
    { en: 'characters', es: 'caracteres' },
  ],
  array: [
    { en: 'item', es: 'elemento' },
    { en: 'items', es: 'elementos' },
  ],
  map: [
    { en: 'key', es: 'clave' },
    { en: 'keys', es: 'claves' },
  ],
}

function bounded(issue: Sized, limit: number | bigint, how: Text): Text {
  const { en, es } = issue.exact === true ? exactly : how
  const unit = units[issue.origin]?.[Number(limit) === 1 ? 0 : 1]
  if (unit === undefined) {
    const range = { en: `${en} ${limit}`, es: `${es} ${limit}` }
    return {
      en: `${shown(issue.input)} is out of range: ${range.en}`,
      es: `${shown(issue.input)} está fuera de rango: ${range.es}`,
    }
  }
  if (issue.code === 'too_small' && Number(limit) === 1 && issue.origin !== 'map')
    return { en: 'this must not be empty', es: 'no puede estar vacío' }
  return { en: `${en} ${limit} ${unit.en}`, es: `${es} ${limit} ${unit.es}` }
}

function misformed(issue: Extract<z.core.$ZodRawIssue, { readonly code: 'invalid_format' }>): Text {
  const form = issue.format === 'regex' ? String(issue.pattern) : issue.format
  return {
    en: `${shown(issue.input)} is not of the form ${form}`,
    es: `${shown(issue.input)} no tiene la forma ${form}`,
  }
}

function oneOf(known: readonly string[], input: unknown): Text {
  const said = found(input)
  return {
    en: `${said.en} is not one of: ${known.join(', ')}`,
    es: `${said.es} no es ninguno de: ${known.join(', ')}`,
  }
}

/** No form that it might have fits: the kinds that each would take. */
function noneOf(issue: Extract<z.core.$ZodRawIssue, { readonly code: 'invalid_union' }>): Text {
  const tops = issue.errors.map((branch) => branch.find(({ path }) => path.length === 0))
  const expected = tops.flatMap((top) => (top?.code === 'invalid_type' ? [top.expected] : []))
  const values = tops.flatMap((top) => (top?.code === 'invalid_value' ? top.values.map(String) : []))
  if (values.length > 0 && values.length + expected.length > 0 && expected.length === 0)
    return oneOf(values, issue.input)
  if (expected.length > 0 && expected.length === tops.length) return wanted(expected, issue.input)
  return {
    en: `${shown(issue.input)} is not of any form that goes here`,
    es: `${shown(issue.input)} no tiene ninguna de las formas que van aquí`,
  }
}
