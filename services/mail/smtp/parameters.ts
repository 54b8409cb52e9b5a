/** The parameters of MAIL and RCPT (RFC 5321 §4.1.2, esmtp-param); pure. */
import type { Notify, Recipient, Refusal, Sender } from '../envelope.ts'
import type { Extension } from '../options.ts'
import { parsePath } from './path.ts'
import { decodeXtext } from './xtext.ts'

/** The extension that each parameter of MAIL comes with. */
const MAIL: ReadonlyMap<string, Extension> = new Map([
  ['SIZE', 'SIZE'],
  ['BODY', '8BITMIME'],
  ['SMTPUTF8', 'SMTPUTF8'],
  ['RET', 'DSN'],
  ['ENVID', 'DSN'],
  ['AUTH', 'AUTH'],
])

/** The same of RCPT. */
const RCPT: ReadonlyMap<string, Extension> = new Map([
  ['NOTIFY', 'DSN'],
  ['ORCPT', 'DSN'],
])

const NOTIFY: ReadonlyMap<string, Notify> = new Map([
  ['NEVER', 'NEVER'],
  ['SUCCESS', 'SUCCESS'],
  ['FAILURE', 'FAILURE'],
  ['DELAY', 'DELAY'],
])

/** The values of parameters by their names; undefined for one that was given none. */
type Values = ReadonlyMap<string, string | undefined>

/** What MAIL's parameters say, given with the blank before them. */
export function parseMailParameters(
  text: string,
  extensions: ReadonlySet<Extension>,
): Omit<Sender, 'address'> | Refusal {
  const values = parseParameters(text, MAIL, extensions)
  if (!(values instanceof Map)) return values
  const size = digits(values)
  const body = choice(values, 'BODY', ['7BIT', '8BITMIME'] as const)
  const returned = choice(values, 'RET', ['FULL', 'HDRS'] as const)
  const envelopeId = envelopeIdOf(values)
  if (size === 'wrong') return wrong('SIZE')
  if (body === 'wrong') return wrong('BODY')
  if (returned === 'wrong') return wrong('RET')
  if (envelopeId === 'wrong') return wrong('ENVID')
  if (values.get('SMTPUTF8') !== undefined) return wrong('SMTPUTF8')
  if (values.has('AUTH') && !isSubmitter(values.get('AUTH'))) return wrong('AUTH')
  const isUtf8 = values.has('SMTPUTF8')
  return { size, body: body ?? '7BIT', isUtf8, returned, envelopeId: envelopeId?.text }
}

/** What RCPT's parameters say, given with the blank before them. */
export function parseRcptParameters(
  text: string,
  extensions: ReadonlySet<Extension>,
): Omit<Recipient, 'address'> | Refusal {
  const values = parseParameters(text, RCPT, extensions)
  if (!(values instanceof Map)) return values
  const notify = notifyOf(values)
  if (notify === 'wrong') return wrong('NOTIFY')
  const original = originalOf(values)
  if (original === 'wrong') return wrong('ORCPT')
  return { notify, original: original?.text }
}

function parseParameters(
  text: string,
  known: ReadonlyMap<string, Extension>,
  extensions: ReadonlySet<Extension>,
): Map<string, string | undefined> | Refusal {
  const values = new Map<string, string | undefined>()
  if (text === '') return values
  if (!/^[\t ]/.test(text)) return { code: 501, status: '5.5.4', text: 'A blank must follow the address' }
  for (const word of text.split(/[\t ]+/)) {
    if (word === '') continue
    const [, name, value] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^=]+))?$/.exec(word) ?? []
    if (name === undefined) return { code: 501, status: '5.5.4', text: `${word}: malformed parameter` }
    const keyword = name.toUpperCase()
    const extension = known.get(keyword)
    if (extension === undefined || !extensions.has(extension))
      return { code: 555, status: '5.5.4', text: `${keyword}: unknown parameter` }
    if (values.has(keyword)) return { code: 555, status: '5.5.4', text: `${keyword}: given twice` }
    values.set(keyword, value)
  }
  return values
}

function wrong(name: string): Refusal {
  return { code: 501, status: '5.5.4', text: `${name}: malformed value` }
}

// RFC 1870 §4: up to 20 digits, of which beyond 2^53 nothing is smaller than the limit.
function digits(values: Values): number | undefined | 'wrong' {
  if (!values.has('SIZE')) return undefined
  const value = values.get('SIZE') ?? ''
  return /^\d{1,20}$/.test(value) ? Number(value) : 'wrong'
}

function choice<Choice extends string>(
  values: Values,
  name: string,
  choices: readonly Choice[],
): Choice | undefined | 'wrong' {
  if (!values.has(name)) return undefined
  const value = values.get(name)?.toUpperCase()
  return choices.find((one) => one === value) ?? 'wrong'
}

// RFC 3461 §4.4
function envelopeIdOf(values: Values): { readonly text: string } | undefined | 'wrong' {
  if (!values.has('ENVID')) return undefined
  const value = values.get('ENVID') ?? ''
  const text = value.length > 100 ? undefined : decodeXtext(value)
  return text === undefined || text === '' ? 'wrong' : { text }
}

// RFC 3461 §4.1: NEVER stands alone.
function notifyOf(values: Values): readonly Notify[] | undefined | 'wrong' {
  if (!values.has('NOTIFY')) return undefined
  const words = (values.get('NOTIFY') ?? '').toUpperCase().split(',')
  const notify = words.flatMap((word) => NOTIFY.get(word) ?? [])
  const isAlone = words.length === 1 || !words.includes('NEVER')
  return isAlone && notify.length === words.length && new Set(words).size === words.length ? notify : 'wrong'
}

// RFC 3461 §4.2
function originalOf(values: Values): { readonly text: string } | undefined | 'wrong' {
  if (!values.has('ORCPT')) return undefined
  const value = values.get('ORCPT') ?? ''
  const [, type = '', xtext = ''] = /^([A-Za-z0-9-]{1,40});(.+)$/.exec(value) ?? []
  const address = decodeXtext(xtext)
  if (type === '' || value.length > 500 || address === undefined) return 'wrong'
  return { text: `${type};${address}` }
}

// RFC 4954 §5: read, and then taken for `<>`, since no client here is trusted to speak for others.
function isSubmitter(value: string | undefined): boolean {
  if (value === '<>') return true
  const address = value === undefined || value.length > 500 ? undefined : decodeXtext(value)
  return address !== undefined && parsePath(`<${address}>`, 'forward')?.length === address.length + 2
}
