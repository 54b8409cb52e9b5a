/** Controls that several views have. */
import { ApiError } from './api.ts'
import type { Context } from './context.ts'
import { html, icon, setAttribute, setText, type Child } from './element.ts'
import { makeVisible } from './visible.ts'

/** Milliseconds for which a button says that it has copied. */
const SAID = 1500

/** Two sheets, one on the other. */
const SHEETS = 'M9 9h11v11H9zM5 15H4V4h11v1'
const TICK = 'M5 12l5 5L19 7'

/** The head of a view. */
export function viewHead(title: string, ...more: readonly Child[]): HTMLElement {
  return html('div', { class: 'view-head' }, html('h1', { tabindex: -1 }, title), more)
}

/** A piece of a view with a heading. */
export function panel(title: string, head: readonly Child[], ...body: readonly Child[]): HTMLElement {
  return html(
    'section',
    { class: 'panel', 'aria-label': title },
    html('div', { class: 'panel-head' }, html('h2', {}, title), head),
    html('div', { class: 'panel-body' }, body),
  )
}

/** A button that copies a text; `what` says to screen readers what that is. */
export function copyButton(
  { words, announce }: Context,
  text: () => string,
  what: string,
): HTMLButtonElement {
  const button = html('button', {
    type: 'button',
    class: 'button-small',
    title: words.copy,
    'aria-label': words.copyWhat(what),
    onclick: () => {
      void navigator.clipboard.writeText(text()).then(
        () => {
          button.replaceChildren(icon(TICK))
          button.classList.add('is-done')
          announce(words.copied)
          setTimeout(() => {
            button.replaceChildren(icon(SHEETS))
            button.classList.remove('is-done')
          }, SAID)
        },
        // Without leave to write there, the text is still on the page to be marked.
        () => button.remove(),
      )
    },
  })
  button.append(icon(SHEETS))
  return button
}

/** A switch that asks the lab for its other position, and stands where the lab says that it stands. */
export interface Switch {
  readonly node: HTMLButtonElement
  /** `isBusy`: it is on its way, by this page or by somebody else. */
  update(isOn: boolean, isBusy: boolean): void
}

/** Makes a switch; `toggle` is asked for the position, and does not reject. */
export function makeSwitch(label: string, toggle: (isOn: boolean) => Promise<void>): Switch {
  let isOn = false
  let isAsking = false
  const node = html('button', {
    type: 'button',
    role: 'switch',
    class: 'switch',
    'aria-label': label,
    onclick: () => {
      // It keeps the focus while it waits, which a disabled button would lose.
      if (node.getAttribute('aria-busy') === 'true') return
      isAsking = true
      setAttribute(node, 'aria-busy', 'true')
      void toggle(!isOn).finally(() => {
        isAsking = false
        setAttribute(node, 'aria-busy', undefined)
      })
    },
  })
  return {
    node,
    update: (is, isBusy) => {
      isOn = is
      setAttribute(node, 'aria-checked', String(is))
      setAttribute(node, 'aria-busy', isBusy || isAsking ? 'true' : undefined)
    },
  }
}

/** A place that tells what went wrong, and is not there while nothing did. */
export interface ProblemBox {
  readonly node: HTMLElement
  show(error: unknown): void
  clear(): void
}

/** Makes a place for what goes wrong; screen readers are told at once. */
export function problemBox({ problem, text }: Context): ProblemBox {
  const node = html('div', { class: 'problem', role: 'alert', hidden: true })
  return {
    node,
    show: (error) => {
      const problems = error instanceof ApiError ? error.problems : []
      node.replaceChildren(
        html('p', {}, problem(error)),
        ...(problems.length === 0
          ? []
          : [
              html(
                'ul',
                {},
                problems.map(({ path, message }) =>
                  html('li', {}, path === '' ? '' : html('code', {}, `${path}: `), text(message)),
                ),
              ),
            ]),
      )
      node.hidden = false
    },
    clear: () => {
      node.hidden = true
      node.replaceChildren()
    },
  }
}

let fields = 0

/** A control with its name above it and, if there is one, a word of help below. */
export function field(name: string, control: HTMLElement, hint?: string): HTMLElement {
  const id = `field-${(fields += 1)}`
  control.id = id
  if (hint !== undefined) control.setAttribute('aria-describedby', `${id}-hint`)
  return html(
    'div',
    { class: 'field' },
    html('label', { class: 'field-name', for: id }, name),
    control,
    hint !== undefined && html('span', { class: 'field-hint', id: `${id}-hint` }, hint),
  )
}

/** A list to choose from; what was chosen stays when the choices change. */
export function choose(
  choices: readonly { readonly value: string; readonly label: string }[],
  chosen: string,
  changed: (value: string) => void,
): HTMLSelectElement {
  const select = html('select', { onchange: () => changed(select.value) })
  setChoices(select, choices, chosen)
  return select
}

/** Gives a list other choices, if they differ. */
export function setChoices(
  select: HTMLSelectElement,
  choices: readonly { readonly value: string; readonly label: string }[],
  chosen = select.value,
): void {
  const before = [...select.options].map(({ value, label }) => `${value} ${label}`).join('\n')
  if (before !== choices.map(({ value, label }) => `${value} ${label}`).join('\n'))
    select.replaceChildren(...choices.map(({ value, label }) => html('option', { value }, label)))
  select.value = choices.some(({ value }) => value === chosen) ? chosen : (choices[0]?.value ?? '')
}

/** The choices of a filter: all of it, or one of the names; what was chosen may not have been seen yet. */
export function withAll(
  all: string,
  names: Iterable<string>,
  chosen: string,
): { readonly value: string; readonly label: string }[] {
  const values = new Set(names)
  if (chosen !== '') values.add(chosen)
  return [
    { value: '', label: all },
    ...[...values].toSorted().map((value) => ({ value, label: makeVisible(value) })),
  ]
}

/** A small label of a state. */
export function badge(text: string, look = ''): HTMLElement {
  return html('span', { class: `badge ${look}` }, text)
}

/** Gives a badge another text and look. */
export function setBadge(node: HTMLElement, text: string, look: string): void {
  setText(node, text)
  setAttribute(node, 'class', `badge ${look}`)
}
