/** The form that adds a fault; its fields are those that the point's schema names. */
import type { Overview } from '../../schema.ts'
import type { Context } from '../context.ts'
import { choose, field, problemBox, setChoices } from '../controls.ts'
import { html } from '../element.ts'
import type { Piece } from './piece.ts'
import { settingField, type Setting, type SettingSchema } from './setting.ts'

/** What the host itself understands of each fault. */
const COMMON: readonly string[] = ['at', 'times', 'probability', 'match']

/** The form, folded until it is asked for. */
export class FaultForm implements Piece {
  readonly node: HTMLDetailsElement
  readonly #context: Context
  readonly #signal: AbortSignal
  readonly #problems
  /** The schemas of the points, once they are known. */
  #schemas: ReadonlyMap<string, SettingSchema> | undefined
  #settings: readonly Setting[] = []
  readonly #point = choose([], '', () => this.#showSettings())
  readonly #fields = html('div', { class: 'fault-fields' })
  readonly #times = html('input', { type: 'number', min: 1, step: 1, inputmode: 'numeric' })
  readonly #probability = html('input', {
    type: 'number',
    min: 0,
    max: 1,
    step: 'any',
    inputmode: 'decimal',
  })
  readonly #match = html('textarea', { rows: 2, spellcheck: 'false' })
  readonly #form: HTMLFormElement
  readonly #nowhere: HTMLElement

  constructor(context: Context, signal: AbortSignal) {
    const { words } = context
    this.#context = context
    this.#signal = signal
    this.#problems = problemBox(context)
    this.#form = this.#build()
    this.#nowhere = html('p', { class: 'quiet small', hidden: true }, words.faults.nowhere)
    this.node = html(
      'details',
      { class: 'fold' },
      html('summary', {}, words.faults.add),
      this.#form,
      this.#nowhere,
    )
    this.node.addEventListener('toggle', () => {
      if (this.node.open && this.#schemas === undefined) void this.#load()
    })
  }

  update(overview: Overview): void {
    setChoices(this.#point, pointChoices(overview))
    const isNowhere = this.#point.options.length === 0
    this.#nowhere.hidden = !isNowhere
    this.#form.hidden = isNowhere
  }

  #build(): HTMLFormElement {
    const { faults } = this.#context.words
    return html(
      'form',
      {
        class: 'fault-form',
        // The lab judges: what the browser says of a field is in the browser's language, and knows less.
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault()
          void this.#send()
        },
      },
      field(faults.point, this.#point),
      html('fieldset', {}, html('legend', {}, faults.happens), this.#fields),
      html(
        'fieldset',
        {},
        html('legend', {}, faults.howOften),
        html(
          'div',
          { class: 'fault-fields' },
          field(faults.times, this.#times, faults.timesHint),
          field(faults.probability, this.#probability, faults.probabilityHint),
        ),
        field(faults.match, this.#match, faults.matchHint),
      ),
      this.#problems.node,
      html('div', { class: 'row' }, html('button', { class: 'button-main' }, faults.add)),
    )
  }

  async #load(): Promise<void> {
    try {
      const { points } = await this.#context.api.call('faults.points', {}, this.#signal)
      this.#schemas = new Map(points.map(({ at, settings }): [string, SettingSchema] => [at, settings]))
      this.#showSettings()
    } catch (error) {
      if (!this.#signal.aborted) this.#problems.show(error)
    }
  }

  #showSettings(): void {
    const { properties = {}, 'x-es': spanish = {} } = this.#schemas?.get(this.#point.value) ?? {}
    const translated = this.#context.language === 'es' ? spanish : {}
    this.#settings = Object.entries(properties)
      .filter(([name]) => !COMMON.includes(name))
      .map(([name, schema]) => settingField(this.#context, name, schema, translated[name]))
    this.#fields.replaceChildren(...this.#settings.map(({ node }) => node))
    this.#problems.clear()
  }

  async #send(): Promise<void> {
    const { api, lab, announce, words } = this.#context
    const at = this.#point.value
    this.#problems.clear()
    try {
      await api.call('faults.add', { ...this.#entered(), at })
      announce(words.faults.added(at))
      this.node.open = false
      this.node.querySelector('summary')?.focus()
      this.#form.reset()
      this.#showSettings()
    } catch (error) {
      this.#problems.show(error)
    }
    await lab.refresh()
  }

  #entered(): Record<string, unknown> {
    const { faults } = this.#context.words
    const [times, probability, match] = [this.#times.value, this.#probability.value, this.#match.value.trim()]
    return {
      ...Object.fromEntries(this.#settings.flatMap(({ entry }) => entry())),
      ...(times !== '' && { times: Number(times) }),
      ...(probability !== '' && { probability: Number(probability) }),
      ...(match !== '' && { match: pairs(match, faults.matchWrong) }),
    }
  }
}

/** Each point once, with the services that have it. */
function pointChoices({ services }: Overview): { readonly value: string; readonly label: string }[] {
  const having = new Map<string, string[]>()
  for (const { name, faultPoints } of services)
    for (const at of faultPoints) having.set(at, [...(having.get(at) ?? []), name])
  return [...having].map(([at, names]) => ({ value: at, label: `${at} (${names.join(', ')})` }))
}

function pairs(text: string, wrong: (line: string) => string): Record<string, string> {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error(wrong(line))
      return [name, value]
    }),
  )
}
