/** A few pages of which one is shown. */
import { html, setAttribute, type Child } from './element.ts'

/** One page: its name, and what it shows when it is first chosen. */
export interface Tab {
  readonly id: string
  readonly name: string
  show(): Child
}

let made = 0

/** Tabs as the ARIA practices have them: arrows, Home and End choose, one tab stop for all. */
export function tabs(label: string, pages: readonly Tab[], first: string): HTMLElement {
  const prefix = `tabs-${(made += 1)}`
  const panel = html('div', { role: 'tabpanel', class: 'tab-panel', id: `${prefix}-panel` })
  const choose = (index: number): void => {
    const page = pages[index]
    if (page === undefined) return
    for (const [at, button] of buttons.entries()) {
      setAttribute(button, 'aria-selected', String(at === index))
      setAttribute(button, 'tabindex', at === index ? '0' : '-1')
    }
    setAttribute(panel, 'aria-labelledby', `${prefix}-${page.id}`)
    panel.replaceChildren(html('div', { class: 'tab-page' }, page.show()))
  }
  const buttons = pages.map(({ id, name }, index) =>
    html(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${prefix}-${id}`,
        'aria-controls': panel.id,
        onclick: () => choose(index),
        onkeydown: (event) => {
          const to = event instanceof KeyboardEvent ? target(event.key, index, pages.length) : undefined
          if (to === undefined) return
          event.preventDefault()
          choose(to)
          buttons[to]?.focus()
        },
      },
      name,
    ),
  )
  choose(
    Math.max(
      0,
      pages.findIndex(({ id }) => id === first),
    ),
  )
  return html(
    'div',
    { class: 'tabs' },
    html('div', { role: 'tablist', class: 'tab-list', 'aria-label': label }, buttons),
    panel,
  )
}

function target(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (index + 1) % count
  if (key === 'ArrowLeft') return (index + count - 1) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}
