/** What must hold for a zone as a whole: what BIND's named-checkzone and Knot's kzonecheck look for, and a little more. */
import type { Problem } from '../../../lab/service.ts'
import { TYPE } from '../records/types.ts'
import type { Name } from '../wire/name.ts'
import { checkApex } from './check/apex.ts'
import { checkDelegations } from './check/delegations.ts'
import { checkHosts } from './check/hosts.ts'
import { checkSets } from './check/sets.ts'
import { checkTargets } from './check/targets.ts'
import { viewOf } from './check/view.ts'
import { problemAt, type ParsedFile, type ZoneRecord } from './parser.ts'

/** Problems of one kind, errors or warnings, that are told at most. */
const PROBLEM_LIMIT = 200

/** The name of the zone: the owner of its SOA, else `fallback`. */
export function apexOf(records: readonly ZoneRecord[], fallback: Name): Name {
  return records.find((record) => record.type === TYPE.soa)?.owner ?? fallback
}

/** What is wrong with the zone beyond its single entries. */
export function checkZone(file: string, parsed: ParsedFile, apex: Name): readonly Problem[] {
  const view = viewOf(file, parsed, apex)
  const problems = [checkApex, checkSets, checkDelegations, checkTargets, checkHosts].flatMap((check) =>
    check(view),
  )
  const [errors, warnings] = [problems.filter(isError), problems.filter((problem) => !isError(problem))]
  return [...limited(errors, file), ...limited(warnings, file)]
}

function isError(problem: Problem): boolean {
  return problem.severity !== 'warning'
}

function limited(problems: readonly Problem[], file: string): readonly Problem[] {
  const more = problems.length - PROBLEM_LIMIT
  if (more <= 0) return problems
  const last = problemAt(
    { file, line: 1, column: 1 },
    { en: `there are ${more} more problems like these`, es: `hay ${more} problemas más como estos` },
    problems[0]?.severity ?? 'error',
  )
  return [...problems.slice(0, PROBLEM_LIMIT), last]
}
