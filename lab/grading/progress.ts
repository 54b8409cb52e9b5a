/** What a student has done so far and which hints were asked for, kept in the folder of the lab's state. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { PlannedTask } from '../scenario/task.ts'

const progressSchema = z.object({
  student: z.string(),
  /** The signature of the launch file under which it was done; null without one. */
  launch: z.string().nullable(),
  /** Tasks whose evidence was found in an earlier run, with what they asked then. */
  passed: z.record(z.string(), z.string()),
  hints: z.array(z.string()),
})

/** Whose ticks and hints they are. */
export type ProgressOwner = Pick<z.infer<typeof progressSchema>, 'student' | 'launch'>

/**
 * Ticks and hints of one student under one launch file: what was done under another, or for practice, is in no journal that
 * is handed in with this one. A file that is damaged, or another student's, counts for nothing.
 */
export class Progress {
  readonly #file: string
  readonly #owner: ProgressOwner
  readonly #passed: Map<string, string>
  readonly #hints: Set<string>

  constructor(state: string, owner: ProgressOwner) {
    this.#file = join(state, 'tasks.json')
    this.#owner = owner
    const kept = readProgress(this.#file)
    const own = kept?.student === owner.student && kept.launch === owner.launch ? kept : undefined
    this.#passed = new Map(Object.entries(own?.passed ?? {}))
    this.#hints = new Set(own?.hints)
  }

  /** Whether the evidence for the task was found; a task that asks for something else now has to be done again. */
  hasPassed(task: PlannedTask): boolean {
    return this.#passed.get(task.id) === digestOf(task)
  }

  /** Remembers that the evidence was found. */
  pass(task: PlannedTask): void {
    this.#passed.set(task.id, digestOf(task))
    this.#write()
  }

  /** Whether the hint was asked for. */
  hasHint(id: string): boolean {
    return this.#hints.has(id)
  }

  /** Remembers that the hint was asked for. */
  takeHint(id: string): void {
    this.#hints.add(id)
    this.#write()
  }

  #write(): void {
    const kept = { ...this.#owner, passed: Object.fromEntries(this.#passed), hints: [...this.#hints] }
    mkdirSync(join(this.#file, '..'), { recursive: true, mode: 0o700 })
    const draft = `${this.#file}.new`
    writeFileSync(draft, JSON.stringify(kept, undefined, 2), { mode: 0o600 })
    renameSync(draft, this.#file)
  }
}

function readProgress(file: string): z.infer<typeof progressSchema> | undefined {
  try {
    return progressSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    // There is none yet, or what is there is not ours.
    return undefined
  }
}

/** What a task asks for, whatever it is called. */
function digestOf({ check, account, client }: PlannedTask): string {
  return createHash('sha256').update(JSON.stringify({ check, account, client })).digest('hex').slice(0, 16)
}
