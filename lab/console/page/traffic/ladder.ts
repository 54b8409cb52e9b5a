/** One conversation as a ladder diagram, with the details of the step that the reader chooses. */
import type { Ladder as LadderData } from '../../traffic/schema.ts'
import { ApiError, every } from '../api.ts'
import { problemBox, type ProblemBox } from '../controls.ts'
import { html, setAttribute, setText, svg, View } from '../element.ts'
import { save } from '../save.ts'
import { drawDetails } from './details.ts'
import { Diagram, type Choice } from './diagram.ts'
import { exportSvg } from './export.ts'
import { Head, type Format } from './head.ts'
import { pageLook } from './ladder-svg.ts'
import { drawLegend } from './legend.ts'
import { makeVisible } from '../visible.ts'
import { captionsOf, trafficWords, type TrafficWords } from './words.ts'

/** Milliseconds between two looks at a conversation that goes on. */
const AGAIN = 1000

/** The view of a conversation, `#/traffic/<id>`. */
export class Ladder extends View {
  #ladder: LadderData | undefined
  #seen = ''
  #diagram: Diagram | undefined
  #head: Head | undefined
  #problem: ProblemBox | undefined
  /** The ladder and the details beside it. */
  readonly #split = html('div', { class: 'ladder-split' })
  readonly #note = html('p', { class: 'quiet small', hidden: true })
  /** It scrolls, and so the keyboard must come to it. */
  readonly #body = html('div', { class: 'step-body', tabindex: 0, role: 'group' })
  #details: HTMLElement | undefined
  /** The step that the pointer is over, before the chosen one. */
  #hovered = -1

