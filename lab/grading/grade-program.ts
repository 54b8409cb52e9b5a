/** A person's program as a server that suites grade. */
import type { CheckTarget } from '../check.ts'
import type { NamedSuite } from '../scenario/suites.ts'
import type { Job } from './grade.ts'
import { Program, ProgramError, type ProgramLimits, type ProgramOptions } from './program.ts'

/** The endpoints of all suites, the main one of the first suite first. */
export function endpointsOf(parts: readonly NamedSuite[]): ProgramOptions['endpoints'] {
  return Object.fromEntries(parts.flatMap(({ suite }) => Object.entries(suite.endpoints)))
}

/** What a server must serve for the cases of the suites to make sense, by path. */
export function filesOf(parts: readonly NamedSuite[], domain: string): NonNullable<ProgramOptions['files']> {
  return Object.assign({}, ...parts.map(({ suite }) => suite.files?.(domain)))
}

/** What a program may use, if nothing else is said. */
export const usualLimits: ProgramLimits = {
  seconds: 120,
  memory: 1024 * 1024 * 1024,
  output: 16 * 1024 * 1024,
}

/** Starts the program beside what the suites ask for, where its main endpoint is free unless addresses are given. */
export function startProgram(
  { command, folder, addresses = {} }: Pick<ProgramOptions, 'command' | 'folder'> & Partial<ProgramOptions>,
  {
    parts,
    domain,
    limits,
  }: {
    readonly parts: readonly NamedSuite[]
    readonly domain: string
    readonly limits?: Partial<ProgramLimits>
  },
): Promise<Program> {
  const [endpoints, files] = [endpointsOf(parts), filesOf(parts, domain)]
  return Program.start({
    command,
    folder,
    addresses,
    endpoints,
    files,
    limits: { ...usualLimits, ...limits },
  })
}

/** Grades the program as soon as it listens. */
export function programJob(
  program: Program,
  {
    parts,
    target,
    ...names
  }: Pick<Job, 'student' | 'label'> & {
    readonly parts: readonly NamedSuite[]
    readonly target: Omit<CheckTarget, 'endpoints'>
  },
): Job {
  return {
    ...names,
    target: { ...target, endpoints: program.addresses },
    settle: () => program.settle(),
    flags: () => program.flags(),
    async prepare(signal) {
      try {
        await program.ready(endpointsOf(parts), signal)
        return undefined
      } catch (error) {
        if (error instanceof ProgramError) return error.text
        throw error
      }
    },
  }
}
