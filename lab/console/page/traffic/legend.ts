/** What the lines and signs of a ladder mean. */
import type { LadderStep } from '../../traffic/schema.ts'
import { svg } from '../element.ts'
import { drawBand, drawRung, type Captions, type Look } from './ladder-svg.ts'
import type { Layout } from './layout.ts'
import type { TrafficWords } from './words.ts'

type Kind = LadderStep['kind']

const kinds: readonly Kind[] = ['request', 'reply', 'refusal', 'data', 'tls', 'fact', 'event']
/** The least width of an example, which has its name on it. */
const LEAST = 190
const LINE = 46

/** A legend with its height. */
export interface Legend {
  readonly height: number
  readonly nodes: readonly SVGElement[]
}

/** A small arrow or note of each kind that the steps have, and of the band of TLS if they have it. */
export function drawLegend(
  steps: readonly LadderStep[],
  words: TrafficWords,
  captions: Captions,
  look: Look,
  width: number,
): Legend {
  const columns = Math.max(1, Math.floor(width / LEAST))
  const column = width / columns
  const place = (index: number): string =>
    `translate(${(index % columns) * column} ${Math.floor(index / columns) * LINE})`
  const layout: Layout = {
    width: column,
    height: LINE,
    client: 0,
    server: column - 24,
    rungs: [],
    gaps: [],
    bands: [],
  }
  const nodes = kinds
    .filter((kind) => steps.some((step) => step.kind === kind))
    .map((kind, index) => {
      const drawn = drawExample(kind, words.kinds[kind], layout, captions, look)
      drawn.setAttribute('transform', place(index))
      return drawn
    })
  if (steps.some(({ isEnciphered }) => isEnciphered))
    nodes.push(
      svg(
        'g',
        { transform: place(nodes.length) },
        drawBand(layout, 8, 26, look),
        svg(
          'text',
          { x: layout.server / 2, y: 25, 'text-anchor': 'middle', ...look('label', 'tls') },
          words.inTls,
        ),
      ),
    )
  return { height: Math.ceil(nodes.length / columns) * LINE, nodes }
}

function drawExample(kind: Kind, name: string, layout: Layout, captions: Captions, look: Look): SVGElement {
  const from = kind === 'fact' ? 'lab' : kind === 'request' ? 'client' : 'server'
  const step: LadderStep = { at: 0, from, kind, text: name, isEnciphered: false, octets: 0, parts: [] }
  const drawn = drawRung(layout, { index: 0, step, text: name, since: 0, top: 0, height: 38 }, look, captions)
  // It happened at no time.
  drawn.firstElementChild?.remove()
  return drawn
}
