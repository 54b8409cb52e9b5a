/** Operations on the mailboxes, which are only looked at. */
import { z } from 'zod'
import type { Desk } from '../desk.ts'
import { letterOf } from '../mail/letter.ts'
import { Mailboxes } from '../mail/mailboxes.ts'
import { answering, noInput, type Operations } from '../operation.ts'
import { letterSchema, mailboxesSchema, mailboxPageSchema } from '../mail/schema.ts'

const account = z.string().max(256)

/** The operations on mailboxes. */
export function mailOperations({ lab }: Desk): Operations {
  const mailboxes = new Mailboxes(lab.world)
  return {
    mailboxes: answering({
      summary: 'The mailbox of each account: how many messages, how many octets.',
      input: noInput,
      output: mailboxesSchema,
      run: () => mailboxes.all(),
    }),
    mailbox: answering({
      summary: 'Messages of one account, newest first.',
      input: z.strictObject({
        account,
        from: z.int().min(0).default(0).describe('how many of the newest to leave out'),
        limit: z.int().min(1).max(200).default(50),
      }),
      output: mailboxPageSchema,
      run: (wish) => mailboxes.page(wish.account, wish.from, wish.limit),
    }),
    message: answering({
      summary:
        'One message: header, MIME tree, text, HTML, source; its HTML is to be shown in a sandbox alone.',
      input: z.strictObject({ account, id: z.string().max(200) }),
      output: letterSchema,
      run: async (wish) => {
        const { message, octets } = await mailboxes.fetch(wish.account, wish.id)
        return letterOf(message, octets)
      },
    }),
  }
}
