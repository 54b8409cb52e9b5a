/** A judge for tests of the grading of a class: one point for ten facts; an artifact tells it to misbehave. */
import type { Judge } from '../../../lab/grading/class-one.ts'
import type { CheckResult } from '../../../lab/grading/model.ts'

/** Makes the judge. */
export async function createJudge(): Promise<Judge> {
  return {
    async judge(facts, artifacts) {
      if (artifacts.has('hang')) await new Promise((done) => setTimeout(done, 600_000))
      if (artifacts.has('crash')) process.kill(process.pid, 'SIGKILL')
      if (artifacts.has('shout')) process.stderr.write('\u001b]0;hacked\u0007\nmore')
      if (artifacts.has('throw')) throw new Error('the judge is wrong')
      let count = 0
      for await (const _ of facts) count += 1
      return [result(count >= 10)]
    },
    blank: async () => [result(false)],
  }
}

function result(holds: boolean): CheckResult {
  return {
    id: 'ten-facts',
    group: 'scenario',
    title: { en: 'ten facts', es: 'diez hechos' },
    outcome: holds ? 'passed' : 'failed',
    points: 2,
    score: holds ? 2 : 0,
    assertions: [{ title: { en: 'ten facts', es: 'diez hechos' }, holds }],
    milliseconds: 0,
  }
}
