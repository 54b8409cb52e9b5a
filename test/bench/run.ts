/** `npm run bench [name]`: runs one benchmark, or lists them; a benchmark prints figures and ratios and asserts nothing. */
import { existsSync, globSync } from 'node:fs'
import { basename, join } from 'node:path'

const wanted = process.argv[2]
const file = join(import.meta.dirname, `${wanted ?? ''}.ts`)
if (wanted === undefined || !existsSync(file) || wanted === 'run') {
  const names = globSync(join(import.meta.dirname, '*.ts'))
    .map((path) => basename(path, '.ts'))
    .filter((name) =>
      [
        'beside',
        'capture',
        'console',
        'dns',
        'grade',
        'http',
        'https',
        'labs',
        'mail',
        'start',
        'wire',
      ].includes(name),
    )
  process.stdout.write(`npm run bench NAME, where NAME is one of: ${names.toSorted().join(', ')}\n`)
  process.exit(wanted === undefined ? 0 : 2)
}
await import(file)
