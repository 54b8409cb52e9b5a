/** What a student reads where there is no conversation yet: something to try. */
import type { Context } from '../context.ts'
import { copyButton } from '../controls.ts'
import { html } from '../element.ts'
import { makeVisible } from '../visible.ts'
import { trafficWords } from './words.ts'

/** Commands that are shown at most. */
const MOST = 4

/** The words for an empty list: with filters that there is nothing of that kind, without them what to do. */
export function drawEmpty(context: Context, isFiltered: boolean): HTMLElement[] {
  const words = trafficWords(context.language)
  if (isFiltered) return [html('p', { class: 'empty' }, words.emptyFiltered)]
  const commands = (context.lab.overview?.services ?? [])
    .filter(({ state }) => state === 'running')
    .flatMap(({ endpoints }) => endpoints.flatMap(({ try: command }) => command ?? []).slice(0, 1))
    .slice(0, MOST)
  return [
    html('h2', {}, words.empty),
    ...(commands.length === 0
      ? []
      : [
          html('p', {}, words.emptyTry),
          html(
            'ul',
            { class: 'traffic-tries' },
            commands.map((command) =>
              html(
                'li',
                {},
                html('code', {}, makeVisible(command)),
                copyButton(context, () => command, command),
              ),
            ),
          ),
        ]),
  ]
}
