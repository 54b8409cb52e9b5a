/** How messages come into a Maildir and are read from it in pieces. */
import assert from 'node:assert/strict'
import { mkdir, mkdtempDisposable, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import type { Mailbox } from '../../../lab/service.ts'
import { createMail } from '../../../lab/world/mail.ts'
import { missingFileSystem, onSmallDisk } from '../../tool.ts'

interface Box extends AsyncDisposable {
  readonly box: Mailbox
  /** The same Maildir as a lab started anew sees it. */
  reopen(): Mailbox
}

async function makeBox(): Promise<Box> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'maildir-'))
  const reopen = (): Mailbox => openMailbox(folder.path)
  return { box: reopen(), reopen, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

function openMailbox(folder: string): Mailbox {
  const mailbox = createMail(folder, { find: (name) => ({ name, address: '' }) }).mailbox('ana')
  assert.ok(mailbox)
  return mailbox
}

function files(box: Mailbox, part: string): Promise<string[]> {
  return readdir(join(box.folder, part))
}

/** What a message is on the wire: each LF that no CR stands before gets one, and the last line an end. */
function wireForm(stored: string): string {
  const text = stored.replaceAll(/(?<!\r)\n/g, '\r\n')
  return text === '' || text.endsWith('\n') ? text : `${text}\r\n`
}

test('the octets of a message with CR LF are those that a reader counts, whatever its line ends are', async () => {
  await using made = await makeBox()
  const octet = fc.oneof(fc.constantFrom(13, 10, 46), fc.nat(255))
  const message = fc.array(octet, { maxLength: 60 }).map((octets) => Buffer.from(octets))
  await fc.assert(
    fc.asyncProperty(message, async (octets) => {
      const id = await made.box.deliver(octets)
      const stored = (await made.box.read(id)).toString('latin1')
      const expected = wireForm(stored).length
      assert.equal(await made.box.octets(id), expected)
      const listed = (await made.reopen().list()).find((each) => each.id === id)
      assert.equal(listed?.size, stored.length)
      // A name without them makes whoever wants them read the message.
      assert.equal(listed?.octets, stored === '' || stored.endsWith('\n') ? expected : undefined)
      assert.ok(await made.box.remove(id))
    }),
    { numRuns: 80 },
  )
})

test('the octets of what other programs wrote are counted once, over all its pieces', async () => {
  await using made = await makeBox()
  await made.box.list()
  const text = `${'x'.repeat(65_535)}\r\n${'y\n'.repeat(70_000)}end\r`
  await writeFile(join(made.box.folder, 'new', '1.foreign'), text)
  assert.equal((await made.box.list())[0]?.octets, undefined)
  assert.equal(await made.box.octets('1.foreign'), wireForm(text).length)
  assert.equal((await made.box.list())[0]?.octets, wireForm(text).length)
  await rename(join(made.box.folder, 'new', '1.foreign'), join(made.box.folder, 'cur', '1.foreign:2,S'))
  assert.equal((await made.box.list())[0]?.octets, wireForm(text).length)
  await rm(join(made.box.folder, 'cur', '1.foreign:2,S'))
  assert.deepEqual(await made.box.list(), [])
  await assert.rejects(made.box.octets('1.foreign'), /no longer in/)
})

test('names that POP3 cannot tell stand for themselves by a hash, before and after a move', async () => {
  await using made = await makeBox()
  await made.box.list()
  const names = [`1.${'x'.repeat(80)}`, '2.a b', '3.ñ', ',S=4', '5.ok,S=x,W=3', '6.ok,W=99999999999999999999']
  for (const name of names) await writeFile(join(made.box.folder, 'new', name), 'text')
  const ids = (await made.box.list()).map(({ id }) => id)
  assert.equal(new Set(ids).size, names.length)
  for (const id of ids) {
    assert.match(id, /^[!-~]{1,70}$/)
    assert.equal(String(await made.box.read(id)), 'text')
  }
  for (const name of names)
    await rename(join(made.box.folder, 'new', name), join(made.box.folder, 'cur', `${name}:2,S`))
  assert.deepEqual(
    (await made.reopen().list()).map(({ id }) => id),
    ids,
  )
  for (const { size, octets } of await made.reopen().list()) {
    assert.equal(size, 4)
    assert.ok(octets === undefined || octets === 3)
  }
})

test('a message whose id is given is stored once, also by two at a time and after a restart', async () => {
  await using made = await makeBox()
  const one = Buffer.from('one\r\n')
  const ids = await Promise.all([made.box.deliver(one, '1w-a'), made.box.deliver(one, '1w-a')])
  assert.deepEqual(ids, ['1w-a', '1w-a'])
  assert.deepEqual(await files(made.box, 'new'), ['1w-a,S=4,W=5'])
  await rename(join(made.box.folder, 'new', '1w-a,S=4,W=5'), join(made.box.folder, 'cur', '1w-a,S=4,W=5:2,S'))
  for (const box of [made.box, made.reopen()]) {
    assert.equal(await box.deliver(Buffer.from('other\r\n'), '1w-a'), '1w-a')
    const draft = box.draft('1w-a')
    await draft.write(Buffer.alloc(200_000, 'x'))
    assert.equal(await draft.commit(), '1w-a')
  }
  assert.deepEqual(await files(made.box, 'new'), [])
  assert.deepEqual(await files(made.box, 'tmp'), [])
  // One who has read and removed it does not want it again.
  assert.ok(await made.box.remove('1w-a'))
  await made.box.deliver(one, '1w-a')
  assert.deepEqual(await made.box.list(), [])
})

test('ids that could not be names of files are refused', async () => {
  await using made = await makeBox()
  for (const id of ['', '.', '..', '../x', 'a/b', 'a:2,S', 'a,S=1', ' a', 'ñ', 'x'.repeat(71)]) {
    assert.throws(() => made.box.draft(id), /cannot have the id/, id)
    await assert.rejects(made.box.deliver(Buffer.from('x'), id), /cannot have the id/)
  }
})

test('nothing of a draft is in the mailbox before it is committed, or after it was given up', async () => {
  await using made = await makeBox()
  for (const size of [10, 300_000]) {
    const draft = made.box.draft()
    const octets = Buffer.alloc(size, 'x')
    await draft.write(octets)
    octets.fill('y')
    assert.deepEqual(await made.box.list(), [])
    const id = await draft.commit()
    const stored = await made.box.read(id)
    assert.ok(stored.equals(Buffer.alloc(size, 'x')))
    await draft.abort()
    await assert.rejects(draft.commit(), /after its end/)
    await made.box.remove(id)
    const other = made.box.draft()
    await other.write(octets)
    await other.abort()
    await assert.rejects(other.write(octets), /after its end/)
  }
  assert.deepEqual(await files(made.box, 'tmp'), [])
  assert.deepEqual(await made.box.list(), [])
})

test('an empty message is one', async () => {
  await using made = await makeBox()
  const id = await made.box.draft().commit()
  assert.equal((await made.box.read(id)).length, 0)
  assert.deepEqual(await files(made.box, 'new'), [`${id},S=0,W=0`])
})

test('a message is read in pieces that together are it, though it is moved and removed meanwhile', async () => {
  await using made = await makeBox()
  const text = 'line\n'.repeat(100_000)
  const id = await made.box.deliver(Buffer.from(text))
  const message = await made.box.open(id)
  const parts: string[] = []
  for (let piece = await message.read(); piece !== undefined; piece = await message.read()) {
    assert.ok(piece.length <= 65_536)
    parts.push(piece.toString())
    await made.box.remove(id)
  }
  await message.close()
  assert.equal(message.size, text.length)
  assert.equal(parts.join(''), text)
  await assert.rejects(made.box.open(id), /no longer in/)
})

test('what a mailbox holds is known after deliveries and removals, and soon after others have been there', async () => {
  await using made = await makeBox()
  assert.equal(await made.box.usage(), 0)
  const id = await made.box.deliver(Buffer.from('four\r\n'))
  assert.equal(await made.box.usage(), 5)
  await made.box.list()
  await made.box.remove(id)
  assert.equal(await made.box.usage(), 0)
  await writeFile(join(made.box.folder, 'new', '1.foreign'), 'abc')
  assert.equal(await made.reopen().usage(), 3)
})

test('a mailbox in which nothing has changed is not looked through again, and one in which something has is', async () => {
  await using made = await makeBox()
  await made.box.deliver(Buffer.from('a\r\n'))
  const age = async (seconds: number): Promise<void> => {
    const then = new Date(Date.now() - seconds * 1000)
    for (const part of ['new', 'cur']) await utimes(join(made.box.folder, part), then, then)
  }
  await age(60)
  const listed = await made.box.list()
  assert.equal(await made.box.list(), listed)
  await made.box.deliver(Buffer.from('b\r\n'))
  assert.equal((await made.box.list()).length, 2)
  await age(50)
  assert.equal((await made.box.list()).length, 2)
  await writeFile(join(made.box.folder, 'cur', '1.foreign:2,S'), 'abc')
  assert.equal((await made.box.list()).length, 3)
})

test(
  'on a full disk the error surfaces and nothing of the message stays',
  { skip: missingFileSystem() },
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'full-'))
    const child = join(import.meta.dirname, 'maildir-full-child.ts')
    const words = onSmallDisk(folder.path, '256k', process.execPath, child, folder.path)
    const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 60_000 })
    assert.deepEqual([status, stderr], [0, ''])
  },
)

test('folders of other mailboxes and files of Dovecot beside the messages are none', async () => {
  await using made = await makeBox()
  await made.box.deliver(Buffer.from('x\r\n'))
  await mkdir(join(made.box.folder, '.Sent', 'new'), { recursive: true })
  await writeFile(join(made.box.folder, '.Sent', 'new', '1.sent'), 'x')
  for (const name of ['dovecot-uidlist', 'dovecot.index.log', 'subscriptions'])
    await writeFile(join(made.box.folder, name), 'x')
  assert.equal((await made.reopen().list()).length, 1)
  assert.ok((await stat(made.box.folder)).isDirectory())
})
