/** MIME: fields, parameters and the tree of parts, beside what mailparser makes of the same messages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { contentOf, textOf } from '../../../lab/kit/mime/content.ts'
import { readEntity, type Entity } from '../../../lab/kit/mime/entity.ts'
import { decodeValue, fieldValue, readFields } from '../../../lab/kit/mime/fields.ts'
import { readParameters } from '../../../lab/kit/mime/parameters.ts'
import { TextReader } from '../../../lab/kit/mime/text-reader.ts'

const BOUNDS = { depth: 20, parts: 1000 }

/** Text with octets beyond ASCII as one character each, as messages are held. */
const octetText = (text: string): string => Buffer.from(text).toString('latin1')

test('header fields: unfolded, as long as there are fields', () => {
  const { fields, end } = readFields('From a@b Mon\r\nA: 1\r\nB : 2\r\n\t3\r\nC:\r\n\r\nbody')
  assert.deepEqual(fields, [
    { name: 'A', value: '1' },
    { name: 'B', value: '2\t3' },
    { name: 'C', value: '' },
  ])
  assert.equal('From a@b Mon\r\nA: 1\r\nB : 2\r\n\t3\r\nC:\r\n\r\nbody'.slice(end), 'body')
  assert.equal(fieldValue(fields, 'b'), '2\t3')
  assert.deepEqual(readFields('no field at all\nA: 1\n'), { fields: [], end: 0 })
  assert.deepEqual(readFields('A: 1\nno field\n'), { fields: [{ name: 'A', value: '1' }], end: 5 })
})

test('encoded words (RFC 2047), also as many programs write them', () => {
  for (const [value, text] of [
    ['=?utf-8?Q?Espa=C3=B1a_es?=', 'España es'],
    ['=?UTF-8?B?w7E=?= y =?iso-8859-1?q?=F1?=', 'ñ y ñ'],
    // RFC 2047 §8
    ['(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)', '(ab)'],
    ['(=?ISO-8859-1?Q?a?= b)', '(a b)'],
    ['(=?ISO-8859-1?Q?a_b?=)', '(a b)'],
    // One character in two words.
    ['=?utf-8?Q?=C3?= =?utf-8?Q?=B1?=', 'ñ'],
    // RFC 2231 §5
    ['=?US-ASCII*EN?Q?Keith_Moore?=', 'Keith Moore'],
    ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
    ['=?x-unknown?Q?a=F1?=', 'añ'],
    ['=?utf-8?Q?=F1?=', 'ñ'],
    [octetText('ñ'), 'ñ'],
    ['\xf1', 'ñ'],
    ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['=?utf-8?Q?a b?=', '=?utf-8?Q?a b?='],
  ] as const)
    assert.equal(decodeValue(value), text, value)
})

test('of one message so many encoded words are decoded, and so many charsets looked up', () => {
  const reader = new TextReader()
  const word = '=?utf-8?q?a?='
  assert.equal(decodeValue(`${word} and `.repeat(1999), reader), 'a and '.repeat(1999))
  assert.equal(decodeValue(`${word} and ${word}`, reader), `a and ${word}`)
  assert.equal(decodeValue(word, reader), word)
  const odd = new TextReader()
  const cyrillic = '=?koi8-r?q?=C1?='
  const unknown = (first: number): string =>
    Array.from({ length: 19 }, (_, at) => `=?x-${first + at}?q?a?=`).join(' and ')
  assert.equal(decodeValue(`${unknown(0)} ${cyrillic}`, odd).at(-1), 'а')
  decodeValue(unknown(19), odd)
  assert.equal(decodeValue(cyrillic, odd), 'а')
  assert.equal(decodeValue('=?koi8-u?q?=C1?=', odd), '\xc1')
})

test('parameters (RFC 2045 §5.1, RFC 2231)', () => {
  for (const [text, value, parameters] of [
    ['Text/Plain; Charset="utf-8" ; x=y', 'text/plain', { charset: 'utf-8', x: 'y' }],
    ['multipart/mixed; boundary="a\\"b;c"', 'multipart/mixed', { boundary: 'a"b;c' }],
    ["a/b; name*=iso-8859-1'es'a%F1o", 'a/b', { name: 'año' }],
    ["a/b; name*0*=utf-8''a%C3; name*1*=%B1; name*2=o.txt", 'a/b', { name: 'año.txt' }],
    ['a/b; name*1=b; name*0=a', 'a/b', { name: 'ab' }],
    ["a/b; name=plain; name*=utf-8''star", 'a/b', { name: 'star' }],
    ['a/b; name="=?utf-8?Q?=C3=B1.txt?="', 'a/b', { name: 'ñ.txt' }],
    ['a/b; x', 'a/b', {}],
    ['', '', {}],
  ] as const) {
    const read = readParameters(text)
    assert.equal(read.value, value, text)
    for (const name of ['charset', 'x', 'boundary', 'name'])
      assert.equal(
        read.parameter(name),
        Object.entries(parameters).find(([each]) => each === name)?.[1],
        text,
      )
  }
})

