/** The mail of a lab: one Maildir for each account. */
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Accounts, Mail, Mailbox } from '../service.ts'
import { foldAccountName } from './accounts.ts'
import { createMaildir } from './maildir.ts'

/** Keeps mail under `<folder>/<account in lower case>/Maildir`, for those who have an account when they are asked for. */
export function createMail(folder: string, accounts: Pick<Accounts, 'find'>): Mail {
  const mailboxes = new Map<string, Mailbox>()
  const uniqueName = createUniqueName()
  return {
    mailbox(account) {
      const folded = foldAccountName(account)
      // The mail of one who leaves the list stays on disk, for the account may come back.
      if (folded === undefined || !accounts.find(folded)) return undefined
      return mailboxes.getOrInsertComputed(folded, () =>
        createMaildir(join(folder, folded, 'Maildir'), uniqueName),
      )
    },
  }
}

/**
 * Makes a source of Maildir file names, `<seconds>.M<microseconds>P<process>Q<count>.<host>`, in the order of delivery;
 * with the host cut to 30 characters, they fit the 70 of a POP3 unique-id (RFC 1939 §7).
 */
function createUniqueName(): () => string {
  const host = hostname()
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 30)
  let count = 0
  let last = 0
  return () => {
    // The machine's time, for the lab's may stand still or go back, and then a name could come twice.
    last = Math.max(Date.now() * 1000, last + 1)
    count += 1
    const microseconds = String(last % 1_000_000).padStart(6, '0')
    return `${Math.floor(last / 1_000_000)}.M${microseconds}P${process.pid}Q${count}.${host || 'localhost'}`
  }
}
