/** The ladder on the page: the picture, and over it a list of buttons with the same steps for keyboard, mouse and screen readers. */
import type { Ladder, LadderStep } from '../../traffic/schema.ts'
import type { Context } from '../context.ts'
import { html, perFrame, Parts, setAttribute, setText, svg, type Part } from '../element.ts'
import { drawLadder, drawRung, pageLook, type Captions } from './ladder-svg.ts'
import { layOut, type Layout, type Rung } from './layout.ts'
import { makeVisible } from '../visible.ts'
import { captionsOf, trafficWords, type TrafficWords } from './words.ts'

/** Steps that come onto the page in one frame. */
const PIECE = 150

/** How a step was come to: by focus or pointer, or opened by Enter or a click. */
export type Choice = 'focus' | 'hover' | 'leave' | 'click' | 'enter'

/** A ladder in the width that it is given, drawn again when that changes. */
export class Diagram {
  readonly node: HTMLElement
  readonly #words: TrafficWords
  readonly #captions: Captions
  readonly #chosen: (index: number, choice: Choice) => void
  readonly #picture = svg('svg', { class: 'ladder-picture', 'aria-hidden': 'true', focusable: 'false' })
  readonly #list: HTMLElement
  readonly #ground = svg('g')
  readonly #rungs = svg('g')
  readonly #drawn: Parts<Rung>
  readonly #steps: Parts<Rung>
  readonly #buttons = new Map<string, HTMLButtonElement>()
  readonly #size: ResizeObserver
  #ladder: Ladder | undefined
  #layout: Layout | undefined
  #keys: readonly string[] = []
  #places = new Map<string, number>()
  #selected: string | undefined
  /** The one step that the Tab key comes to. */
  #reachable: string | undefined
  /** Steps that are on the page; the others follow, a piece in each frame. */
  #filled = 0
  readonly #fillMore = perFrame(() => this.#fill(this.#filled + PIECE))

