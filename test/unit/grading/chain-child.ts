/** Records facts without end into the chained journal of the folder in its argument; the test beside it kills this process at some moment. */
import { setImmediate } from 'node:timers/promises'
import { ChainFile } from '../../../lab/grading/chain.ts'
import { JournalFile } from '../../../lab/journal/file.ts'
import { Journal } from '../../../lab/journal/journal.ts'

const [folder = ''] = process.argv.slice(2)
const quiet = (): void => undefined
const journal = new Journal(() => Date.now())
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const run = { launch: 'a'.repeat(64), started: Date.now(), address: '127.0.0.1' }
const seal = (path: string): ChainFile => new ChainFile(path, run)
const file = new JournalFile(journal, folder, Date.now(), log, seal)

for (let batch = 0; ; batch += 1) {
  for (let fact = 0; fact < 2000; fact += 1)
    journal.record('s', { kind: 'a.b', data: { text: 'ñ'.repeat(fact % 100) } })
  if (batch === 15) process.stdout.write('loaded\n')
  await setImmediate(file)
}
