/** A ladder as an SVG file of its own, for a report: light colours by attributes, text as text, a title and a legend. */
import type { Ladder, LadderStep } from '../../traffic/schema.ts'
import type { Context } from '../context.ts'
import { svg, type Attributes } from '../element.ts'
import { drawLadder, type Look, type Role } from './ladder-svg.ts'
import { drawLegend } from './legend.ts'
import { layOut, type Layout } from './layout.ts'
import { cut, makeVisible } from '../visible.ts'
import { captionsOf, trafficWords, type TrafficWords } from './words.ts'

type Kind = LadderStep['kind']

const WIDTH = 920
const EDGE = 20
const HEAD = 112
const GAP = 24

const colours: Readonly<Record<Kind, string>> = {
  request: '#0b5aa2',
  reply: '#6a3aa5',
  refusal: '#b02a24',
  data: '#1a6b3c',
  event: '#6b7480',
  tls: '#0a6a70',
  fact: '#805000',
}

/** The grounds of notes, where it is not that of a fact. */
const sheets: Readonly<Partial<Record<Kind, string>>> = { tls: '#e9f5f6', refusal: '#fce4e2' }

const sans = { 'font-family': 'Liberation Sans, DejaVu Sans, Arial, sans-serif' }
const mono = { 'font-family': 'Liberation Mono, DejaVu Sans Mono, Consolas, monospace' }

const fixed: Readonly<Record<Exclude<Role, 'label' | 'line' | 'head' | 'note'>, Attributes>> = {
  lifeline: { fill: 'none', stroke: '#7f8894', 'stroke-width': 1.5 },
  time: { ...sans, 'font-size': 11, fill: '#515b67' },
  mark: { fill: '#ffffff', stroke: colours.refusal, 'stroke-width': 1.5 },
  band: { fill: '#b9e0e2' },
  wash: { fill: '#e9f5f6' },
  lock: { fill: colours.tls },
  shackle: { fill: 'none', stroke: colours.tls, 'stroke-width': 1.5 },
  gap: { fill: 'none', stroke: '#7f8894', 'stroke-width': 1.5 },
}

/** The look of the file: no class, no style sheet, so that every program draws it alike. */
const fileLook: Look = (role, kind = 'event') => {
  const colour = colours[kind]
  const isSmall = kind === 'event'
  if (role === 'label') {
    const fill = isSmall || kind === 'refusal' ? colour : '#1b2128'
    return { ...mono, 'font-size': isSmall ? 11 : 12, fill }
  }
  if (role === 'line') {
    const dashes = kind === 'tls' ? '6 4' : isSmall ? '1 3' : undefined
    return { stroke: colour, 'stroke-width': isSmall ? 1 : 1.5, 'stroke-dasharray': dashes, fill: 'none' }
  }
  if (role === 'head')
    return { stroke: colour, 'stroke-width': 1.5, fill: kind === 'reply' ? 'none' : colour }
  if (role === 'note') return { fill: sheets[kind] ?? '#fbefd5', stroke: colour, 'stroke-width': 1 }
  return fixed[role]
}

/** The text of the file. */
export function exportSvg(context: Context, ladder: Ladder): string {
  const words = trafficWords(context.language)
  const captions = captionsOf(context)
  const layout = layOut(ladder, WIDTH - 2 * EDGE)
  const legend = drawLegend(ladder.steps, words, captions, fileLook, WIDTH - 2 * EDGE)
  const height = HEAD + layout.height + GAP + legend.height + EDGE
  const { id, service, summary } = ladder.conversation
  const title = `${words.heading(String(id))} · ${service} · ${makeVisible(summary)}`
  const file = svg(
    'svg',
    { version: '1.1', width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, 'xml:lang': context.language },
    svg('title', {}, title),
    svg('desc', {}, `${words.madeBy}.`),
    svg('rect', { width: WIDTH, height, fill: '#ffffff' }),
    drawHead(context, ladder, layout, words),
    svg('g', { transform: `translate(${EDGE} ${HEAD})` }, drawLadder(layout, fileLook, captions)),
    svg('g', { transform: `translate(${EDGE} ${HEAD + layout.height + GAP})` }, legend.nodes),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(file)}\n`
}

/** Title, service and time, and the names of both sides over their lifelines. */
function drawHead(context: Context, ladder: Ladder, layout: Layout, words: TrafficWords): SVGElement[] {
  const { id, service, transport, summary, account, client, server, openedAt, octets } = ladder.conversation
  const { format } = context
  const line = (y: number, size: number, fill: string, text: string, more: Attributes = {}): SVGElement =>
    svg('text', { x: EDGE, y, 'font-size': size, fill, ...sans, ...more }, text)
  const told = [
    service,
    transport.toUpperCase(),
    ...(account === null ? [] : [`${words.columns.account} ${makeVisible(account)}`]),
    format.moment(openedAt),
    words.sent(format.octets(octets.client), format.octets(octets.server)),
  ]
  const name = (x: number, side: string, address: string, anchor: string): SVGElement[] => [
    line(80, 12, '#1b2128', side, { x, 'text-anchor': anchor, 'font-weight': 'bold' }),
    line(97, 12, '#1b2128', makeVisible(address), { x, 'text-anchor': anchor, ...mono }),
  ]
  return [
    line(30, 16, '#1b2128', cut(`${words.heading(String(id))} · ${makeVisible(summary)}`, 96), {
      'font-weight': 'bold',
    }),
    line(50, 12, '#515b67', told.join(' · ')),
    ...name(EDGE + layout.client - 10, words.clientSide, client, 'start'),
    ...name(EDGE + layout.server + 10, words.serverSide, server, 'end'),
  ]
}
