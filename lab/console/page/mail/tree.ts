/** The parts of a message as they lie in each other (RFC 2046 §5). */
import type { MimePart } from '../../mail/schema.ts'
import type { Context } from '../context.ts'
import { html } from '../element.ts'
import { makeVisible } from '../visible.ts'

/** Levels that are drawn: a stranger may nest parts without end. */
const DEEPEST = 20

/** The tree as nested lists; `address` says where to save the part of a place such as `1.2`, the whole being `0`. */
export function partTree(context: Context, part: MimePart, address: (place: string) => string): HTMLElement {
  return html('ul', { class: 'mime' }, branch(context, part, [], address))
}

function branch(
  context: Context,
  part: MimePart,
  path: readonly number[],
  address: (place: string) => string,
): HTMLElement {
  const { type, name, encoding, octets, parts } = part
  const { words, format } = context
  const place = path.join('.') || '0'
  const size = [encoding, format.octets(octets)].filter((piece) => piece !== null).join(' · ')
  return html(
    'li',
    {},
    html(
      'span',
      { class: 'row' },
      html('code', { class: 'strong' }, makeVisible(type)),
      name !== null && html('span', {}, makeVisible(name)),
      html('span', { class: 'quiet small number' }, size),
      parts.length === 0 &&
        html(
          'a',
          {
            class: 'small',
            href: address(place),
            download: name ?? true,
            'aria-label': words.mail.saveWhat(name ?? type),
          },
          words.mail.save,
        ),
    ),
    parts.length > 0 &&
      path.length < DEEPEST &&
      html(
        'ul',
        {},
        parts.map((inner, index) => branch(context, inner, [...path, index + 1], address)),
      ),
  )
}
