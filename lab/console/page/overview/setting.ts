/** One setting of a fault: the control that fits its schema. */
import type { Context } from '../context.ts'
import { choose, field } from '../controls.ts'
import { html } from '../element.ts'

/** As much of a JSON Schema as a form needs. */
export interface SettingSchema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly (string | number | boolean)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, SettingSchema>>
  /** The descriptions of the properties in Spanish, by name. */
  readonly 'x-es'?: Readonly<Record<string, string>>
}

/** A field, and what stands in it. */
export interface Setting {
  readonly node: HTMLElement
  /** The setting with its value; nothing where none was given. */
  readonly entry: () => [string, unknown][]
}

/** The control for one setting: its name is the scenario's own word, its help what the schema says, translated where it can be. */
export function settingField(
  context: Context,
  name: string,
  schema: SettingSchema,
  translated?: string,
): Setting {
  const { control, read } = controlOf(context, schema)
  const node = field(name, control, translated ?? schema.description)
  // Without a translation the schema speaks English, as the scenario's own words do.
  if (translated === undefined) node.querySelector('.field-hint')?.setAttribute('lang', 'en')
  node.querySelector('.field-name')?.classList.add('mono')
  return {
    node,
    entry: () => {
      const value = read()
      return value === undefined ? [] : [[name, value]]
    },
  }
}

function controlOf(
  { words }: Context,
  schema: SettingSchema,
): { readonly control: HTMLElement; readonly read: () => unknown } {
  const { type } = schema
  const unset = { value: '', label: words.faults.unset }
  if (schema.enum !== undefined) {
    const values = schema.enum.map(String)
    const select = choose([unset, ...values.map((value) => ({ value, label: value }))], '', () => undefined)
    return { control: select, read: () => select.value || undefined }
  }
  if (type === 'boolean') {
    const choices = [
      unset,
      { value: 'true', label: words.faults.yes },
      { value: 'false', label: words.faults.no },
    ]
    const select = choose(choices, '', () => undefined)
    return { control: select, read: () => (select.value === '' ? undefined : select.value === 'true') }
  }
  const isNumber = type === 'number' || type === 'integer'
  const input = html('input', {
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    ...(isNumber && {
      type: 'number',
      inputmode: 'decimal',
      step: type === 'integer' ? 1 : 'any',
      ...limits(schema),
    }),
  })
  return {
    control: input,
    read: () => {
      const text = input.value.trim()
      if (text === '') return undefined
      if (isNumber) return Number(text)
      if (type === 'array') return text.split(',').map((item) => item.trim())
      return type === 'string' || type === undefined ? text : parsed(text)
    },
  }
}

function limits({ minimum, maximum }: SettingSchema): { min?: number; max?: number } {
  return {
    ...(minimum !== undefined && { min: minimum }),
    ...(maximum !== undefined && { max: maximum }),
  }
}

/** Anything else is written as JSON; what is none goes as text, for the lab to judge. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The lab says what it wants instead.
    return text
  }
}
