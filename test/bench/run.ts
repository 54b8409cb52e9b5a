/** `npm run bench [name]`: runs one benchmark, or lists them; a benchmark prints figures and ratios and asserts nothing. */

const benchmarks: Readonly<Record<string, () => Promise<unknown>>> = {
  beside: () => import('./beside.ts'),
  capture: () => import('./capture.ts'),
  console: () => import('./console.ts'),
  dns: () => import('./dns.ts'),
  grade: () => import('./grade.ts'),
  http: () => import('./http.ts'),
  https: () => import('./https.ts'),
  labs: () => import('./labs.ts'),
  mail: () => import('./mail.ts'),
  start: () => import('./start.ts'),
  wire: () => import('./wire.ts'),
}

const wanted = process.argv[2]
const run = wanted !== undefined && Object.hasOwn(benchmarks, wanted) ? benchmarks[wanted] : undefined
if (run === undefined) {
  process.stdout.write(`npm run bench NAME, where NAME is one of: ${Object.keys(benchmarks).join(', ')}\n`)
  process.exit(wanted === undefined ? 0 : 2)
}
await run()
