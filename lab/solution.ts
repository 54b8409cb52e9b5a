/** The contract between the solutions of scenarios and the test that runs them: what a solution may use, and how it may be wrong. */
import type { Identity } from './check.ts'
import type { Address, Text } from './service.ts'

/** What a reference solution knows of a lab: no more than a student who has started it. */
export interface SolvedLab {
  readonly domain: string
  readonly accounts: readonly { readonly name: string; readonly password: string }[]
  /** Where an endpoint is, by the name that its service gives it, or with the instance's as in `bank.https`; undefined if the scenario does not offer it. */
  at(endpoint: string): Address | undefined
  /** The scenario's parameters, as this student has them. */
  readonly values: Readonly<Record<string, string | number>>
  /** The folder for files that are handed in. */
  readonly folder: string
  /** Puts in place what was written there, as `lab reload` does; rejects if that cannot be served. */
  reload(): Promise<void>
  /** The root of the lab's certificates, as PEM. */
  authority(): Promise<string>
  /** A client's certificate in the name of an account, as `lab cert issue ACCOUNT --client` makes one. */
  identity(account: string): Promise<Identity>
  /** A server's certificate for a name, as `lab cert issue NAME` makes one. */
  certificate(name: string): Promise<Identity>
}

/** Does all tasks of a scenario as clients would, over real sockets; a scenario's `solution/solution.ts` exports it as `solve`. */
export type Solve = (lab: SolvedLab) => Promise<void>

/** A student's own server, run as by `lab grade --run`; the `solution/solution.ts` of a scenario of suites exports one as `server`. */
export interface StudentServer {
  /** For a shell, in a folder that holds the files; `{port}` as for `--run`. */
  readonly command: string
  /** By their paths in the folder. */
  readonly files: Readonly<Record<string, string>>
}

/** The solution with one thing left out or wrong; a scenario's `solution/mutants.ts` exports a list of them as `mutants`. */
export interface Mutant {
  /** Lower case with hyphens. */
  readonly id: string
  /** What is wrong in it. */
  readonly says: Text
  /** The tasks, or cases as in `http.page`, that fail for it; those that need them are blocked, and all others pass. */
  readonly fails: readonly string[]
  /** What is done instead of the solution's steps, for the tasks. */
  readonly solve?: Solve
  /** What is run instead of the solution's server, for the suites. */
  readonly server?: StudentServer
}
