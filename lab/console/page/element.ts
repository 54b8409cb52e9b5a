/** What the page is built with: elements made by the DOM's own functions, so that what a stranger sent stays text. */
import type { Context } from './context.ts'

/** What may stand inside an element; lists are taken apart, and nothing is shown of null, undefined and false. */
export type Child = Node | string | number | null | undefined | false | readonly Child[]

/** Attributes by name (true: there without a value; undefined and false: not there); a function is a listener, as in `onclick`. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>

/** An HTML element with attributes and children; a string is always text, never markup. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children)
}

/** An SVG element with attributes and children. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

/** A small picture of strokes on a field of 24 by 24, hidden from screen readers: a text beside it says the same. */
export function icon(path: string): SVGElement {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: path }))
}

/** Gives an element a text, touching it only if it differs: a screen reader hears of changes alone. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

/** Gives an element an attribute, or takes it away, touching it only if it differs. */
export function setAttribute(element: Element, name: string, value: string | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name)
  else {
    const wanted = value === true ? '' : value
    if (element.getAttribute(name) !== wanted) element.setAttribute(name, wanted)
  }
}

/** Calls `run` once in the next animation frame, however often it is asked before that. */
export function perFrame(run: () => void): () => void {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(() => {
      isAsked = false
      run()
    })
  }
}

/** One item of a list on the screen. */
export interface Part<Item> {
  readonly node: Element
  update(item: Item): void
}

/** The children of an element, one for each item of a list that changes: what stays keeps its element, focus and all. */
export class Parts<Item> {
  readonly #parent: Element
  readonly #key: (item: Item) => string | number
  readonly #make: (item: Item) => Part<Item>
  #parts = new Map<string | number, Part<Item>>()

  constructor(parent: Element, key: (item: Item) => string | number, make: (item: Item) => Part<Item>) {
    this.#parent = parent
    this.#key = key
    this.#make = make
  }

  /** Shows these items in this order. */
  show(items: readonly Item[]): void {
    const before = this.#parts
    this.#parts = new Map()
    for (const item of items) {
      const key = this.#key(item)
      const part = before.get(key) ?? this.#make(item)
      part.update(item)
      this.#parts.set(key, part)
    }
    arrange(
      this.#parent,
      Array.from(this.#parts.values(), ({ node }) => node),
    )
  }
}

/** Makes these the children of an element, in this order; those that are there already do not move, so that they keep focus. */
export function arrange(parent: Element, children: Iterable<Element>): void {
  const wanted = [...children]
  const kept = new Set<Element>(wanted)
  for (const child of Array.from(parent.children)) if (!kept.has(child)) child.remove()
  let next = parent.firstElementChild
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling
    else parent.insertBefore(child, next)
  }
}

/** A view of the page: a custom element that is made, given its context and its place in the address, and put into the page. */
export abstract class View extends HTMLElement {
  #context: Context | undefined
  #connection = new AbortController()
  /** What follows the view's name in the address, decoded: of `#/traffic/5` it is `['5']`. */
  path: readonly string[] = []
  /** What follows the question mark in the address. */
  query: URLSearchParams = new URLSearchParams()

  /** What the page gives all views; whoever makes one sets it before the element is put into the document. */
  get context(): Context {
    if (this.#context === undefined) throw new Error(`${this.localName} has been given no context`)
    return this.#context
  }

  set context(context: Context) {
    this.#context = context
  }

  /** Aborts when the view leaves the page: for streams, polls and listeners on the window. */
  get signal(): AbortSignal {
    return this.#connection.signal
  }

  connectedCallback(): void {
    this.#connection = new AbortController()
    this.show()
  }

  disconnectedCallback(): void {
    this.#connection.abort()
    this.replaceChildren()
  }

  /** Goes on with another path and query of the same view, and says so; false: a new one is made. */
  moved(_path: readonly string[], _query: URLSearchParams): boolean {
    return false
  }

  /** Builds the view inside this element, its first heading an `h1` with `tabindex=-1`. */
  protected abstract show(): void
}

function fill<Target extends Element>(
  element: Target,
  attributes: Attributes,
  children: readonly Child[],
): Target {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) add(element, child)
  return element
}

function add(element: Element, child: Child): void {
  if (child === null || child === undefined || child === false) return
  if (isList(child)) for (const inner of child) add(element, inner)
  else element.append(typeof child === 'number' ? String(child) : child)
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child)
}
