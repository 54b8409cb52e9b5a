/** What the reader wants to see of the traffic: as the toolbar, the address and the lab have it. */
import type { ConversationFilter } from '../../traffic/schema.ts'
import { searchFor } from '../search.ts'
import type { Row } from './rows.ts'

/** What the reader wants to see; an empty text wants everything. */
export interface Filter {
  readonly service: string
  readonly client: string
  /** Who the client has proved to be. */
  readonly account: string
  readonly text: string
  readonly isRefused: boolean
}

/** A filter that lets everything through. */
export const noFilter: Filter = { service: '', client: '', account: '', text: '', isRefused: false }

/** Whether nothing is left out by the filter. */
export function isEmpty({ service, client, account, text, isRefused }: Filter): boolean {
  return service === '' && client === '' && account === '' && text.trim() === '' && !isRefused
}

/** The test that a filter makes: each word of its text is somewhere in what the row shows, or the lab found the text. */
export function matcher(filter: Filter): (row: Pick<Row, 'conversation' | 'found'>) => boolean {
  const client = filter.client.trim().toLowerCase()
  const isFound = searchFor(filter.text)
  const asked = filter.text.trim()
  return ({ conversation, found }) => {
    const { service, server, account, summary, transport, isRefused } = conversation
    if (filter.isRefused && !isRefused) return false
    if (filter.service !== '' && service !== filter.service) return false
    if (filter.account !== '' && account !== filter.account) return false
    if (client !== '' && !conversation.client.toLowerCase().includes(client)) return false
    if (isFound === undefined || found === asked) return true
    return isFound([service, transport, conversation.client, server, account ?? '', summary].join(' '))
  }
}

/** A filter as the lab is asked: what wants everything is left out. */
export function questionOf(
  { service, client, account, text, isRefused }: Filter,
  language: ConversationFilter['language'],
): ConversationFilter {
  return {
    language,
    ...(service !== '' && { service }),
    ...(client.trim() !== '' && { client: client.trim() }),
    ...(account !== '' && { account }),
    ...(text.trim() !== '' && { text: text.trim() }),
    ...(isRefused && { isRefused }),
  }
}

/** A filter as an address has it behind its question mark. */
export function filterOf(query: URLSearchParams): Filter {
  return {
    service: query.get('service') ?? '',
    client: query.get('client') ?? '',
    account: query.get('account') ?? '',
    text: query.get('text') ?? '',
    isRefused: query.get('refused') === '1',
  }
}

/** The names and values of `filterOf` for a filter, without those that want everything. */
export function queryOf({ service, client, account, text, isRefused }: Filter): Record<string, string> {
  return {
    ...(service !== '' && { service }),
    ...(client !== '' && { client }),
    ...(account !== '' && { account }),
    ...(text !== '' && { text }),
    ...(isRefused && { refused: '1' }),
  }
}
