/** slowhttptest against a lab's web site, and somebody else who asks for a page meanwhile. */
import { execFile } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { site } from '../../conformance/http/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { talk } from '../../talk.ts'

/** The attacks by their names, each with its words for slowhttptest. */
export const attacks = {
  'slow headers': ['-H', '-i', '2', '-x', '24'],
  'slow body': ['-B', '-t', 'GET', '-i', '2', '-x', '10', '-s', '4096'],
  'slow reading': ['-X', '-w', '64', '-y', '512', '-n', '2', '-z', '16', '-k', '3'],
  'many ranges': ['-R', '-t', 'GET', '-a', '5', '-b', '2000'],
} as const

/** The name of an attack. */
export type Attack = keyof typeof attacks

/** How hard the attack is. */
export interface Force {
  readonly connections: number
  readonly seconds: number
}

/** What came of the attack. */
export interface Outcome {
  /** What slowhttptest says in the end, its own probe included. */
  readonly said: string
  /** The statuses of the probes; 0 for one that was not answered. */
  readonly probes: readonly number[]
  /** Milliseconds that the slowest of them took. */
  readonly longest: number
}

/** A lab with a file that takes a slow reader long. */
export function openAttacked(options = '{}'): Promise<TestLab> {
  return openLab(`services:\n  http: ${options}\n`, { files: site })
}

/** Attacks the lab, and asks for its start page over a new connection ten times a second meanwhile. */
export async function endure(lab: TestLab, attack: Attack, force: Force): Promise<Outcome> {
  const address = lab.address('http', 'http')
  const count = String(force.connections)
  const url = `http://${address.host}:${address.port}/large.txt`
  const words = ['-c', count, '-r', count, '-l', String(force.seconds), '-u', url, '-v', '1']
  const attacking = promisify(execFile)('slowhttptest', [...attacks[attack], ...words], {
    timeout: (force.seconds + 60) * 1000,
  })
  const over = attacking.then(() => true)
  let longest = 0
  const probe = async (): Promise<number> => {
    const begun = performance.now()
    const answer = await talk(address, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    longest = Math.max(longest, performance.now() - begun)
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
  }
  const probes: Promise<number>[] = []
  do probes.push(probe())
  while (!(await Promise.race([over, setTimeout(100, false)])))
  const { stdout } = await attacking
  return { said: stdout, probes: await Promise.all(probes), longest }
}
