/** What a submission looks like: gzip of parts with lengths, and a signature behind it. README.md tells it to people. */
import { z } from 'zod'
import { STUDENT } from '../scenario/params.ts'
import { LONGEST_CHAIN } from './chain.ts'
import { LONGEST_LAUNCH } from './launch.ts'

/** The bounds of what is read; one that is beyond them is refused, and told. */
export const limits = {
  /** Bytes of the file. */
  file: 512 * 1024 * 1024,
  /** Bytes of all parts together. */
  whole: 2 * 1024 * 1024 * 1024,
  manifest: 1024 * 1024,
  /** Bytes of one artifact, and of all together. */
  artifact: 16 * 1024 * 1024,
  artifacts: 64 * 1024 * 1024,
  artifactCount: 100,
  runs: 1000,
  /** Bytes of the chains of all runs together: they are held in memory. */
  chains: LONGEST_CHAIN,
  journal: 640 * 1024 * 1024,
  capture: 512 * 1024 * 1024,
  /** Bytes of a line of a journal. */
  line: 512 * 1024,
  /** Names in the path of an artifact. */
  depth: 8,
} as const

/** What stands before the signature, and after it. */
const [BEFORE, AFTER] = ['\ntelelab signature ', '\n']

/** Octets behind the compressed parts. */
export const FOOTER = BEFORE.length + 128 + AFTER.length

/** The end of a submission, with its signature in hexadecimal. */
export function footerOf(signature: string): string {
  return `${BEFORE}${signature}${AFTER}`
}

/** The signature in the end of a submission; undefined if it is none. */
export function signatureIn(footer: string): string | undefined {
  const found = footer.slice(BEFORE.length, BEFORE.length + 128)
  return /^[0-9a-f]{128}$/.test(found) && footerOf(found) === footer ? found : undefined
}

/** What is signed: the SHA-256 of all octets before the end. */
export function signedDigest(digest: Buffer): Buffer {
  return Buffer.concat([Buffer.from('telelab submission 1\n'), digest])
}

const digest = z.string().regex(/^[0-9a-f]{64}$/)

const partSchema = z.strictObject({
  name: z.string().min(1).max(300).refine(isPartName),
  octets: z.int().min(0),
  sha256: digest,
})

/** The first line of a submission. */
export const manifestSchema = z.strictObject({
  format: z.literal('telelab submission 1'),
  student: z.string().regex(STUDENT),
  scenario: z.string().min(1).max(200),
  /** Of the scenario's files when it was made. */
  hash: digest,
  /** The hash of the launch file. */
  launch: digest,
  made: z.iso.datetime(),
  versions: z.strictObject({
    telelab: z.string().max(50),
    node: z.string().max(50),
    system: z.string().max(50),
  }),
  /** In the order in which they follow: launch, artifacts, chains, capture, journals. */
  parts: z
    .array(partSchema)
    .min(1)
    .max(2 * limits.runs + limits.artifactCount + 2),
})

/** What a submission says of itself. */
export type Manifest = z.infer<typeof manifestSchema>

/** One part of a submission. */
export type Part = z.infer<typeof partSchema>

/** The artifact that is the root of the lab's authority, against which certificates that are handed in are held. */
export const AUTHORITY = 'lab-authority.pem'

/** The names of parts. */
export const partNames = {
  launch: 'launch.json',
  capture: 'capture.pcapng',
  artifact: (path: string): string => `artifacts/${path}`,
  chain: (run: number): string => `runs/${run}.chain`,
  journal: (run: number): string => `runs/${run}.ndjson`,
} as const

/** What a part is. */
export type PartKind = 'launch' | 'artifact' | 'chain' | 'capture' | 'journal'

const order: readonly PartKind[] = ['launch', 'artifact', 'chain', 'capture', 'journal']

/** What the part of a name is. */
export function partKind(name: string): PartKind | undefined {
  if (name === partNames.launch) return 'launch'
  if (name === partNames.capture) return 'capture'
  if (/^runs\/[1-9]\d{0,6}\.chain$/.test(name)) return 'chain'
  if (/^runs\/[1-9]\d{0,6}\.ndjson$/.test(name)) return 'journal'
  return name.startsWith('artifacts/') && isArtifactPath(name.slice(10)) ? 'artifact' : undefined
}

function isPartName(name: string): boolean {
  return partKind(name) !== undefined
}

/** Whether a path may be that of an artifact: below a folder, without dots that climb, of names that every system takes. */
export function isArtifactPath(path: string): boolean {
  const names = path.split('/')
  return (
    names.length <= limits.depth &&
    path.length <= 200 &&
    names.every((name) => /^[\p{L}\p{N}_][\p{L}\p{N}_. ()+-]*$/u.test(name))
  )
}

/** Why the list of parts cannot be; undefined if it can. */
export function partsProblem(parts: readonly Part[]): 'twice' | 'order' | 'large' | 'unpaired' | undefined {
  const kinds = parts.map(({ name }) => partKind(name) ?? 'launch')
  if (new Set(parts.map(({ name }) => name.toLowerCase())).size < parts.length) return 'twice'
  const places = kinds.map((kind) => order.indexOf(kind))
  if (places.some((place, index) => place < (places[index - 1] ?? 0))) return 'order'
  const sizes = (kind: PartKind): number[] =>
    parts.filter((_, index) => kinds[index] === kind).map(({ octets }) => octets)
  const sum = (list: readonly number[]): number => list.reduce((total, size) => total + size, 0)
  const artifacts = sizes('artifact')
  const isLarge =
    sum(parts.map(({ octets }) => octets)) > limits.whole ||
    sizes('launch').some((size) => size > LONGEST_LAUNCH) ||
    artifacts.some((size) => size > limits.artifact) ||
    artifacts.length > limits.artifactCount ||
    sum(artifacts) > limits.artifacts ||
    sum(sizes('chain')) > limits.chains ||
    sizes('journal').some((size) => size > limits.journal) ||
    sizes('capture').some((size) => size > limits.capture)
  if (isLarge) return 'large'
  const [chains, journals] = [
    parts.filter((_, index) => kinds[index] === 'chain'),
    parts.filter((_, index) => kinds[index] === 'journal'),
  ]
  const isPaired =
    kinds[0] === 'launch' &&
    chains.length === journals.length &&
    chains.every(({ name }, index) => name.replace('.chain', '.ndjson') === journals[index]?.name)
  return isPaired ? undefined : 'unpaired'
}
