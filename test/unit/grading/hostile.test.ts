/** Submissions that are made to crash or to hold up whoever grades them, signed as a student may with the machine in hand. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ChainLink, headHash, parseChain, TAG } from '../../../lab/grading/chain.ts'
import { artifactPrint } from '../../../lab/grading/compare-print.ts'
import { temporaryFolder } from '../../lab.ts'
import { faultsIn, handIn, repack, unpack, type Unpacked } from './submissions.ts'

const MB = 1024 * 1024

const deep = '['.repeat(400_000)

/** The journal and its chain as a forger makes them, who has the key of the run. */
function forged({ parts }: Unpacked, journal: Buffer): void {
  const { head } = parseChain(parts.get('runs/1.chain') ?? Buffer.alloc(0))
  assert.ok(head !== undefined)
  const link = new ChainLink(headHash(head))
  const tags: Buffer[] = []
  for (let from = 0; from < journal.length;) {
    const to = journal.indexOf(0x0a, from) + 1
    tags.push(Buffer.from(link.line(journal, from, to).subarray(0, TAG)))
    from = to
  }
  const said = { lines: tags.length, octets: journal.length, at: 1 }
  const record = { ...said, tags: Buffer.concat(tags).toString('base64'), hash: link.batch(said) }
  parts.set('runs/1.chain', Buffer.from(`${JSON.stringify(head)}\n${JSON.stringify(record)}\n`))
  parts.set('runs/1.ndjson', journal)
}

const tricks: readonly (readonly [string, (unpacked: Unpacked) => void, string])[] = [
  [
    'a launch file that is nested deeply',
    ({ parts }) => parts.set('launch.json', Buffer.from(deep)),
    'damaged',
  ],
  [
    'a chain that is nested deeply',
    ({ parts }) => parts.set('runs/1.chain', Buffer.from(`${deep}\n`)),
    'chain-broken',
  ],
  [
    'a chain of nothing but line ends',
    ({ parts }) => parts.set('runs/1.chain', Buffer.alloc(20 * MB, '\n')),
    'chain-broken',
  ],
  ['a fact that is nested deeply', (all) => forged(all, Buffer.from(`${deep}\n`)), 'not-a-fact'],
  [
    'a fact with nested data',
    (all) =>
      forged(
        all,
        Buffer.from(
          `{"seq":1,"at":1,"service":"dns","kind":"dns.queried","data":${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}}\n`,
        ),
      ),
    '',
  ],
  [
    'a chain of a time that is none',
    ({ parts }) => {
      const chain = String(parts.get('runs/1.chain')).replace(/"at":\d+/, '"at":9007199254740991')
      parts.set('runs/1.chain', Buffer.from(chain))
    },
    'chain-broken',
  ],
  ['a journal of line ends', (all) => forged(all, Buffer.alloc(1000, '\n')), 'not-a-fact'],
  ['a journal of zeros', ({ parts }) => parts.set('runs/1.ndjson', Buffer.alloc(200 * MB)), 'damaged'],
  ['a capture of zeros', (all) => withCapture(all, Buffer.alloc(300 * MB)), ''],
]

/** Captures stand before the journals. */
function withCapture({ parts }: Unpacked, octets: Buffer): void {
  const journal = parts.get('runs/1.ndjson') ?? Buffer.alloc(0)
  parts.delete('runs/1.ndjson')
  parts.set('capture.pcapng', octets)
  parts.set('runs/1.ndjson', journal)
}

for (const [title, trick, kind] of tricks) {
  test(`${title}: nobody is held up`, async () => {
    using folder = temporaryFolder()
    const { file, state, launch } = await handIn(folder.path, 3)
    const unpacked = unpack(file)
    trick(unpacked)
    repack(file, unpacked, state, launch)
    const { kinds } = await faultsIn(file)
    assert.equal(kinds[0] ?? '', kind)
  })
}

test('a list of parts without end is not unpacked to its end', async () => {
  using folder = temporaryFolder()
  const { file, state, launch } = await handIn(folder.path, 3)
  const unpacked = unpack(file)
  const manifest = { ...unpacked.manifest, scenario: 'a'.repeat(100 * MB) }
  repack(file, { ...unpacked, manifest }, state, launch)
  assert.deepEqual((await faultsIn(file)).texts, ['the list of its parts is too long'])
})

test('an artifact of millions of blanks is compared at all: tried from each of them, they would take hours', () => {
  const script = `
    const { artifactPrint } = await import(${JSON.stringify(import.meta.resolve('../../../lab/grading/compare-print.ts'))})
    process.stdout.write(String(artifactPrint('a', Buffer.from('x' + ' '.repeat(4_194_304) + 'x'), {}).length))`
  // The bound ends what would hang, and measures nothing.
  const bound = { encoding: 'utf8', timeout: 60_000 } as const
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], bound), '3')
})

test('comments and blanks do not tell two artifacts apart', () => {
  const comment = artifactPrint(
    'a',
    Buffer.from('  ; one\nwww A 192.0.2.1   # two // three ; four\na;b\n'),
    {},
  )
  const bare = createHash('sha256').update('www a 192.0.2.1\na;b').digest('hex')
  assert.equal(comment.normal, bare)
})
