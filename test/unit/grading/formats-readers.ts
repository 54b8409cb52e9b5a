/** Small strict readers of the formats, which throw at whatever the format does not allow. */
import assert from 'node:assert/strict'
import { parse as parseYaml } from 'yaml'

/** An element of XML with its attributes and what stands in it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Reads a document of elements, attributes and text; comments, CDATA and processing instructions are not expected. */
export function readXml(source: string): Element {
  assert.ok(source.isWellFormed())
  // XML 1.0 §2.2
  assert.doesNotMatch(source, /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u)
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const body = source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  assert.notEqual(body, source)
  const pieces = /<\/([\w-]+)>|<([\w-]+)((?: [\w_-]+="[^"<]*")*)(\/?)>|([^<]+)|(<)/g
  for (const [, end, begin, attributes = '', isEmpty, text, stray] of body.matchAll(pieces)) {
    const top = open.at(-1)
    assert.ok(top !== undefined && stray === undefined, `stray < after ${top?.name}`)
    if (end !== undefined) assert.equal(open.pop()?.name, end)
    else if (begin === undefined) top.text += unescaped(text ?? '')
    else {
      const pairs = [...attributes.matchAll(/ ([\w_-]+)="([^"]*)"/g)]
      assert.equal(new Set(pairs.map(([, name]) => name)).size, pairs.length)
      const element: Element = {
        name: begin,
        attributes: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescaped(value)])),
        children: [],
        text: '',
      }
      top.children.push(element)
      if (isEmpty === '') open.push(element)
    }
  }
  assert.equal(open.length, 1)
  assert.equal(root.children.length, 1)
  return root.children[0] ?? root
}

function unescaped(text: string): string {
  assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot|apos|#\d+);)/)
  return text.replaceAll(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    name === undefined ? String.fromCodePoint(Number(code)) : (entities[name] ?? ''),
  )
}

/** A test point of TAP, with its YAML block and its subtest. */
export interface Point {
  readonly isOk: boolean
  readonly description: string
  readonly yaml: Readonly<Record<string, unknown>> | undefined
  readonly subtest: readonly Point[] | undefined
}

/** Reads TAP 14 with one plan in front, test points in order, and nothing that is not understood. */
export function readTap(source: string): Point[] {
  assert.ok(source.endsWith('\n'))
  const lines = source.slice(0, -1).split('\n')
  assert.equal(lines[0], 'TAP version 14')
  return readPoints(lines.slice(1))
}

function readPoints(lines: readonly string[]): Point[] {
  const points: Point[] = []
  let planned: number | undefined
  let subtest: string[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (line.startsWith('    ')) subtest.push(line.slice(4))
    else if (/^1\.\.\d+(?: # SKIP .+)?$/.test(line)) {
      assert.equal(planned, undefined)
      planned = Number(/\d+/.exec(line.slice(3))?.[0])
    } else if (!line.startsWith('#')) {
      const [, not, number, description = ''] = /^(not )?ok (\d+) - (.*)$/.exec(line) ?? assert.fail(line)
      assert.equal(Number(number), points.length + 1)
      // An unescaped # would begin a directive.
      assert.doesNotMatch(description.replaceAll(/\\[\\#]/g, ''), /[#\\]/)
      let yaml: Point['yaml']
      if (lines[index + 1] === '  ---') {
        const end = lines.indexOf('  ...', index + 1)
        assert.ok(end > index)
        const block = lines.slice(index + 2, end)
        for (const inner of block) assert.match(inner, /^ {2}/)
        yaml = parseYaml(block.map((inner) => inner.slice(2)).join('\n')) as Record<string, unknown>
        index = end
      }
      points.push({
        isOk: not === undefined,
        description: description.replaceAll(/\\([\\#])/g, '$1'),
        yaml,
        subtest: subtest.length === 0 ? undefined : readPoints(subtest),
      })
      subtest = []
    }
  }
  assert.equal(points.length, planned)
  return points
}

/** Reads CSV (RFC 4180). */
export function readCsv(source: string): string[][] {
  const rows: string[][] = [[]]
  let [cell, isQuoted] = ['', false]
  for (let index = 0; index < source.length; index += 1) {
    const character = source.charAt(index)
    if (isQuoted && character === '"' && source.charAt(index + 1) === '"') {
      cell += '"'
      index += 1
    } else if (character === '"') {
      assert.ok(isQuoted || cell === '')
      isQuoted = !isQuoted
    } else if (!isQuoted && character === ',') {
      rows.at(-1)?.push(cell)
      cell = ''
    } else if (!isQuoted && source.startsWith('\r\n', index)) {
      rows.at(-1)?.push(cell)
      rows.push([])
      cell = ''
      index += 1
    } else cell += character
  }
  assert.equal(cell, '')
  assert.deepEqual(rows.pop(), [])
  return rows
}
