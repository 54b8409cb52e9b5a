/**
 * The contract of a command that a service brings: `services/<name>/commands/<command>.ts` exports it as `command`. In a
 * Text that it prints, a command stands in backquotes, as in `lab stop`, and is written as the person can type it.
 */
import type { Address, Json, Problem, ScenarioFiles, Text } from './service.ts'

/** One option of a command, as `node:util` parses it. */
export interface Option {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** What stands for the value in the help, as in `FILE`. */
  readonly value?: string
  readonly text: Text
}

/** How a command is called, and what its help tells. */
export interface CommandForm {
  readonly summary: Text
  /** Behind `lab <name>`, without the options. */
  readonly usage: string
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly { readonly line: string; readonly text: Text }[]
  /** The most words that may follow; more are a usage error. */
  readonly most: number
}

/** The files that a command reads, the scenario's variables filled in. */
export interface CommandFiles extends ScenarioFiles {
  /** The problem with the path of its file, and at the place where its author wrote it. */
  placed(problem: Problem): Problem
}

/** An instance of the service in a running lab. */
export interface RunningInstance {
  readonly name: string
  /** Where its endpoints listen, by name. */
  readonly addresses: ReadonlyMap<string, Address>
  /** Asks for one of the `operations` of the running service; rejects with its error. */
  ask(operation: string, input?: Json): Promise<unknown>
}

/** What a service's command was called with. */
export interface ServiceCall {
  readonly words: readonly string[]
  /** The value of a string option, the last one if it is there several times. */
  text(option: string): string | undefined
  is(option: string): boolean
  /** Writes a line to standard output. */
  say(line: string | Text): void
  /** Writes a line to standard error. */
  complain(line: string | Text): void
  /** Writes `file:line:column: message` to standard error. */
  report(problem: Problem): void
  /** The scenario that `-s` names; one that is wrong rejects with all its mistakes. */
  scenario(): Promise<{
    readonly domain: string
    readonly address: string
    /** The instances of the service that brings the command. */
    readonly instances: readonly {
      readonly name: string
      readonly config: unknown
      readonly files: CommandFiles
    }[]
  }>
  /** The service's instances in the running lab that the call means; rejects if none runs, or several do. */
  running(): Promise<{ readonly domain: string; readonly instances: readonly RunningInstance[] }>
  /** A file that the person named, and the files beside it. */
  file(path: string): Promise<{ readonly name: string; readonly files: CommandFiles }>
}

/** A command of a service's own, called as `lab <command>`. */
export interface ServiceCommand extends CommandForm {
  /** `wrong` if what the person wrote is wrong, `failed` if it could not be done. */
  run(call: ServiceCall): Promise<'done' | 'failed' | 'wrong'>
}