  constructor(context: Context, chosen: (index: number, choice: Choice) => void) {
    this.#words = trafficWords(context.language)
    this.#captions = captionsOf(context)
    this.#chosen = chosen
    this.#list = html('ol', {
      role: 'list',
      class: 'ladder-steps',
      'aria-label': this.#words.steps,
      onkeydown: (event) => this.#pressed(event),
    })
    const key = ({ index }: Rung): string | number => this.#keys[index] ?? index
    this.#drawn = new Parts(this.#rungs, key, () => this.#makeRung())
    this.#steps = new Parts(this.#list, key, (rung) => this.#makeStep(rung))
    this.#picture.append(this.#ground, this.#rungs)
    this.node = html('div', { class: 'ladder-diagram' }, this.#picture, this.#list)
    this.#size = new ResizeObserver(() => {
      if (this.#ladder && this.node.clientWidth !== this.#layout?.width) this.show(this.#ladder)
    })
    this.#size.observe(this.node)
  }

  /** The place of the selected step; -1 without one. */
  get selected(): number {
    return this.#placeOf(this.#selected)
  }

  /** Ends what watches the size. */
  end(): void {
    this.#size.disconnect()
  }

  /** Draws a ladder; where it is the last one further on, only what is new, and the selected step stays the same one. */
  show(ladder: Ladder): void {
    const layout = layOut(ladder, this.node.clientWidth)
    this.#ladder = ladder
    this.#layout = layout
    this.#keys = keysOf(ladder.steps)
    this.#places = new Map(this.#keys.map((key, index) => [key, index]))
    this.#ground.replaceChildren(...drawLadder({ ...layout, rungs: [] }, pageLook, this.#captions))
    setAttribute(this.#picture, 'viewBox', `0 0 ${layout.width} ${layout.height}`)
    setAttribute(this.#picture, 'width', String(layout.width))
    setAttribute(this.#picture, 'height', String(layout.height))
    this.#fill(Math.max(this.#filled, PIECE))
    for (const key of this.#buttons.keys()) if (!this.#places.has(key)) this.#buttons.delete(key)
    this.#mark()
  }

  /** Makes a step the selected one; `focus` also goes to it. */
  select(index: number, how?: 'focus'): void {
    const key = this.#keys[index]
    if (key === undefined) return
    if (index >= this.#filled) this.#fill(index + 1)
    this.#selected = key
    this.#mark()
    if (how === 'focus') this.#buttons.get(key)?.focus()
  }

  /** Brings the selected step into sight, above what may cover it on a small screen. */
  reveal(): void {
    this.#buttons.get(this.#selected ?? '')?.scrollIntoView({ block: 'nearest' })
  }

  #placeOf(key: string | undefined): number {
    return (key === undefined ? undefined : this.#places.get(key)) ?? -1
  }

  /** Puts the first so many steps on the page: thousands at once would hold it up. */
  #fill(count: number): void {
    if (this.#layout === undefined) return
    const { rungs } = this.#layout
    this.#filled = Math.min(count, rungs.length)
    const filled = rungs.slice(0, this.#filled)
    this.#drawn.show(filled)
    this.#steps.show(filled)
    if (this.#filled < rungs.length) this.#fillMore()
  }

  /** A step of the picture, drawn again only where it differs. */
  #makeRung(): Part<Rung> {
    const node = svg('g')
    let seen = ''
    return {
      node,
      update: (rung) => {
        const layout = this.#layout
        if (layout === undefined) return
        const looks = `${layout.width} ${rung.top} ${rung.since} ${rung.step.kind} ${rung.text}`
        if (looks === seen) return
        seen = looks
        node.replaceChildren(drawRung(layout, rung, pageLook, this.#captions))
      },
    }
  }

  #makeStep(rung: Rung): Part<Rung> {
    const key = this.#keys[rung.index] ?? ''
    const choose = (choice: Choice): void => this.#chosen(this.#placeOf(key), choice)
    const label = html('span', { class: 'unseen-text' })
    const button = html(
      'button',
      {
        type: 'button',
        class: 'ladder-step',
        tabindex: -1,
        onfocus: () => {
          this.select(this.#placeOf(key))
          choose('focus')
        },
        // The keyboard's click has no pointer, and so no count.
        onclick: (event) => choose(event instanceof MouseEvent && event.detail > 0 ? 'click' : 'enter'),
        // A step that is scrolled under a resting pointer is not looked at.
        onpointermove: (event) => {
          if (!(event instanceof PointerEvent) || event.pointerType !== 'mouse') return
          if (event.movementX !== 0 || event.movementY !== 0) choose('hover')
        },
        onpointerleave: () => choose('leave'),
      },
      label,
    )
    this.#buttons.set(key, button)
    const node = html('li', { class: 'ladder-item' }, button)
    return {
      node,
      update: ({ step, since, top, height }) => {
        setText(label, this.#sentence(step, since))
        node.style.top = `${top}px`
        node.style.height = `${height}px`
      },
    }
  }

  /** All of a step in words. */
  #sentence(step: LadderStep, since: number): string {
    const { kinds, from, inTls } = this.#words
    const place = step.isEnciphered ? `, ${inTls}` : ''
    return `${this.#captions.time(since)}, ${kinds[step.kind]}, ${from(step.from)}${place}: ${makeVisible(step.text)}`
  }

  /** One step alone is in the order of the Tab key: the selected one, or else the first. */
  #mark(): void {
    const reachable = this.selected < 0 ? this.#keys[0] : this.#selected
    for (const key of [this.#reachable, reachable]) {
      const button = this.#buttons.get(key ?? '')
      if (button === undefined) continue
      setAttribute(button, 'tabindex', key === reachable ? '0' : '-1')
      setAttribute(button, 'aria-current', key === this.#selected ? 'true' : undefined)
    }
    this.#reachable = reachable
  }

  #pressed(event: Event): void {
    if (!(event instanceof KeyboardEvent) || event.altKey || event.ctrlKey || event.metaKey) return
    const here = this.selected
    const places: Readonly<Record<string, number>> = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      PageDown: here + 10,
      PageUp: here - 10,
      Home: 0,
      End: this.#keys.length - 1,
    }
    const place = places[event.key]
    if (place === undefined) return
    event.preventDefault()
    this.select(Math.min(Math.max(place, 0), this.#keys.length - 1), 'focus')
  }
}

/** A name for each step that it keeps when others come before it; alike ones are numbered. */
function keysOf(steps: readonly LadderStep[]): string[] {
  const seen = new Map<string, number>()
  return steps.map(({ at, from, kind, text }) => {
    const name = `${at} ${from} ${kind} ${text}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name} ${count}`
  })
}
