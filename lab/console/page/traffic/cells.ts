/** What a row of the list shows, kept up to date where it stands, so that no click is lost to a row that is made anew. */
import type { Conversation } from '../../traffic/schema.ts'
import type { Format } from '../format.ts'
import { html, setText, type Child } from '../element.ts'
import { statesOf, type Row } from './rows.ts'
import { drawStates } from './states.ts'
import { cut, makeVisible } from '../visible.ts'
import type { TrafficWords } from './words.ts'

/** Longer summaries are cut: a row shows no more of them anyhow. */
const MOST = 400

interface Drawn {
  readonly account: HTMLElement
  readonly summary: HTMLElement
  readonly octets: HTMLElement
  readonly state: HTMLElement
}

/** The cells of the rows in sight. */
export class Cells {
  readonly #words: TrafficWords
  readonly #format: Format
  readonly #drawn = new WeakMap<Row, Drawn>()

  constructor(words: TrafficWords, format: Format) {
    this.#words = words
    this.#format = format
  }

  /** The cells of a row: time, service, who with whom, the client's account, what about, octets, state. */
  make(row: Row): Child[] {
    const { openedAt, service, client, server } = row.conversation
    const drawn = {
      account: html('bdi'),
      summary: html('bdi', { dir: 'ltr' }),
      octets: html('span'),
      state: html('span'),
    }
    this.#drawn.set(row, drawn)
    this.update(row)
    return [
      this.#format.clock(openedAt),
      makeVisible(service),
      html('bdi', { dir: 'ltr' }, `${makeVisible(client)} → ${makeVisible(server)}`),
      drawn.account,
      drawn.summary,
      drawn.octets,
      drawn.state,
    ]
  }

  /** Shows what became of a row's conversation, if the row has been drawn. */
  update(row: Row): void {
    const drawn = this.#drawn.get(row)
    if (drawn === undefined) return
    const { conversation } = row
    setText(drawn.account, makeVisible(conversation.account ?? ''))
    const summary = cut(makeVisible(conversation.summary), MOST)
    setText(drawn.summary, summary)
    drawn.summary.title = summary
    setText(drawn.octets, this.#format.octets(conversation.octets.client + conversation.octets.server))
    drawn.octets.title = this.#words.sent(
      this.#format.octets(conversation.octets.client),
      this.#format.octets(conversation.octets.server),
    )
    const states = shownStates(conversation)
    if (drawn.state.dataset['states'] === states.join(' ')) return
    drawn.state.dataset['states'] = states.join(' ')
    drawn.state.replaceChildren(...drawStates(states, this.#words))
  }
}

/** That a conversation has ended is the usual, and said only where there is nothing else to say. */
function shownStates(conversation: Conversation): ReturnType<typeof statesOf> {
  const states = statesOf(conversation)
  return states.length > 1 ? states.filter((state) => state !== 'closed') : states
}