  protected override show(): void {
    const { language } = this.context
    const words = trafficWords(language)
    this.#seen = ''
    this.#ladder = undefined
    this.#diagram = new Diagram(this.context, (index, choice) => this.#chose(index, choice))
    this.#body.setAttribute('aria-label', words.details)
    this.#details = this.#makeDetails(words)
    this.#head = new Head(this.context, this.path[0] ?? '', (format) => void this.#save(format))
    this.#problem = problemBox(this.context)
    this.#split.replaceChildren(
      html(
        'div',
        { class: 'ladder-main panel' },
        this.#makeNames(words),
        this.#diagram.node,
        this.#note,
        this.#makeLegend(words),
      ),
      this.#details,
    )
    this.replaceChildren(
      html('div', { class: 'view ladder' }, this.#head.node, this.#problem.node, this.#split),
    )
    const { signal } = this
    signal.addEventListener('abort', () => this.#diagram?.end(), { once: true })
    const ended = new AbortController()
    every(AGAIN, AbortSignal.any([signal, ended.signal]), () => this.#refresh(() => ended.abort()))
  }

  /** Asks for the ladder; `end` is called when there is nothing more to come. */
  async #refresh(end: () => void): Promise<void> {
    const { signal } = this
    try {
      const { api, language } = this.context
      const ladder = await api.call('ladder', { id: Number(this.path[0]), language }, signal)
      if (signal.aborted) return
      const seen = JSON.stringify([
        ladder.conversation,
        ladder.steps.length,
        ladder.steps.at(-1),
        ladder.left,
      ])
      if (seen !== this.#seen) this.#draw(ladder)
      // The last facts may come a little after the end: it is over when nothing changes any more.
      else if (ladder.conversation.closedAt !== null) end()
      this.#seen = seen
    } catch (error) {
      if (signal.aborted) return
      const isGone = error instanceof ApiError && error.status >= 400 && error.status < 500
      if (isGone) end()
      // What is drawn stays while the lab cannot be reached: the page's banner tells of that.
      if (this.#ladder) return
      const words = trafficWords(this.context.language)
      const reason = isGone && error.status !== 401 ? words.gone : this.context.problem(error)
      this.#head?.fail(reason)
      this.#split.hidden = true
    }
  }

  #draw(ladder: LadderData): void {
    const { format } = this.context
    const words = trafficWords(this.context.language)
    this.#ladder = ladder
    this.#split.hidden = false
    this.#head?.draw(ladder)
    const { client, server } = ladder.conversation
    for (const [name, address] of [
      ['client', client],
      ['server', server],
    ] as const)
      setText(this.querySelector(`.ladder-${name} bdi`) ?? html('bdi'), makeVisible(address))
    this.#diagram?.show(ladder)
    const notes = [
      ladder.steps.length === 0 && words.noSteps,
      ladder.left > 0 && words.left(format.number(ladder.left)),
      !ladder.conversation.isWhole && words.notWhole,
    ].filter((note) => note !== false)
    this.#note.hidden = notes.length === 0
    setText(this.#note, notes.join(' '))
    this.#drawDetails()
  }

  /** The lab makes captures and texts; the picture is made here. */
  async #save(format: Format): Promise<void> {
    if (this.#ladder === undefined) return
    const { id } = this.#ladder.conversation
    const { api, language } = this.context
    try {
      if (format === 'svg')
        save(
          `conversation-${id}.svg`,
          new Blob([exportSvg(this.context, this.#ladder)], { type: 'image/svg+xml' }),
        )
      else {
        const { name, type, base64 } = await api.call('conversation.export', { id, format, language })
        save(name, new Blob([Uint8Array.fromBase64(base64)], { type }))
      }
      this.#problem?.clear()
    } catch (error) {
      this.#problem?.show(error)
    }
  }

  #makeNames(words: TrafficWords): HTMLElement {
    const name = (side: 'client' | 'server', title: string): HTMLElement =>
      html(
        'div',
        { class: `ladder-name ladder-${side}` },
        html('strong', {}, title),
        html('bdi', { class: 'mono' }),
      )
    return html(
      'div',
      { class: 'ladder-names' },
      name('client', words.clientSide),
      name('server', words.serverSide),
    )
  }

  /** The legend, drawn when it is opened. */
  #makeLegend(words: TrafficWords): HTMLElement {
    const picture = svg('svg', { class: 'ladder-picture', role: 'img', 'aria-label': words.legend })
    const legend = html(
      'details',
      {
        class: 'fold ladder-legend',
        ontoggle: () => {
          const width = Math.max(200, legend.clientWidth - 24)
          const { steps } = this.#ladder ?? { steps: [] }
          const { height, nodes } = drawLegend(steps, words, captionsOf(this.context), pageLook, width)
          for (const [name, value] of Object.entries({ width, height }))
            setAttribute(picture, name, String(value))
          picture.replaceChildren(...nodes)
        },
      },
      html('summary', {}, words.legend),
      picture,
    )
    return legend
  }

  #makeDetails(words: TrafficWords): HTMLElement {
    const close = (): void => this.#close()
    return html(
      'section',
      {
        class: 'ladder-details panel',
        'aria-label': words.details,
        onkeydown: (event) => {
          if (event instanceof KeyboardEvent && event.key === 'Escape') close()
        },
      },
      html(
        'div',
        { class: 'panel-head' },
        html('h2', {}, words.details),
        html(
          'button',
          { type: 'button', class: 'button-small push step-close', onclick: close },
          words.close,
        ),
      ),
      this.#body,
    )
  }

  #chose(index: number, choice: Choice): void {
    if (choice === 'hover' || choice === 'leave') this.#hovered = choice === 'hover' ? index : -1
    else {
      this.#hovered = -1
      if (choice !== 'focus') this.#details?.classList.add('is-open')
    }
    this.#drawDetails()
    // The details may have grown over the step.
    if (choice !== 'hover' && choice !== 'leave') this.#diagram?.reveal()
    if (choice === 'enter') this.#body.focus()
  }

  /** Back to the step that the details are of. */
  #close(): void {
    this.#details?.classList.remove('is-open')
    const selected = this.#diagram?.selected ?? -1
    if (selected >= 0) this.#diagram?.select(selected, 'focus')
  }

  #drawDetails(): void {
    if (this.#ladder === undefined) return
    const words = trafficWords(this.context.language)
    const index = this.#hovered >= 0 ? this.#hovered : (this.#diagram?.selected ?? -1)
    const step = this.#ladder.steps[index]
    if (step === undefined) this.#body.replaceChildren(html('p', { class: 'quiet' }, words.choose))
    // The same step is not drawn again: words may be marked in it, or it is scrolled.
    else if (this.#body.dataset['step'] !== JSON.stringify(step)) {
      this.#body.replaceChildren(...drawDetails(this.context, this.#ladder, index))
      this.#body.scrollTop = 0
    }
    this.#body.dataset['step'] = step === undefined ? '' : JSON.stringify(step)
  }
}

customElements.define('lab-ladder', Ladder)
