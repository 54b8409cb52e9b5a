/** The hard messages as the console reads them, beside what mailparser reads. */
import assert from 'node:assert/strict'
import { simpleParser } from 'mailparser'
import { test } from 'node:test'
import { LARGEST, letterOf } from '../../../lab/console/mail/letter.ts'
import { CORPUS } from './corpus.ts'

/** Octets beyond which mailparser takes too long. */
const PARSED = 2_000_000

/** Where the two differ, and ought to. */
const DIFFERENT: ReadonlyMap<string, string> = new Map([
  ['every octet', 'octets that are no UTF-8 stay apart from each other, as Latin-1'],
  ['wrong UTF-8', 'the same'],
  ['NEL and other line ends that are none', 'the same'],
  ['noise', 'the same'],
  ['noise in lines of 60,000', 'the same'],
  ['fields twice', 'the first of several counts'],
  ['a line that is no field in the middle of the header', 'it begins the text'],
  ['no header at all', 'it is all text'],
  ['a dot first', 'it is all text'],
  ['a blank first', 'it is all text'],
  ['a colon first', 'it is all text'],
  ['100 levels of MIME', 'only so many are looked through'],
  ['base64 that is wrong', 'what is left over at the end makes no octet'],
])

/** Blanks at both ends and an empty text are no difference. */
const bare = (text: string | false | null | undefined): string => (text || '').trim()

test('subject, text and HTML are what mailparser finds', async () => {
  let compared = 0
  for (const { name, text } of CORPUS) {
    if (text.length > PARSED) continue
    const octets = Buffer.from(text, 'latin1')
    const about = { id: 'x', octets: octets.length, receivedAt: null, isSeen: false }
    const own = letterOf(about, octets.subarray(0, LARGEST))
    const theirs = await simpleParser(octets, {
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipTextLinks: true,
    })
    const found = [own.message.subject, own.text, own.html].map(bare)
    const wanted = [theirs.subject, theirs.text, theirs.html].map(bare)
    if (DIFFERENT.has(name)) assert.notDeepEqual(found, wanted, name)
    else assert.deepEqual(found, wanted, name)
    compared += 1
  }
  assert.ok(compared > 60)
})
