import type { Alias, Document, Node } from 'yaml'
import type { Problem } from '../service.ts'
import { text } from '../words/index.ts'
import type { Yaml } from './yaml.ts'

/** Where something stands in a file; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A YAML value that knows where each of its parts was written. */
export type Tree =
  | { readonly type: 'map'; readonly place: Place; readonly entries: ReadonlyMap<string, Entry> }
  | { readonly type: 'list'; readonly place: Place; readonly items: readonly Tree[] }
  | { readonly type: 'scalar'; readonly place: Place; readonly value: string | number | boolean | null }

/** One key of a map. */
export interface Entry {
  readonly key: Place
  readonly value: Tree
}

/** How deep a scenario may nest, and how many nodes it may have once aliases are followed. */
const DEEPEST = 20
const MOST = 20_000

/** Reads one YAML text; all that is wrong in it comes back beside what could be read. */
export function parseTree(
  yaml: Yaml,
  file: string,
  source: string,
): { readonly tree: Tree; readonly problems: readonly Problem[] } {
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    strict: true,
  })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    path: '',
    message: text((words) => words.yamlWrong(error.code, error.message)),
  }))
  const reader = new Reader(yaml, anchorsOf(yaml, document), at, problems)
  return { tree: reader.read(document.contents, 0), problems }
}

/** What each alias stands for: the last node before it that has its anchor; found in one walk, however many there are. */
function anchorsOf(yaml: Yaml, document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const found = new Map<Alias, Node>()
  yaml.visit(document, {
    Node(_key, node) {
      if (yaml.isAlias(node)) {
        const anchor = anchors.get(node.source)
        if (anchor !== undefined) found.set(node, anchor)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return found
}

/** Turns the parser's nodes into a tree, within bounds. */
class Reader {
  readonly #yaml: Yaml
  readonly #anchors: ReadonlyMap<Alias, Node>
  readonly #at: (offset: number) => Place
  readonly #problems: Problem[]
  #nodes = 0

  constructor(
    yaml: Yaml,
    anchors: ReadonlyMap<Alias, Node>,
    at: (offset: number) => Place,
    problems: Problem[],
  ) {
    this.#yaml = yaml
    this.#anchors = anchors
    this.#at = at
    this.#problems = problems
  }

  read(node: unknown, depth: number): Tree {
    const place = this.#at(isNodeWithRange(node) ? node.range[0] : 0)
    this.#nodes += 1
    if (depth > DEEPEST || this.#nodes > MOST) {
      if (depth > DEEPEST || this.#nodes === MOST + 1)
        this.#problems.push({ ...place, path: '', message: text((words) => words.yamlTooLarge) })
      return { type: 'scalar', place, value: null }
    }
    if (this.#yaml.isAlias(node)) return this.read(this.#anchors.get(node), depth + 1)
    if (this.#yaml.isMap(node)) {
      const entries = new Map<string, Entry>()
      for (const pair of node.items) this.#pair(pair, entries, depth)
      return { type: 'map', place, entries }
    }
    if (this.#yaml.isSeq(node))
      return { type: 'list', place, items: node.items.map((item) => this.read(item, depth + 1)) }
    return { type: 'scalar', place, value: this.#yaml.isScalar(node) ? plain(node.value) : null }
  }

  #pair(pair: unknown, entries: Map<string, Entry>, depth: number): void {
    if (!this.#yaml.isPair(pair)) return
    const { key, value } = pair
    const place = this.#at(isNodeWithRange(key) ? key.range[0] : 0)
    const name = this.#yaml.isScalar(key) ? String(key.value) : String(key)
    entries.set(name, {
      key: place,
      value: value === null ? { type: 'scalar', place, value: null } : this.read(value, depth + 1),
    })
  }
}

function isNodeWithRange(
  node: unknown,
): node is Node & { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** The value without its places. */
export function valueOf(tree: Tree): unknown {
  if (tree.type === 'scalar') return tree.value
  if (tree.type === 'list') return tree.items.map(valueOf)
  return fieldsOf(tree)
}

/** The values of a map by key; none if it is no map. */
export function fieldsOf(tree: Tree): Record<string, unknown> {
  return tree.type === 'map'
    ? Object.fromEntries([...tree.entries].map(([key, entry]) => [key, valueOf(entry.value)]))
    : {}
}

/** Where the part at the path stands: the key of its last step that exists. */
export function placeOf(tree: Tree, path: readonly PropertyKey[]): Place {
  let place = tree.place
  let here: Tree | undefined = tree
  for (const step of path) {
    if (here.type === 'map') {
      const entry: Entry | undefined = here.entries.get(String(step))
      if (entry === undefined) return place
      place = entry.key
      here = entry.value
    } else if (here.type === 'list') {
      const item: Tree | undefined = here.items[Number(step)]
      if (item === undefined) return place
      place = item.place
      here = item
    } else return place
  }
  return place
}

/** The base with the changes laid over it: maps are joined key by key, `null` takes a key away, all else replaces. */
export function overlay(base: Tree, changes: Tree): Tree {
  if (base.type !== 'map' || changes.type !== 'map') return changes
  const entries = new Map(base.entries)
  for (const [key, entry] of changes.entries) {
    const before = entries.get(key)
    if (entry.value.type === 'scalar' && entry.value.value === null && before !== undefined)
      entries.delete(key)
    else
      entries.set(
        key,
        before === undefined ? entry : { key: entry.key, value: overlay(before.value, entry.value) },
      )
  }
  return { type: 'map', place: changes.place, entries }
}
