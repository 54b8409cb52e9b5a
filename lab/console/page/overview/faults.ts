/** What is broken on purpose: a list with switches, and a form for more. */
import type { PlannedFault } from '../../schema.ts'
import type { Context } from '../context.ts'
import { makeSwitch, panel, problemBox } from '../controls.ts'
import { html, Parts, setText, type Part } from '../element.ts'
import { FaultForm } from './fault-form.ts'
import type { Piece } from './piece.ts'

/** The faults of the lab. */
export function faultsPanel(context: Context, signal: AbortSignal): Piece {
  const { words } = context
  const problems = problemBox(context)
  const list = html('ul', { class: 'faults' })
  const none = html('p', { class: 'quiet' }, words.faults.none)
  const form = new FaultForm(context, signal)
  const rows = new Parts<PlannedFault>(
    list,
    ({ id }) => id,
    (fault) => faultRow(context, fault, problems),
  )
  return {
    node: panel(
      words.faults.title,
      [],
      html('p', { class: 'quiet small' }, words.faults.what),
      list,
      none,
      problems.node,
      form.node,
    ),
    update: (overview) => {
      rows.show(overview.faults)
      none.hidden = overview.faults.length > 0
      form.update(overview)
    },
  }
}

function faultRow(
  context: Context,
  { id, at, settings, origin }: PlannedFault,
  problems: { show(error: unknown): void; clear(): void },
): Part<PlannedFault> {
  const { words, api, lab, announce } = context
  const change = async (ask: () => Promise<unknown>): Promise<void> => {
    problems.clear()
    try {
      await ask()
    } catch (error) {
      problems.show(error)
    }
    await lab.refresh()
  }
  const toggle = makeSwitch(words.faults.isOn(at), (isOn) =>
    change(() => api.call('faults.set', { id, isOn })),
  )
  const counts = html('span', { class: 'quiet small number' })
  const remove = html(
    'button',
    {
      type: 'button',
      class: 'button-small',
      'aria-label': words.faults.removeWhat(at),
      onclick: () =>
        void change(async () => {
          await api.call('faults.remove', { id })
          announce(words.faults.removed(at))
        }),
    },
    words.faults.remove,
  )
  return {
    node: html(
      'li',
      {},
      toggle.node,
      html(
        'div',
        { class: 'fault' },
        html('div', { class: 'row' }, html('code', { class: 'strong' }, at), counts),
        html('code', { class: 'fault-settings' }, settingsText(settings)),
        html('span', { class: 'quiet small' }, origin === 'live' ? words.faults.live : words.faults.scenario),
      ),
      // What the scenario plans stays planned: it can be switched off.
      origin === 'live' && remove,
    ),
    update: (now) => {
      toggle.update(now.isOn, false)
      setText(counts, countsText(context, now))
    },
  }
}

function countsText({ words, format }: Context, { committed, left }: PlannedFault): string {
  const { committedOne, committedOther, leftOne, leftOther, usedUp } = words.faults
  const happened = format.count(committed, committedOne, committedOther)
  if (left === null) return happened
  return `${happened} · ${left === 0 ? usedUp : format.count(left, leftOne, leftOther)}`
}

/** As one would write it in a scenario: `delay: 2000, match: { recipient: a@lab.test }`. */
function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join(', ')
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  return `{ ${settingsText({ ...value })} }`
}
