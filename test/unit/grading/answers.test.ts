/** `file.says`: answers in a file that is handed in, which every scenario can ask for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckFailure, type CheckTarget, type Finding } from '../../../lab/check.ts'
import { answerVerbs } from '../../../lab/grading/answers.ts'

const target: CheckTarget = { endpoints: {}, domain: 'lab.test', accounts: [] }

async function judge(file: string | Buffer, settings: object): Promise<Finding> {
  const verb = answerVerbs['file.says']
  assert.ok(verb?.kind === 'artifact')
  return verb.judge(Buffer.from(file), verb.settings.parse({ about: 'shop', ...settings }), target)
}

/** What is said of a wrong file; undefined of a right one. */
async function wrong(file: string | Buffer, is: unknown): Promise<{ en: string; es: string } | undefined> {
  try {
    const { assertions } = await judge(file, { is })
    assert.deepEqual(assertions, [
      {
        title: { en: 'the answer to "shop" is right', es: 'la respuesta a «shop» es correcta' },
        holds: true,
      },
    ])
    return undefined
  } catch (error) {
    assert.ok(error instanceof CheckFailure)
    return error.text
  }
}

const right: readonly (readonly [string, string | Buffer, unknown])[] = [
  ['as it is', 'shop: 192.0.2.7\n', '192.0.2.7'],
  ['a number, without a line end', 'shop:7', 7],
  ['among others', '# mine\nbank: no\r\nshop: yes\r\nwiki: no\r\n', 'yes'],
  ['as an item of a list, with an equals sign', '- Shop = yes', 'yes'],
  ['in other letters, quoted, with a dot', 'shop:  "WWW.Example.ORG." ', 'www.example.org'],
  ['with further blanks', 'shop: O = telelab,  CN = x', 'o = telelab, cn = x'],
  ['an accent in two characters', 'shop: ane\u0301mona'.normalize('NFD'), 'anémona'],
  ['one of several', 'shop: b', ['a', 'b']],
  ['from PowerShell', Buffer.from('\ufeffshop: yes\r\n', 'utf16le'), 'yes'],
  ['behind a byte order mark', '\ufeffshop: yes', 'yes'],
]

for (const [title, file, is] of right)
  test(`a right answer ${title}`, async () => assert.equal(await wrong(file, is), undefined))

test('a wrong answer is repeated, and the right one is not told', async () => {
  assert.deepEqual(await wrong('shop: 192.0.2.66', '198.51.100.7'), {
    en: 'the answer to "shop" is not right: 192.0.2.66',
    es: 'la respuesta a «shop» no es correcta: 192.0.2.66',
  })
  assert.match((await wrong(`shop: ${'x'.repeat(1000)}`, 'y'))?.en ?? '', /: x{80}…$/)
})

test('no answer, an empty one and one about something else are missing', async () => {
  for (const file of ['', 'shop:\n', 'shop', 'shops: yes', 'my shop: yes', 'yes'])
    assert.match((await wrong(file, 'yes'))?.en ?? '', /no line "shop: …"/, file)
})

test('who writes down all that it may be has not answered', async () => {
  assert.match((await wrong('shop: a\nshop: b\n', 'b'))?.es ?? '', /varias líneas «shop: …»/)
  assert.notEqual(await wrong('shop: a b', 'b'), undefined)
})

test('a file that is too large is not read', async () => {
  assert.match((await wrong(Buffer.alloc(65_537), 'b'))?.en ?? '', /65536 octets/)
})

test('octets by chance are no answer', async () => {
  for (const piece of ['a', ' ', '-', '\t-', 'shop', 'shop:', '\0', '\xff'])
    assert.notEqual(await wrong(piece.repeat(65_536 / piece.length), 'b'), undefined)
})

test('what a terminal would obey is not repeated as it is', async () => {
  assert.equal((await wrong('shop: \x1b[31mred', 'b'))?.en.includes('\x1b'), false)
})
