import assert from 'node:assert/strict'
import {
  mkdir,
  mkdtempDisposable,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Mailbox } from '../../../lab/service.ts'
import { createMail } from '../../../lab/world/mail.ts'

interface Box extends AsyncDisposable {
  readonly root: string
  readonly box: Mailbox
  /** The same Maildir as a lab started anew sees it. */
  reopen(): Mailbox
}

async function makeBox(): Promise<Box> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'maildir-'))
  const reopen = () => {
    const mailbox = createMail(folder.path, { find: (name) => ({ name, address: '' }) }).mailbox('ana')
    assert.ok(mailbox)
    return mailbox
  }
  const box = reopen()
  return { root: box.folder, box, reopen, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function* pieces(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part)
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(200_000, 'x')
  throw new Error('connection lost')
}

function hoursAgo(count: number): Date {
  return new Date(Date.now() - count * 3_600_000)
}

/** What a mail program does to a whole mailbox. */
async function moveAndFlag(root: string, ids: readonly string[]): Promise<void> {
  const cur = (id: string, flags: string) => join(root, 'cur', `${id}:2,${flags}`)
  for (const id of ids) await rename(join(root, 'new', id), cur(id, ''))
  for (const [from, to] of [
    ['', 'S'],
    ['S', 'FS'],
    ['FS', 'S'],
  ] as const) {
    for (const id of ids) await rename(cur(id, from), cur(id, to))
  }
}

async function names(root: string): Promise<Record<string, string[]>> {
  const [tmp = [], fresh = [], cur = []] = await Promise.all(
    ['tmp', 'new', 'cur'].map((part) => readdir(join(root, part))),
  )
  return { tmp, new: fresh, cur }
}

test('a mailbox is made on first use, for its owner alone, and a message lies in new', async () => {
  await using made = await makeBox()
  await assert.rejects(stat(made.root))
  const id = await made.box.deliver(Buffer.from('Subject: x\r\n\r\nbody\r\n'))
  const name = `${id},S=17,W=20`
  assert.deepEqual(await names(made.root), { tmp: [], new: [name], cur: [] })
  assert.equal(await readFile(join(made.root, 'new', name), 'latin1'), 'Subject: x\n\nbody\n')
  if (process.platform !== 'win32') {
    for (const part of ['', 'tmp', 'new', 'cur'])
      assert.equal((await stat(join(made.root, part))).mode & 0o777, 0o700)
    assert.equal((await stat(join(made.root, 'new', name))).mode & 0o777, 0o600)
  }
})

test('an id fits POP3 and every file system', async () => {
  await using made = await makeBox()
  const id = await made.box.deliver(Buffer.from('x'))
  assert.match(id, /^\d{10}\.M\d{6}P\d+Q1\.[A-Za-z0-9.-]{1,30}$/)
  assert.ok(id.length <= 70)
})

const lineEnds: readonly (readonly [string, readonly string[], string])[] = [
  ['nothing', [], ''],
  ['empty pieces', ['', '', ''], ''],
  ['CRLF', ['a\r\nb\r\n'], 'a\nb\n'],
  ['CR and LF in two pieces', ['a\r', '\nb'], 'a\nb'],
  ['CR and LF with an empty piece between', ['a\r', '', '\nb'], 'a\nb'],
  ['a CR at the end', ['a\r'], 'a\r'],
  // Whoever reads it would else take the first CR for a part of the line's end.
  ['CR CR LF', ['a\r', '\r', '\nb'], 'a\r\r\nb'],
  ['CR CR CR LF', ['a\r\r', '\r\nb\r\n'], 'a\r\r\r\nb\n'],
  ['CR CR', ['a\r', '\rb'], 'a\r\rb'],
  ['LF', ['a\nb\n'], 'a\nb\n'],
  ['LF CR', ['\n\r', 'x'], '\n\rx'],
  ['no final line end', ['a\r\nb'], 'a\nb'],
  ['NUL and 8-bit octets', ['\0\u00FF\r\n'], '\0\u00FF\n'],
]

