/** Records more than one service's share of the journal while the system lets this process write none of it, then a fact that fits. */
import { JournalFile } from '../../../lab/journal/file.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import { until } from '../../talk.ts'

const [folder = ''] = process.argv.slice(2)
const quiet = (): void => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const journal = new Journal(() => 1)
{
  await using _file = new JournalFile(journal, folder, 1, log)
  const data = { text: 'x'.repeat(60_000) }
  // 135 MB; less at once than may wait for the disk.
  for (let fact = 1; fact <= 2250; fact += 1) {
    journal.record('s', { kind: 'large.lost', data })
    if (fact % 450 === 0) await until(() => journal.dropped === fact)
  }
  journal.record('s', { kind: 'late.written' })
}
