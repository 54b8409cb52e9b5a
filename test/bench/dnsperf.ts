/** Runs of dnsperf, the load generator for name servers. */
import { spawnSync } from 'node:child_process'

/** What dnsperf prints; throws what it complains of. */
export function dnsperf(port: number, questions: string, ...words: readonly string[]): string {
  const all = ['-s', '127.0.0.1', '-p', String(port), '-d', questions, '-T', '1', ...words]
  const { stdout, stderr, status } = spawnSync('dnsperf', all, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`dnsperf ends with ${status}: ${stderr}`)
  return stdout
}

/** The milliseconds that each answer took at a fixed rate, in ascending order. */
export function latencies(load: {
  readonly port: number
  readonly questions: string
  /** Queries a second. */
  readonly rate: number
  readonly seconds: number
}): readonly number[] {
  const { port, questions, rate, seconds } = load
  const told = dnsperf(port, questions, '-l', String(seconds), '-c', '4', '-Q', String(rate), '-v')
  return [...told.matchAll(/^> \w+ \S+ \w+ ([\d.]+)$/gm)]
    .map(([, time]) => Number(time) * 1000)
    .toSorted((a, b) => a - b)
}
