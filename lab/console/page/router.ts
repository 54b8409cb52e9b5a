/** Which view an address shows. */
import type { Words } from './words/en.ts'

/** A view that the navigation names. */
export type ViewName = keyof Words['views']

/** Where the reader is. */
export interface Route {
  readonly view: ViewName | undefined
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** The views in the order of the navigation, each with its address and its picture. */
export const views: readonly { readonly name: ViewName; readonly address: string; readonly icon: string }[] =
  [
    { name: 'overview', address: '', icon: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z' },
    { name: 'traffic', address: 'traffic', icon: 'M6 3v18M18 3v18M6 8h11m-3-3 3 3-3 3M18 16H7m3-3-3 3 3 3' },
    {
      name: 'tasks',
      address: 'tasks',
      icon: 'M4 6l1.500 1.500L8 5M4 12l1.500 1.500L8 11M4 18l1.500 1.500L8 17M12 6h8M12 12h8M12 18h8',
    },
    { name: 'mail', address: 'mail', icon: 'M3 6h18v12H3zM3 7l9 7 9-7' },
    {
      name: 'zone',
      address: 'zone',
      icon: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3.500 6 3.500 9s-.5 6-3.500 9c-3-3-3.500-6-3.500-9s.5-6 3.500-9z',
    },
    { name: 'log', address: 'log', icon: 'M5 4h14v16H5zM8 8h8M8 12h8M8 16h5' },
  ]

/** Reads the part of an address behind its `#`. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s)
  const [first = '', ...rest] = path.split('/').map(decoded)
  return {
    view: views.find(({ address }) => address === first)?.name,
    path: rest.filter((piece) => piece !== ''),
    query: new URLSearchParams(query),
  }
}

/** The address of a view, as a link has it; pieces of the path are encoded. */
export function addressOf(
  view: ViewName,
  path: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const address = views.find(({ name }) => name === view)?.address ?? ''
  const search = new URLSearchParams(query).toString()
  return `#/${[address, ...path.map((piece) => encodeURIComponent(piece))].join('/')}${search === '' ? '' : `?${search}`}`
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece)
  } catch {
    // An address that somebody wrote by hand may hold a lone %.
    return piece
  }
}
