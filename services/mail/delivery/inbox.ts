/** Messages of the scenario that lie in a mailbox from the first start on. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { ServiceContext } from '../../../lab/service.ts'
import type { MailConfig } from '../options.ts'

/** Delivers each message of the option `inbox` once, however often the service starts. */
export async function deliverInbox(
  { config, files, world, log }: Pick<ServiceContext<MailConfig>, 'config' | 'files' | 'world' | 'log'>,
  database: DatabaseSync,
): Promise<void> {
  database.exec('CREATE TABLE IF NOT EXISTS inbox (account TEXT, file TEXT, PRIMARY KEY (account, file))')
  const find = database.prepare('SELECT 1 FROM inbox WHERE account = ? AND file = ?')
  const add = database.prepare('INSERT OR IGNORE INTO inbox VALUES (?, ?)')
  for (const [name, messages] of Object.entries(config.inbox)) {
    const account = name.toLowerCase()
    const mailbox = world.mail.mailbox(account)
    if (mailbox === undefined) {
      log.warn({ account: name }, 'the option inbox names an account that there is not')
      continue
    }
    for (const [index, file] of messages.entries()) {
      if (find.get(account, file) !== undefined) continue
      // The same after a kill, in the order of the list, and before all that comes later.
      const mark = createHash('sha256').update(`${account}\n${file}`).digest('hex').slice(0, 16)
      const place = String(index).padStart(4, '0')
      await mailbox.deliver(createReadStream(files.path(file)), `0.I${place}R${mark}.inbox`)
      add.run(account, file)
    }
  }
}