test('CRLF becomes LF wherever the pieces end, and a bare CR stays', async () => {
  await using made = await makeBox()
  for (const [name, parts, stored] of lineEnds) {
    const octets = parts.map((part) => Buffer.from(part, 'latin1'))
    const ids = [await made.box.deliver(pieces(...octets)), await made.box.deliver(Buffer.concat(octets))]
    for (const id of ids) assert.equal((await made.box.read(id)).toString('latin1'), stored, name)
  }
})

test('line ends come out right around the border of what is written at a time', async () => {
  await using made = await makeBox()
  for (let before = 65_530; before <= 65_540; before++) {
    const text = `${'x'.repeat(before)}\rz\r\n\r\r\ny\r`
    const stored = `${'x'.repeat(before)}\rz\n\r\r\ny\r`
    for (const message of [
      Buffer.from(text),
      pieces(text),
      pieces(text.slice(0, 65_535), text.slice(65_535)),
    ]) {
      assert.equal((await made.box.read(await made.box.deliver(message))).toString('latin1'), stored)
    }
  }
})

test('any message in any pieces comes back octet by octet, but for CRLF', async () => {
  await using made = await makeBox()
  const octet = fc.oneof(fc.constantFrom(13, 10, 13, 10, 46), fc.nat(255))
  const piece = fc.array(octet, { maxLength: 40 }).map((octets) => Buffer.from(octets))
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (parts, isWhole) => {
      const whole = Buffer.concat(parts)
      const id = await made.box.deliver(isWhole ? whole : pieces(...parts))
      const stored = whole.toString('latin1').replaceAll(/(?<!\r)\r\n/g, '\n')
      assert.equal((await made.box.read(id)).toString('latin1'), stored)
    }),
    { numRuns: 60 },
  )
  for (const message of await made.box.list())
    assert.equal(message.size, (await readFile(message.path)).length)
})

test('deliveries at the same time all arrive, under names of their own, in order', async () => {
  await using made = await makeBox()
  const ids = await Promise.all(
    Array.from({ length: 200 }, (_, place) => made.box.deliver(Buffer.from(`${place}`))),
  )
  assert.equal(new Set(ids).size, 200)
  const listed = await made.box.list()
  assert.deepEqual(
    listed.map(({ id }) => id),
    ids,
  )
  const texts = await Promise.all(listed.map(({ id }) => made.box.read(id)))
  assert.deepEqual(
    texts.map(String),
    ids.map((_, place) => String(place)),
  )
})

test('a message whose source fails is nowhere', async () => {
  await using made = await makeBox()
  await assert.rejects(made.box.deliver(failing()), /connection lost/)
  assert.deepEqual(await names(made.root), { tmp: [], new: [], cur: [] })
})

test('a message that cannot be put in its place is nowhere', async () => {
  await using made = await makeBox()
  await made.box.list()
  await rm(join(made.root, 'new'), { recursive: true })
  await writeFile(join(made.root, 'new'), 'in the way')
  await assert.rejects(made.box.deliver(Buffer.from('x')))
  assert.deepEqual(await readdir(join(made.root, 'tmp')), [])
})

test('folders that somebody removed are made again', async () => {
  await using made = await makeBox()
  await made.box.deliver(Buffer.from('one'))
  await rm(made.root, { recursive: true })
  assert.deepEqual(await made.box.list(), [])
  const id = await made.box.deliver(Buffer.from('two'))
  assert.equal(String(await made.box.read(id)), 'two')
})

test('ids and sizes survive what mail programs do: move to cur, flags, restart', async () => {
  await using made = await makeBox()
  const id = await made.box.deliver(Buffer.from('a\r\n'))
  const [first] = await made.box.list()
  assert.deepEqual(first, { id, path: join(made.root, 'new', `${id},S=2,W=3`), size: 2, octets: 3 })
  let path = first.path
  for (const name of [
    `${id},S=2,W=3:2,`,
    `${id},S=2,W=3:2,S`,
    // Dovecot takes away what it cannot rely on.
    `${id}:2,FS`,
    `${id},S=2:2,FS`,
  ]) {
    await rename(path, join(made.root, 'cur', name))
    path = join(made.root, 'cur', name)
    // Read before the mailbox has been listed again.
    assert.equal(String(await made.box.read(id)), 'a\n')
    assert.deepEqual(await made.box.list(), [{ id, path, size: 2, octets: 3 }])
    const octets = name.includes('W=') ? 3 : undefined
    assert.deepEqual(await made.reopen().list(), [{ id, path, size: 2, octets }])
    assert.equal(await made.reopen().octets(id), 3)
  }
  assert.deepEqual([await made.box.remove(id), await made.box.remove(id)], [true, false])
  assert.deepEqual(await made.box.list(), [])
})

