/** Fills the journal of the folder in its argument beyond what the system lets this process write, then records one fact more. */
import { JournalFile } from '../../../lab/journal/file.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import { until } from '../../talk.ts'

const [folder = ''] = process.argv.slice(2)
const quiet = (): void => undefined
const journal = new Journal(() => 1)
{
  await using _file = new JournalFile(journal, folder, 1, {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: quiet,
  })
  for (let fact = 0; fact < 20; fact += 1) journal.record('s', { kind: 'early.written' })
  // Longer than the interval between two batches.
  await new Promise((resolve) => setTimeout(resolve, 300))
  for (let fact = 0; fact < 40; fact += 1)
    journal.record('s', { kind: 'large.lost', data: { text: 'x'.repeat(1000) } })
  await until(() => journal.dropped === 40)
  journal.record('s', { kind: 'late.written' })
}
