import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { columnsOf, cut, makeVisible } from '../../../../lab/console/page/visible.ts'

const cases: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['plain text stays', 'EHLO café.example', 'EHLO café.example'],
  ['markup stays text', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['ESC', '\u001B[31mred', '‹ESC›[31mred'],
  ['NUL, tab, CR, LF, DEL', '\0\t\r\n\u007F', '‹NUL›‹TAB›‹CR›‹LF›‹DEL›'],
  ['a C1 control', '\u009B31m', '‹U+009B›31m'],
  ['right-to-left override', 'invoice\u202Efdp.exe', 'invoice‹U+202E›fdp.exe'],
  ['isolates', '\u2066a\u2069', '‹U+2066›a‹U+2069›'],
  ['zero width, BOM, soft hyphen', 'a\u200B\uFEFF\u00ADb', 'a‹U+200B›‹U+FEFF›‹U+00AD›b'],
  ['separators of lines', '\u2028\u2029', '‹U+2028›‹U+2029›'],
  ['half of a pair', '\uD83D!', '‹U+D83D›!'],
  ['a whole pair stays', '😀', '😀'],
  ['a tag, which is unseen', '\u{E0041}', '‹U+E0041›'],
]
for (const [what, text, shown] of cases) {
  test(`made visible: ${what}`, () => {
    assert.equal(makeVisible(text), shown)
  })
}

test('whatever is sent, nothing unseen is shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(makeVisible(text), /[\p{Cc}\p{Cf}\p{Cs}]/u)
    }),
  )
})

test('a text is cut to columns, and says so', () => {
  assert.equal(cut('220 mail.example.org', 20), '220 mail.example.org')
  assert.equal(cut('220 mail.example.org ', 20), '220 mail.example.or…')
  assert.equal(cut('一二三四五', 6), '一二…')
  assert.equal(cut('x'.repeat(100_000), 4), 'xxx…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      assert.ok(columnsOf(cut(text, columns)) <= columns)
    }),
  )
})
