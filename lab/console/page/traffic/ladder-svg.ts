/** A ladder diagram as SVG, made by the DOM's functions: on the page with classes, in a file of its own with colours. */
import { svg, type Attributes } from '../element.ts'
import type { LadderStep } from '../../traffic/schema.ts'
import { COLUMN, type Gap, type Layout, type Rung } from './layout.ts'
import { columnsOf } from '../visible.ts'

type Kind = LadderStep['kind']

/** The parts of the picture that have a look. */
export type Role =
  | 'lifeline'
  | 'time'
  | 'label'
  | 'line'
  | 'head'
  | 'mark'
  | 'note'
  | 'band'
  | 'wash'
  | 'lock'
  | 'shackle'
  | 'gap'

/** What a part looks like: attributes for SVG. */
export type Look = (role: Role, kind?: Kind) => Attributes

/** The words that the picture needs. */
export interface Captions {
  readonly time: (milliseconds: number) => string
  readonly silence: (milliseconds: number) => string
}

/** The look on the page, which the style sheet gives to the classes. */
export const pageLook: Look = (role, kind) => ({ class: kind === undefined ? role : `${role} ${kind}` })

/** All of a ladder but its names on top: bands first, so that the rest stands before them. */
export function drawLadder(layout: Layout, look: Look, captions: Captions): SVGElement[] {
  return [
    ...layout.bands.flatMap(({ top, height }) => drawBand(layout, top, height, look)),
    ...drawLifelines(layout, look),
    ...layout.gaps.map((gap) => drawGap(layout, gap, look, captions)),
    ...layout.rungs.map((rung) => drawRung(layout, rung, look, captions)),
  ]
}

/** One step: its time at the margin, and its arrow or note. */
export function drawRung(layout: Layout, rung: Rung, look: Look, captions: Captions): SVGElement {
  const { step, top, height, since } = rung
  const line = height - 9
  return svg(
    'g',
    { transform: `translate(0 ${top})`, 'data-step': rung.index },
    svg(
      'text',
      { x: layout.client - 10, y: line + 4, 'text-anchor': 'end', ...look('time') },
      captions.time(since),
    ),
    step.from === 'lab' ? drawNote(layout, rung, look) : drawArrow(layout, rung, line, look),
  )
}

function drawArrow(layout: Layout, { step, text }: Rung, line: number, look: Look): SVGElement[] {
  const { kind } = step
  const isRight = step.from === 'client'
  const middle = (layout.client + layout.server) / 2
  const [tail, tip] = isRight ? [layout.client, layout.server - 2] : [layout.server, layout.client + 2]
  const back = isRight ? -1 : 1
  const length = kind === 'event' ? 6 : 9
  const neck = tip + back * (length - 1)
  const stroke = (y: number): SVGElement =>
    svg('line', { x1: tail, x2: kind === 'reply' ? tip : neck, y1: y, y2: y, ...look('line', kind) })
  const half = kind === 'event' ? 3 : kind === 'data' ? 6 : 4.5
  const head = `M${tip + back * length} ${line - half}L${tip} ${line}L${tip + back * length} ${line + half}`
  return [
    // RFC and textbook ladders write on the arrow; isolated, so that letters written from the right move nothing else.
    svg(
      'text',
      {
        x: middle,
        // The mark of a refusal stands on the line, below its text.
        y: line - (kind === 'refusal' ? 10 : 6),
        'text-anchor': 'middle',
        direction: 'ltr',
        'unicode-bidi': 'isolate',
        ...look('label', kind),
      },
      text,
    ),
    ...(kind === 'data' ? [stroke(line - 2), stroke(line + 2)] : [stroke(line)]),
    // A request fills its head, a reply leaves it open: the two differ without colours.
    svg('path', { d: kind === 'reply' ? head : `${head}Z`, ...look('head', kind) }),
    ...(kind === 'refusal' ? [drawCross(middle, line, look)] : []),
  ]
}

/** The mark of a refusal: a cross in a circle. */
function drawCross(x: number, y: number, look: Look): SVGElement {
  return svg(
    'g',
    {},
    svg('circle', { cx: x, cy: y, r: 6, ...look('mark') }),
    svg('path', { d: `M${x - 2.5} ${y - 2.5}l5 5m0 -5l-5 5`, ...look('line', 'refusal') }),
  )
}

/** What the lab tells: a sheet with a folded corner in the middle, which touches no lifeline; an event has no sheet. */
function drawNote(layout: Layout, { step, text, height }: Rung, look: Look): SVGElement[] {
  const middle = (layout.client + layout.server) / 2
  const words = svg(
    'text',
    {
      x: middle,
      y: height / 2 + 4,
      'text-anchor': 'middle',
      direction: 'ltr',
      'unicode-bidi': 'isolate',
      ...look('label', step.kind),
    },
    text,
  )
  if (step.kind === 'event') return [words]
  const width = Math.min(layout.server - layout.client - 16, columnsOf(text) * COLUMN + 28)
  const left = middle - width / 2
  const sheet = `M${left} 3h${width - 8}l8 8v${height - 14}h${-width}zm${width - 8} 0v8h8`
  return [svg('path', { d: sheet, ...look('note', step.kind) }), words]
}

/** A stretch inside TLS: a wash between the lifelines, and a bar with a lock beside the server's. */
export function drawBand(layout: Layout, top: number, height: number, look: Look): SVGElement[] {
  const left = layout.server + 4
  return [
    svg('rect', { x: layout.client, y: top, width: layout.server - layout.client, height, ...look('wash') }),
    svg('rect', { x: left, y: top, width: 14, height, rx: 3, ...look('band') }),
    svg('rect', { x: left + 3, y: top + 9, width: 8, height: 6, rx: 1, ...look('lock') }),
    svg('path', { d: `M${left + 4.5} ${top + 9}v-2a2.5 2.5 0 0 1 5 0v2`, ...look('shackle') }),
  ]
}

/** The two lifelines, with nothing where the gaps are. */
function drawLifelines(layout: Layout, look: Look): SVGElement[] {
  const edges = [0, ...layout.gaps.flatMap(({ top, height }) => [top, top + height]), layout.height]
  const down = edges.map((edge, index) => `${index % 2 === 0 ? 'M' : 'V'}${edge}`)
  return [layout.client, layout.server].map((x) =>
    svg('path', { d: down.map((move) => move.replace('M', `M${x} `)).join(''), ...look('lifeline') }),
  )
}

/** A break of both lifelines, with how long nothing happened. */
function drawGap(layout: Layout, { top, height, wait }: Gap, look: Look, captions: Captions): SVGElement {
  const zigzag = (x: number): string => `M${x} ${top}v6l-5 4l10 6l-10 6l5 4v${height - 26}`
  return svg(
    'g',
    {},
    svg('path', { d: zigzag(layout.client) + zigzag(layout.server), ...look('gap') }),
    svg(
      'text',
      {
        x: (layout.client + layout.server) / 2,
        y: top + height / 2 + 4,
        'text-anchor': 'middle',
        ...look('time'),
      },
      captions.silence(wait),
    ),
  )
}
