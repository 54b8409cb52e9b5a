/** Reads a submission: bounded, executing nothing, and naming whatever is not as the lab wrote it. */
import { createHash, verify } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { SeenFact } from '../check.ts'
import { LabError, messageOf } from '../host/error.ts'
import type { Text } from '../service.ts'
import { ChainCheck, isFault } from './chain-check.ts'
import { publicKeyOf } from './course.ts'
import { parseLaunch, type Launch } from './launch.ts'
import type { Flag } from './model.ts'
import {
  FOOTER,
  limits,
  manifestSchema,
  partKind,
  partNames,
  partsProblem,
  signatureIn,
  signedDigest,
  type Manifest,
  type Part,
} from './submission-form.ts'
import { Inflow } from './submission-inflow.ts'
import { agreement, changed, flag, runsOf, unsigned, type Run } from './submission-proof.ts'

/** A submission under examination. `open` reads all but its journals, `facts` these. */
export class SubmissionReader implements AsyncDisposable {
  readonly path: string
  readonly manifest: Manifest
  readonly launch: Launch
  readonly artifacts: ReadonlyMap<string, Buffer>
  /** The SHA-256 of the file's content, which tells copies of the file. */
  readonly digest: string
  /** What is not as the lab wrote it; complete once all facts were read. */
  readonly faults: Flag[] = []
  readonly #inflow: Inflow
  readonly #runs: ReadonlyMap<string, Run>
  readonly #journals: readonly Part[]

  private constructor(
    read: Pick<SubmissionReader, 'path' | 'manifest' | 'launch' | 'artifacts' | 'digest'>,
    inflow: Inflow,
    runs: ReadonlyMap<string, Run>,
    journals: readonly Part[],
  ) {
    ;({
      path: this.path,
      manifest: this.manifest,
      launch: this.launch,
      artifacts: this.artifacts,
      digest: this.digest,
    } = read)
    this.#inflow = inflow
    this.#runs = runs
    this.#journals = journals
  }

  /** Throws a LabError for what is no submission, or is so damaged that nothing can be told of it. */
  static async open(path: string): Promise<SubmissionReader> {
    const { file, digest, signature, packed } = await outside(path)
    const inflow = new Inflow(file, packed)
    try {
      const manifest = manifestOf(await inflow.line(limits.manifest))
      const faults: Flag[] = []
      const parts = new Map<string, Buffer>()
      const journals = manifest.parts.filter(({ name }) => partKind(name) === 'journal')
      for (const part of manifest.parts) {
        if (partKind(part.name) === 'journal') break
        if (partKind(part.name) === 'capture') {
          const sum = createHash('sha256')
          for await (const piece of inflow.pieces(part.octets)) sum.update(piece)
          if (sum.digest('hex') !== part.sha256) faults.push(changed(part.name))
          continue
        }
        const octets = await inflow.octets(part.octets)
        if (createHash('sha256').update(octets).digest('hex') !== part.sha256) faults.push(changed(part.name))
        parts.set(part.name, octets)
      }
      const launch = parseLaunch(parts.get(partNames.launch)?.toString('utf8') ?? '')
      if (launch === undefined) throw damaged('launch.json is damaged', 'launch.json está dañado')
      const artifacts = new Map(
        [...parts].flatMap(([name, octets]) =>
          partKind(name) === 'artifact' ? [[name.slice('artifacts/'.length), octets] as const] : [],
        ),
      )
      const runs = runsOf(parts, launch, faults)
      faults.push(...agreement(manifest, launch))
      const key = [...runs.values()].at(-1)?.head.key
      const isWhole =
        key !== undefined &&
        verify(null, signedDigest(digest), publicKeyOf(key), Buffer.from(signature, 'hex'))
      if (!isWhole) faults.push(unsigned)
      const content = { path, manifest, launch, artifacts, digest: digest.toString('hex') }
      const reader = new SubmissionReader(content, inflow, runs, journals)
      reader.faults.push(...faults)
      return reader
    } catch (error) {
      await inflow[Symbol.asyncDispose]()
      throw error
    }
  }

