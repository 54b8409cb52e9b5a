/** Makes the one file that a student hands in. */
import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { LabError, messageOf } from '../host/error.ts'
import { removeFile, syncFolder } from '../kit/files.ts'
import type { Text } from '../service.ts'
import { chainFiles, keyPath, parseChain, type ParsedChain } from './chain.ts'
import { launchHash, launchText, type Launch } from './launch.ts'
import {
  footerOf,
  isArtifactPath,
  limits,
  partNames,
  partsProblem,
  signedDigest,
  type Manifest,
  type Part,
} from './submission-form.ts'

/** What is handed in. */
export interface SubmissionContent {
  /** The state folder of the lab, running or not. */
  readonly state: string
  readonly launch: Launch
  /** The hash of the scenario's files as they are now. */
  readonly hash: string
  /** What the student has made, by its path. */
  readonly artifacts: ReadonlyMap<string, Buffer>
  /** The file of a capture. */
  readonly capture?: string | undefined
  readonly versions: Manifest['versions']
}

/** What was written. */
export interface Submitted {
  readonly bytes: number
  readonly runs: number
  readonly facts: number
  readonly artifacts: readonly string[]
}

interface Piece {
  readonly part: Part
  read(): AsyncIterable<Buffer>
}

interface Run {
  readonly chain: ParsedChain
  /** What of the file is chain. */
  readonly octets: Buffer
  readonly journal: string
  /** Octets of the journal that the chain covers. */
  readonly covered: number
}

/** Writes a submission in place of the file of that name, at one stroke. */
export async function writeSubmission(path: string, content: SubmissionContent): Promise<Submitted> {
  const { launch, artifacts } = content
  const runs = runsOf(content.state, launchHash(launch))
  const newest = runs.at(-1)
  if (newest === undefined) throw noRun(launch)
  const pieces = [
    pieceOf(partNames.launch, Buffer.from(launchText(launch))),
    ...[...artifacts].map(([name, octets]) => pieceOf(partNames.artifact(checked(name)), octets)),
    ...runs.map(({ chain, octets }) => pieceOf(partNames.chain(chain.head?.run ?? 0), octets)),
    ...(content.capture === undefined
      ? []
      : [await filePiece(partNames.capture, content.capture, (await stat(content.capture)).size)]),
    ...(await Promise.all(
      runs.map(({ chain, journal, covered }) =>
        filePiece(partNames.journal(chain.head?.run ?? 0), journal, covered),
      ),
    )),
  ]
  const parts = pieces.map(({ part }) => part)
  if (partsProblem(parts) !== undefined) throw tooLarge()
  const manifest: Manifest = {
    format: 'telelab submission 1',
    student: launch.student,
    scenario: launch.scenario,
    hash: content.hash,
    launch: launchHash(launch),
    made: new Date().toISOString(),
    versions: content.versions,
    parts,
  }
  const key = createPrivateKey(readFileSync(keyPath(newest.journal)))
  const packed = Readable.from(unpacked(manifest, pieces), { objectMode: false }).pipe(
    createGzip({ level: 5 }),
  )
  const bytes = await writeSealed(path, packed, (digest) =>
    sign(null, signedDigest(digest), key).toString('hex'),
  )
  if (bytes > limits.file) throw tooLarge()
  const facts = runs.reduce(
    (sum, { chain }) => sum + chain.batches.reduce((lines, batch) => lines + batch.lines, 0),
    0,
  )
  return { bytes, runs: runs.length, facts, artifacts: [...artifacts.keys()] }
}

/** The runs of a launch, each with as much of its journal as its chain covers: a running lab, or a killed one, may be ahead. */
function runsOf(state: string, launch: string): Run[] {
  return chainFiles(state, launch).map(({ path, journal }) => {
    const octets = readFileSync(path)
    const chain = parseChain(octets)
    if (chain.wrong !== undefined) throw chainDamaged(path, chain.wrong)
    const covered = chain.batches.reduce((sum, batch) => sum + batch.octets, 0)
    return { chain, octets: octets.subarray(0, chain.whole), journal, covered }
  })
}

function pieceOf(name: string, octets: Buffer): Piece {
  const sha256 = createHash('sha256').update(octets).digest('hex')
  return {
    part: { name, octets: octets.length, sha256 },
    async *read() {
      yield octets
    },
  }
}

async function filePiece(name: string, path: string, octets: number): Promise<Piece> {
  const read = (): AsyncIterable<Buffer> =>
    octets === 0 ? Readable.from([]) : createReadStream(path, { end: octets - 1, highWaterMark: 1024 * 1024 })
  const sum = createHash('sha256')
  let there = 0
  for await (const chunk of read()) {
    sum.update(chunk)
    there += chunk.length
  }
  if (there < octets) throw shorter(path)
  return { part: { name, octets, sha256: sum.digest('hex') }, read }
}

async function* unpacked(manifest: Manifest, pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(manifest)}\n`)
  for (const piece of pieces) yield* piece.read()
}

/** Writes the stream and its signature to a draft, which then takes the name; returns how many bytes there are. */
async function writeSealed(
  path: string,
  source: AsyncIterable<Buffer>,
  seal: (digest: Buffer) => string,
): Promise<number> {
  const draft = `${path}.${randomUUID()}.tmp`
  const sum = createHash('sha256')
  let bytes = 0
  try {
    await using handle = await open(draft, 'wx', 0o600)
    for await (const chunk of source) {
      sum.update(chunk)
      bytes += chunk.length
      await handle.writeFile(chunk)
    }
    const footer = Buffer.from(footerOf(seal(sum.digest())))
    await handle.writeFile(footer)
    bytes += footer.length
    await handle.sync()
  } catch (error) {
    await removeFile(draft)
    const why = messageOf(error)
    throw new LabError(
      { en: `${path} cannot be written: ${why}`, es: `no se puede escribir ${path}: ${why}` },
      { cause: error },
    )
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
  return bytes
}

function checked(path: string): string {
  if (isArtifactPath(path)) return path
  throw wrong({
    en: `"${path}" cannot be handed in under that name: letters, digits, dots and dashes, below the folder where you are`,
    es: `"${path}" no se puede entregar con ese nombre: letras, cifras, puntos y guiones, bajo la carpeta en la que estás`,
  })
}

function noRun({ student, scenario }: Launch): LabError {
  return wrong({
    en: `nothing was done with this launch file yet (student ${student}). Start with it: \`lab start -s ${scenario} --launch FILE\``,
    es: `aún no se ha hecho nada con este fichero de lanzamiento (estudiante ${student}). Empieza con él: \`lab start -s ${scenario} --launch FICHERO\``,
  })
}

function tooLarge(): LabError {
  return wrong({
    en: 'it is too much to hand in: leave the capture out, or hand in fewer and smaller files',
    es: 'es demasiado para entregar: omite la captura, o entrega menos ficheros y más pequeños',
  })
}

function chainDamaged(path: string, line: number): LabError {
  return new LabError({
    en: `${path}:${line}: the chain of the journal is damaged; it can be handed in no more. Move both files away, and tell the teacher`,
    es: `${path}:${line}: la cadena del diario está dañada; ya no se puede entregar. Aparta ambos ficheros y avisa al profesor`,
  })
}

function shorter(path: string): LabError {
  return new LabError({
    en: `${path} is shorter than its chain says: it was changed, and can be handed in no more`,
    es: `${path} es más corto de lo que dice su cadena: ha sido modificado y ya no se puede entregar`,
  })
}

function wrong(text: Text): LabError {
  return new LabError(text, { blame: 'wrong' })
}