test('messages of other programs are listed; folders, links, drafts and hidden files are not', async () => {
  await using made = await makeBox()
  await made.box.list()
  await writeFile(join(made.root, 'new', '1600000000.25391_3.example'), 'abc')
  await writeFile(join(made.root, 'cur', '1500000000.M1P2V3I4.example,S=5,W=6:2,RS'), 'fives')
  await writeFile(join(made.root, 'tmp', '1600000000.draft'), 'half')
  await writeFile(join(made.root, 'cur', '.hidden'), '')
  await writeFile(join(made.root, 'dovecot-uidlist'), '')
  await mkdir(join(made.root, 'cur', 'folder'))
  await symlink('/etc/hostname', join(made.root, 'new', 'link'))
  assert.deepEqual(
    (await made.box.list()).map(({ id, size }) => [id, size]),
    [
      ['1500000000.M1P2V3I4.example', 5],
      ['1600000000.25391_3.example', 3],
    ],
  )
  for (const id of ['link', 'folder', '.hidden', '../tmp/1600000000.draft', '../dovecot-uidlist', '']) {
    await assert.rejects(made.box.read(id), /no longer in/)
    assert.equal(await made.box.remove(id), false)
  }
})

test('a message in new and in cur at once counts once', async () => {
  await using made = await makeBox()
  const id = await made.box.deliver(Buffer.from('x'))
  await writeFile(join(made.root, 'cur', `${id},S=1:2,S`), 'x')
  assert.deepEqual(
    (await made.box.list()).map(({ path }) => path),
    [join(made.root, 'cur', `${id},S=1:2,S`)],
  )
})

// In a folder of more than some hundred files, a scan misses some that are renamed meanwhile (seen on ext4).
for (const [count, size] of [
  [150, 'small'],
  [900, 'large'],
] as const) {
  test(`listing a ${size} mailbox while another program moves and flags all of it never loses a message`, async () => {
    await using made = await makeBox()
    await made.box.list()
    const ids = Array.from({ length: count }, (_, place) => `1600000000.P${place}.example`)
    await Promise.all(ids.map((id) => writeFile(join(made.root, 'new', id), 'x')))
    await made.box.list()
    const state = { isMoving: true }
    const moving = moveAndFlag(made.root, ids).finally(() => {
      state.isMoving = false
    })
    let listings = 0
    while (state.isMoving) {
      assert.equal((await made.box.list()).length, count)
      // One opened just now has to ask for each size, and has nothing to compare a scan with.
      if (size === 'small') assert.equal((await made.reopen().list()).length, count)
      listings += 1
    }
    await moving
    assert.ok(listings > 1)
  })
}

test('drafts that a dead process left are cleared away after 36 hours, younger ones are not', async () => {
  await using made = await makeBox()
  await made.box.list()
  for (const [name, age] of [
    ['old', 37],
    ['young', 35],
  ] as const) {
    await writeFile(join(made.root, 'tmp', name), 'half')
    await utimes(join(made.root, 'tmp', name), hoursAgo(age), hoursAgo(age))
  }
  await made.reopen().deliver(Buffer.from('x'))
  assert.deepEqual(await readdir(join(made.root, 'tmp')), ['young'])
})

test('mail has a mailbox for accounts alone, one for all spellings of the name', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'mail-'))
  const present = new Set(['ana'])
  const mail = createMail(folder.path, {
    find: (name) => (present.has(name.toLowerCase()) ? { name, address: '' } : undefined),
  })
  assert.equal(mail.mailbox('Ana')?.folder, join(folder.path, 'ana', 'Maildir'))
  assert.equal(mail.mailbox('ana'), mail.mailbox('ANA'))
  for (const name of ['bob', '..', '../ana', '', '__proto__'])
    assert.equal(mail.mailbox(name), undefined, name)
  present.delete('ana')
  assert.equal(mail.mailbox('ana'), undefined)
})
