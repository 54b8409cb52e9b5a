import { Console } from '../lab/console/console.ts'
import { FactCounts } from '../lab/console/counts.ts'
import type { Desk, LabActions, TaskSource } from '../lab/console/desk.ts'
import type { Operations } from '../lab/console/operation.ts'
import { labOperations } from '../lab/console/operations.ts'
import type { Logger } from '../lab/service.ts'
import { openLab, type TestLab, type TestLabOptions } from './lab.ts'

/** What a test asked of the console, and what came. */
export interface Answered {
  readonly status: number
  readonly body: unknown
}

/** A lab with its console on a free port, without the command line around it. */
export class TestConsole implements AsyncDisposable {
  readonly lab: TestLab
  readonly operations: Operations
  readonly console: Console
  /** What the console has logged. */
  readonly logged: readonly string[]

  constructor(lab: TestLab, operations: Operations, console: Console, logged: readonly string[]) {
    this.lab = lab
    this.operations = operations
    this.console = console
    this.logged = logged
  }

  /** The address of the page, without its last slash. */
  get base(): string {
    return this.console.url.slice(0, -1)
  }

  get token(): string {
    return new URL(this.console.url).pathname.slice(1, -1)
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.console.port }
  }

  /** Asks for one operation as the page does. */
  async ask(operation: string, input: unknown = {}): Promise<Answered> {
    const answer = await fetch(`${this.base}/api/${operation}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    })
    return { status: answer.status, body: await answer.json() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.console[Symbol.asyncDispose]()
    await this.lab[Symbol.asyncDispose]()
  }
}

/** How a test's console differs from the usual one. */
export interface TestConsoleOptions extends TestLabOptions {
  readonly actions?: Partial<LabActions>
  readonly tasks?: TaskSource
}

/** Starts a lab from the text of a scenario, with its console. */
export async function openConsole(scenario: string, options: TestConsoleOptions = {}): Promise<TestConsole> {
  const lab = await openLab(scenario, options)
  const logged: string[] = []
  const note = (fields: object, message: string): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log: Logger = { debug: note, info: note, warn: note, error: note }
  const actions = { reload: async () => ({}), stop: () => undefined, ...options.actions }
  const { tasks } = options
  const desk: Desk = {
    lab,
    actions,
    counts: new FactCounts(lab.journal),
    page: () => page,
    ...(tasks && { tasks }),
  }
  const operations = labOperations(desk, log)
  const page = await Console.open({
    desk,
    operations: { first: {}, load: async () => operations },
    log,
    port: 0,
  })
  return new TestConsole(lab, operations, page, logged)
}