  /**
   * The facts of all runs, in order, up to the first that cannot be believed; `line` sees each of them as it is written. Facts and
   * connections are numbered on from run to run, so that no two have the same number. They can be read once.
   */
  async *facts(line: (text: string, fact: SeenFact) => void = () => undefined): AsyncGenerator<SeenFact> {
    try {
      const base = { seq: 0, connection: 0 }
      for (const part of this.#journals) {
        const before = this.faults.length
        const reached = { ...base }
        for await (const fact of this.#journal(part, line)) {
          const numbered = base.seq === 0 ? fact : renumbered(fact, base)
          reached.seq = numbered.seq
          reached.connection = Math.max(reached.connection, numbered.connection ?? 0)
          yield numbered
        }
        if (this.faults.length > before) return
        base.seq = reached.seq
        base.connection = reached.connection
      }
      if (!(await this.#inflow.isOver()))
        this.faults.push(
          flag('part-added', 'something follows its last part', 'algo sigue a su última parte'),
        )
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      this.faults.push({ kind: 'damaged', text: error.text })
    }
  }

  async *#journal(part: Part, see: (text: string, fact: SeenFact) => void): AsyncGenerator<SeenFact> {
    const run = this.#runs.get(part.name)
    if (run === undefined) return
    const check = new ChainCheck(run.head, run.batches)
    const sum = createHash('sha256')
    let rest: Buffer = Buffer.alloc(0)
    for await (const piece of this.#inflow.pieces(part.octets)) {
      sum.update(piece)
      const octets = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      let from = 0
      for (let end = octets.indexOf(0x0a); end >= 0; end = octets.indexOf(0x0a, from)) {
        const found = check.take(octets, from, end + 1)
        if (isFault(found)) {
          this.faults.push({ kind: found.kind, text: found.text })
          return
        }
        see(check.text, found)
        yield found
        from = end + 1
      }
      rest = octets.subarray(from)
      if (rest.length > limits.line)
        throw damaged(`${part.name} has too long a line`, `${part.name} tiene una línea demasiado larga`)
    }
    const fault = check.end()
    if (fault !== undefined) this.faults.push({ kind: fault.kind, text: fault.text })
    else if (rest.length > 0 || sum.digest('hex') !== part.sha256) this.faults.push(changed(part.name))
  }

  /** The hashes of the launch files with which its runs were made. */
  launches(): string[] {
    return [...new Set([...this.#runs.values()].map(({ head }) => head.launch))]
  }

  /** What the student's clock said, in the order in which it was asked: when each run began, when its batches were written, when this was made. */
  *times(): Generator<number> {
    for (const { head, batches } of this.#runs.values()) {
      yield head.started
      for (const { at } of batches) yield at
    }
    yield Date.parse(this.manifest.made)
  }

  /** Where clients reached the lab of the newest run: what was done for another address has to be done again there, too. */
  get address(): string {
    return [...this.#runs.values()].at(-1)?.head.address ?? '127.0.0.1'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inflow[Symbol.asyncDispose]()
  }
}

function renumbered(fact: SeenFact, base: { readonly seq: number; readonly connection: number }): SeenFact {
  const { seq, connection } = fact
  // Connection 0 is none.
  const moved = connection === undefined || connection === 0 ? connection : connection + base.connection
  return { ...fact, seq: seq + base.seq, connection: moved }
}

/** What is told by a file from the outside, and the file, which is opened once: what is looked at later is what was hashed. */
interface Outside {
  readonly file: FileHandle
  readonly digest: Buffer
  readonly signature: string
  readonly packed: number
}

async function outside(path: string): Promise<Outside> {
  let file: FileHandle | undefined
  try {
    // Never waits for the other end of a FIFO.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    return { file, ...(await sealOf(file)) }
  } catch (error) {
    await file?.close()
    if (error instanceof LabError) throw error
    const why = messageOf(error)
    throw new LabError({ en: `it cannot be read: ${why}`, es: `no se puede leer: ${why}` }, { cause: error })
  }
}

/** The signature at the end of a file and the digest of what is before it. */
async function sealOf(file: FileHandle): Promise<Omit<Outside, 'file'>> {
  const stats = await file.stat()
  if (!stats.isFile()) throw damaged('it is no file', 'no es un fichero')
  if (stats.size > limits.file) throw damaged('it is too large', 'es demasiado grande')
  const packed = stats.size - FOOTER
  if (packed < 20) throw damaged(`it is no submission: ${handIn.en}`, `no es una entrega: ${handIn.es}`)
  const { buffer } = await file.read(Buffer.alloc(FOOTER), 0, FOOTER, packed)
  const signature = signatureIn(buffer.toString('latin1'))
  if (signature === undefined)
    throw damaged(
      `it is cut off, or no submission: the signature at its end is missing or damaged; ${handIn.en}`,
      `está cortado, o no es una entrega: falta la firma de su final, o está dañada; ${handIn.es}`,
    )
  const sum = createHash('sha256')
  const chunks: AsyncIterable<Buffer> = file.createReadStream({
    start: 0,
    end: packed - 1,
    highWaterMark: 1024 * 1024,
    autoClose: false,
  })
  for await (const chunk of chunks) sum.update(chunk)
  return { digest: sum.digest(), signature, packed }
}

/** What those can do whose file is none. */
const handIn: Text = {
  en: 'hand in the file that `lab submit` makes',
  es: 'hay que entregar el fichero que crea `lab submit`',
}

function manifestOf(line: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = undefined
  }
  const manifest = manifestSchema.safeParse(value).data
  if (manifest === undefined)
    throw damaged('the list of its parts is damaged', 'la lista de sus partes está dañada')
  const problem = partsProblem(manifest.parts)
  if (problem === undefined) return manifest
  const said = {
    twice: ['it names a part twice', 'nombra una parte dos veces'],
    order: ['its parts are out of order', 'sus partes están desordenadas'],
    large: ['it holds more than a submission may', 'contiene más de lo que puede una entrega'],
    unpaired: ['a journal or its chain is missing', 'falta un diario o su cadena'],
  } as const
  const [en, es] = said[problem]
  throw damaged(en, es)
}

function damaged(en: string, es: string): LabError {
  const text: Text = { en, es }
  return new LabError(text, { blame: 'wrong' })
}
