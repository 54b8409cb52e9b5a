/** Courses, runs and submissions for tests, made by the code that a lab uses. */
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { chainFiles, ChainFile, keyPath } from '../../../lab/grading/chain.ts'
import { createCourse, type Course } from '../../../lab/grading/course.ts'
import { issueLaunch, launchHash, type Launch } from '../../../lab/grading/launch.ts'
import { footerOf, FOOTER, signedDigest, type Manifest } from '../../../lab/grading/submission-form.ts'
import { SubmissionReader } from '../../../lab/grading/submission-read.ts'
import { writeSubmission } from '../../../lab/grading/submission.ts'
import { JournalFile } from '../../../lab/journal/file.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import type { FactData, Logger } from '../../../lab/service.ts'

const quiet = (): void => undefined
const silent: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }

/** The hash of the scenario of these tests. */
export const HASH = '5'.repeat(64)

/** A fact of a test's run. */
export interface TestFact {
  readonly at: number
  readonly kind: string
  readonly connection?: number
  readonly data?: FactData
}

/** A course with students of these ids. */
export async function courseWith(folder: string, ...ids: readonly string[]): Promise<Course> {
  const course = await createCourse(join(folder, 'course'), 'Test')
  await course.enrol(ids.map((id) => ({ id, name: '', email: '' })))
  return course
}

/** A launch file of the course. */
export function launchFor(course: Course, student: string, more: Partial<Launch> = {}): Launch {
  const { scenario = 'test', hash = HASH, values = { dni: student } } = more
  const ends = more.ends === undefined || more.ends === null ? undefined : Date.parse(more.ends)
  return issueLaunch(course, { scenario, hash, student, values, issued: Date.UTC(2026, 0), ends })
}

/** Runs a lab's journal once, in as many batches as there are lists of facts. */
export function runOnce(
  state: string,
  launch: Launch,
  ...batches: readonly (readonly TestFact[])[]
): Promise<void> {
  return runAt('127.0.0.1', state, launch, ...batches)
}

/** The same for a lab that clients reach at the address. */
export async function runAt(
  address: string,
  state: string,
  launch: Launch,
  ...batches: readonly (readonly TestFact[])[]
): Promise<void> {
  // Runs are named by the millisecond in which they start.
  await new Promise((done) => setTimeout(done, 3))
  let at = 0
  const journal = new Journal(() => at)
  const seal = (path: string): ChainFile =>
    new ChainFile(path, { launch: launchHash(launch), started: Date.now(), address })
  await using file = new JournalFile(journal, state, Date.now(), silent, seal)
  for (const [index, facts] of batches.entries()) {
    if (index > 0) await new Promise((done) => setTimeout(done, 130, file))
    for (const { at: when, ...fact } of facts) {
      at = when
      journal.record('dns', fact)
    }
  }
}

/** So many plain facts. */
export function plainFacts(count: number, from = 1000): TestFact[] {
  return Array.from({ length: count }, (_, index) => ({
    at: from + index * 37,
    kind: 'dns.queried',
    connection: 1 + (index % 5),
    data: { name: `host${index}.lab.test`, type: 'A' },
  }))
}

/** Hands in what a state folder has for a launch. */
export async function submit(
  state: string,
  launch: Launch,
  out: string,
  artifacts: Readonly<Record<string, string | Buffer>> = {},
  hash: string = HASH,
): Promise<string> {
  await writeSubmission(out, {
    state,
    launch,
    hash,
    artifacts: new Map(Object.entries(artifacts).map(([name, octets]) => [name, Buffer.from(octets)])),
    versions: { telelab: '0', node: '26', system: 'test' },
  })
  return out
}

/** A student's submission with the state folder that it was made from. */
export interface Handed {
  readonly launch: Launch
  readonly state: string
  readonly file: string
}

/** What ana hands in after one run with so many facts. */
export async function handIn(
  folder: string,
  facts: number,
  artifacts: Readonly<Record<string, string>> = {},
): Promise<Handed> {
  const launch = launchFor(await courseWith(folder, 'ana'), 'ana')
  const state = join(folder, 'state')
  await runOnce(state, launch, plainFacts(facts))
  return { launch, state, file: await submit(state, launch, join(folder, 'a.telelab'), artifacts) }
}

/** What a reader finds wrong in a file, and how many facts it believes. */
export async function faultsIn(
  path: string,
): Promise<{ readonly kinds: readonly string[]; readonly texts: readonly string[]; readonly facts: number }> {
  let reader: SubmissionReader
  try {
    reader = await SubmissionReader.open(path)
  } catch (error) {
    return { kinds: ['damaged'], texts: [(error as Error).message], facts: 0 }
  }
  await using _reader = reader
  let facts = 0
  for await (const _ of reader.facts()) facts += 1
  const { faults } = reader
  return { kinds: faults.map(({ kind }) => kind), texts: faults.map(({ text }) => text.en), facts }
}

/** A submission taken apart. */
export interface Unpacked {
  readonly manifest: Manifest
  readonly parts: Map<string, Buffer>
}

/** Takes a submission apart. */
export function unpack(path: string): Unpacked {
  const whole = readFileSync(path)
  const octets = gunzipSync(whole.subarray(0, whole.length - FOOTER))
  const end = octets.indexOf(0x0a)
  const manifest = JSON.parse(octets.toString('utf8', 0, end)) as Manifest
  let from = end + 1
  const parts = new Map<string, Buffer>()
  for (const { name, octets: size } of manifest.parts) {
    parts.set(name, octets.subarray(from, from + size))
    from += size
  }
  return { manifest, parts }
}

/** Puts a submission together and signs it with the key of a state folder's newest run, as a cheat with the machine in hand may. */
export function repack(
  path: string,
  { manifest, parts }: Unpacked,
  state: string,
  launch: Launch,
  honest = false,
): void {
  const list = [...parts].map(([name, octets]) => ({
    name,
    octets: octets.length,
    sha256: createHash('sha256').update(octets).digest('hex'),
  }))
  const first = `${JSON.stringify({ ...manifest, parts: honest ? manifest.parts : list })}\n`
  const packed = gzipSync(Buffer.concat([Buffer.from(first), ...parts.values()]))
  const { journal = '' } = chainFiles(state, launchHash(launch)).at(-1) ?? {}
  const key = createPrivateKey(readFileSync(keyPath(journal)))
  const digest = createHash('sha256').update(packed).digest()
  writeFileSync(
    path,
    Buffer.concat([packed, Buffer.from(footerOf(sign(null, signedDigest(digest), key).toString('hex')))]),
  )
}
