import type { Place, Tree } from './tree.ts'
import { nearest } from '../kit/nearest.ts'
import type { Problem } from '../service.ts'
import { text } from '../words/index.ts'

/** What stands for each `${name}`. */
export type Variables = Readonly<Record<string, string | number>>

/** `${name}`, or `$${` for a literal `${`. */
const HOLE = /\$\$\{|\$\{([^}\n]*)\}?/g

/** Unknown names of one text that are told; who mends these sees the next. */
const MOST = 100

/** Where a value was put in: its place in the filled text, its length there and the length of what it stands for. */
export interface Filling {
  readonly line: number
  readonly column: number
  readonly length: number
  readonly was: number
}

/** The column in the source of a column in the filled text. */
export function sourceColumn(fillings: readonly Filling[], line: number, column: number): number {
  let shift = 0
  for (const filling of fillings) {
    if (filling.line !== line || filling.column > column) continue
    // Inside a value: where its name begins.
    if (column < filling.column + filling.length) return filling.column + shift
    shift += filling.was - filling.length
  }
  return column + shift
}

/** The text with every `${name}` replaced; an unknown name is a problem at its place. */
export function fillText(
  source: string,
  variables: Variables,
  place: Place,
  path = '',
): { readonly text: string; readonly problems: readonly Problem[]; readonly fillings: readonly Filling[] } {
  const problems: Problem[] = []
  const fillings: Filling[] = []
  const cursor = new Cursor(source)
  let shift = 0
  let last = 0
  const put = (offset: number, was: number, value: string): string => {
    const { line, column } = cursor.at(offset)
    if (line !== last) shift = 0
    last = line
    fillings.push({ line, column: column + shift, length: value.length, was })
    shift += value.length - was
    return value
  }
  const filled = source.replace(HOLE, (hole: string, name: string | undefined, offset: number) => {
    if (name === undefined) return put(offset, hole.length, '${')
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (value !== undefined && hole.endsWith('}')) return put(offset, hole.length, String(value))
    if (problems.length >= MOST) return hole
    const known = Object.keys(variables)
    const { line, column } = cursor.at(offset)
    problems.push({
      file: place.file,
      line: place.line + line - 1,
      column: line === 1 ? place.column + column - 1 : column,
      path,
      message: text((words) => words.variableUnknown(name, nearest(name, known), known)),
    })
    return hole
  })
  return { text: filled, problems, fillings }
}

/** The tree with every scalar filled; a scalar that is one `${name}` and nothing else takes the variable's own type. */
export function fillTree(
  tree: Tree,
  variables: Variables,
  path = '',
): { readonly tree: Tree; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const walk = (node: Tree, at: string): Tree => {
    if (node.type === 'map') {
      const entries = [...node.entries].map(
        ([key, entry]) =>
          [key, { key: entry.key, value: walk(entry.value, at === '' ? key : `${at}.${key}`) }] as const,
      )
      return { ...node, entries: new Map(entries) }
    }
    if (node.type === 'list')
      return { ...node, items: node.items.map((item, index) => walk(item, `${at}[${index}]`)) }
    if (typeof node.value !== 'string') return node
    const whole = /^\$\{([^}\n]*)\}$/.exec(node.value)?.[1]
    const own = whole === undefined || !Object.hasOwn(variables, whole) ? undefined : variables[whole]
    if (own !== undefined) return { ...node, value: own }
    const filled = fillText(node.value, variables, node.place, at)
    problems.push(
      ...filled.problems.map((problem) => ({ ...problem, line: node.place.line, column: node.place.column })),
    )
    return { ...node, value: filled.text }
  }
  return { tree: walk(tree, path), problems }
}

/** Tells lines and columns of offsets that only grow, and looks at each character once. */
class Cursor {
  readonly #source: string
  #line = 1
  /** Where the line begins, and where it ends. */
  #begin = 0
  #end: number

  constructor(source: string) {
    this.#source = source
    this.#end = source.indexOf('\n')
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    while (this.#end >= 0 && this.#end < offset) {
      this.#line += 1
      this.#begin = this.#end + 1
      this.#end = this.#source.indexOf('\n', this.#begin)
    }
    return { line: this.#line, column: offset - this.#begin + 1 }
  }
}