const letter = [
  'Content-Type: multipart/mixed; boundary=out',
  '',
  'before',
  '--out',
  'Content-Type: multipart/alternative; boundary="in ner"',
  '',
  '--in ner',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'a=C3=B1o =',
  'more=3D=',
  '--in ner  ',
  'Content-Type: text/html; charset=iso-8859-1',
  'Content-Transfer-Encoding: 8bit',
  '',
  '<p>\xf1',
  '--in ner--',
  '--outer is none',
  '--out',
  'Content-Type: application/pdf; name=a.pdf',
  'Content-Disposition: attachment; filename="b.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  'JVBE',
  'Rg==',
  '--out',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  '',
  'inner text',
  '--out--',
  'behind',
].join('\r\n')

/** The tree as its types, with the names of files. */
const shape = ({ type, name, parts }: Entity): unknown =>
  parts.length > 0 ? [type, parts.map(shape)] : name === null ? type : `${type} ${name}`

test('the tree of a message, and what its parts hold', async () => {
  for (const text of [letter, letter.replaceAll('\r\n', '\n')]) {
    const octets = Buffer.from(text, 'latin1')
    const root = readEntity(octets, BOUNDS)
    assert.deepEqual(shape(root), [
      'multipart/mixed',
      [
        ['multipart/alternative', ['text/plain', 'text/html']],
        'application/pdf b.pdf',
        ['message/rfc822', ['text/plain']],
      ],
    ])
    const [alternative, file, inner] = root.parts
    const [plain, html] = alternative?.parts ?? []
    assert.ok(plain && html && file && inner?.parts[0])
    assert.equal(textOf(octets, plain), 'año more=')
    assert.equal(textOf(octets, html), '<p>ñ')
    assert.equal(contentOf(octets, file).toString(), '%PDF')
    assert.equal(textOf(octets, inner.parts[0]), 'inner text')
    const theirs = await simpleParser(octets)
    assert.equal(theirs.attachments[0]?.filename, file.name)
    assert.ok(theirs.text?.includes('año more='))
  }
})

test('the bounds of a tree: levels, parts, and lines that look like boundaries', () => {
  const deep = Array.from(
    { length: 60 },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}x\n\n--b${level}x\n`,
  )
  const depthOf = ({ parts }: Entity): number => 1 + Math.max(0, ...parts.map(depthOf))
  assert.equal(depthOf(readEntity(Buffer.from(deep.join('')), BOUNDS)), 21)
  const wide = Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(5000)}`)
  assert.equal(readEntity(wide, BOUNDS).parts.length, 999)
  const nested = 'Content-Type: message/rfc822\n\n'.repeat(5000)
  assert.equal(depthOf(readEntity(Buffer.from(nested), BOUNDS)), 21)
  // Each level looks for its own boundary in all that the ones above hold.
  const heads = Array.from(
    { length: 19 },
    (_, level) =>
      `Content-Type: multipart/mixed; boundary=${'b'.repeat(level + 1)}\n\n--${'b'.repeat(level + 1)}\n`,
  )
  const hostile = Buffer.from(heads.join('') + '--bbbbbbbbbbbbbbbbbbbbb x\n'.repeat(200_000))
  assert.ok(depthOf(readEntity(hostile, BOUNDS)) <= 21)
})

test('a part looks for its boundary in itself, not in all that follows', () => {
  const inner = '--b\nContent-Type: multipart/mixed; boundary=a\n\nx\n'.repeat(990)
  const hostile = `Content-Type: multipart/mixed; boundary=b\n\n${inner}--b\n\n${'-a'.repeat(2_000_000)}`
  const start = performance.now()
  assert.equal(readEntity(Buffer.from(hostile), BOUNDS).parts.length, 991)
  assert.ok(performance.now() - start < 3000)
})

test('whatever comes is a tree within its message, and nothing throws', () => {
  const pieces = fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=a\n', 'Content-Type: message/rfc822\r\n', '\n', '\r\n', '--a\n', '--a--', '--a', '=?', '?=', '=?utf-8?q?', ': ', 'Content-Transfer-Encoding: base64\n', '; name*0*=', "utf-8''%", '=\n', '=E', '\0', '\xff', ' ', '"',
  ) // prettier-ignore
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 60 }), (list) => {
      const octets = Buffer.from(list.join(''), 'latin1')
      const check = (entity: Entity, from: number, to: number): void => {
        assert.ok(from <= entity.start && entity.start <= entity.end && entity.end <= to)
        contentOf(octets, entity)
        textOf(octets, entity)
        for (const { name, value } of entity.fields) decodeValue(`${name} ${value}`)
        for (const part of entity.parts) check(part, entity.start, entity.end)
      }
      check(readEntity(octets, BOUNDS), 0, octets.length)
    }),
    { numRuns: 300 },
  )
})
