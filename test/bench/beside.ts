/** How long DNS answers take at 1,000 questions a second while the same process serves a busy web site. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLab, temporaryFolder } from '../lab.ts'
import { latencies } from './dnsperf.ts'

const SECONDS = Number(process.env['DURATION'] ?? 5)

if (process.argv[2] === 'serve') {
  const lab = await openLab('domain: bench.test\nservices:\n  dns: {}\n  http: { root: www }\n', {
    files: { 'www/index.html': 'a'.repeat(30_000) },
  })
  process.send?.([lab.address('dns', 'dns').port, lab.address('http', 'http').port])
} else await compare()

async function compare(): Promise<void> {
  using folder = temporaryFolder()
  const questions = join(folder.path, 'questions')
  writeFileSync(questions, 'bench.test A\nnothing.bench.test A\n')
  const server = spawn(process.execPath, [import.meta.filename, 'serve'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [[dns, http]] = (await once(server, 'message')) as [[number, number]]
  const report = (title: string): void => {
    const times = latencies({ port: dns, questions, rate: 1000, seconds: SECONDS })
    const at = (part: number): string => (times[Math.floor(times.length * part)] ?? Number.NaN).toFixed(2)
    process.stdout.write(
      `${title.padEnd(44)} median ${at(0.5)} ms   p99 ${at(0.99)} ms   longest ${(times.at(-1) ?? 0).toFixed(2)} ms   (${times.length} answers)\n`,
    )
  }
  report('the web site idle')
  for (const clients of [1, 8, 64]) {
    const load = spawn('wrk', ['-t1', `-c${clients}`, `-d${SECONDS + 2}s`, `http://127.0.0.1:${http}/`])
    let told = ''
    load.stdout.on('data', (piece: Buffer) => {
      told += piece.toString()
    })
    spawnSync('sleep', ['1'])
    report(`${clients} clients that ask for 30 KB without a pause`)
    await once(load, 'close')
    process.stdout.write(
      `${' '.repeat(45)}${/Requests\/sec:\s+([\d.]+)/.exec(told)?.[1] ?? '?'} requests a second\n`,
    )
  }
  server.kill()
}
