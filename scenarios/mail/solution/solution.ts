/** What a student's mail programs do, as real clients over real sockets. */
import type { SolvedLab } from '../../../lab/solution.ts'
import { ask, type Type } from '../../clients/dns.ts'
import type { Trust } from '../../clients/lines.ts'
import { Pop3 } from '../../clients/pop3.ts'
import { Smtp } from '../../clients/smtp.ts'
import { account, server, walk, type Step } from '../../clients/steps.ts'

/** The accounts by their places. */
export const [ANA, BRUNO, CARLA] = [0, 1, 2]

/** Asks the name server. */
export function asking(...questions: readonly (readonly [name: string, type: Type])[]): Step {
  return {
    at: ['dns'],
    async run(_, servers) {
      for (const [name, type] of questions) await ask(server(servers, 'dns'), name, type)
    },
  }
}

/** Tries to write to a recipient; on the submission port, without having logged in. */
export function trying(endpoint: 'smtp' | 'submission', to: string): Step {
  return {
    at: [endpoint],
    async run(lab, servers) {
      await using smtp = await Smtp.open(server(servers, endpoint))
      await smtp
        .send({ from: account(lab, ANA).address, to, subject: '', lines: [] })
        .then(() => Promise.reject(new Error('it was taken')))
        .catch((error: unknown) => {
          if (!/^5\d\d /.test(messageOf(error))) throw error
        })
    },
  }
}

/** Sends a message, logged in; by STARTTLS, under TLS from the start, or in clear. */
export function sending(
  to: number,
  subject: string | undefined,
  how: { readonly from?: number; readonly by?: 'starttls' | 'smtps' | 'clear' } = {},
): Step {
  const { from = ANA, by = 'starttls' } = how
  const endpoint = by === 'smtps' ? 'smtps' : 'submission'
  return {
    at: [endpoint],
    async run(lab, servers) {
      const trust = await trustIn(lab)
      const [sender, recipient] = [account(lab, from), account(lab, to).address]
      await using smtp = await Smtp.open(server(servers, endpoint), by === 'smtps' ? trust : undefined)
      if (by === 'starttls') await smtp.secure(trust)
      await smtp.logIn(sender)
      await smtp.send({
        from: sender.address,
        to: recipient,
        subject: subject ?? codeOf(lab),
        lines: ['Hola.'],
      })
    },
  }
}

/** Fetches all messages and deletes them. */
export function fetching(
  how: { readonly by?: 'stls' | 'pop3s' | 'clear'; readonly isCut?: boolean } = {},
): Step {
  const { by = 'pop3s', isCut = false } = how
  const endpoint = by === 'pop3s' ? 'pop3s' : 'pop3'
  return {
    at: [endpoint],
    async run(lab, servers) {
      const trust = await trustIn(lab)
      await using pop3 = await Pop3.open(server(servers, endpoint), by === 'pop3s' ? trust : undefined)
      if (by === 'stls') await pop3.secure(trust)
      await pop3.logIn(account(lab, BRUNO))
      const count = await pop3.count()
      for (let number = 1; number <= count; number += 1) {
        await pop3.retrieve(number)
        await pop3.ask(`DELE ${number}`)
      }
      if (!isCut) await pop3.quit()
    },
  }
}

/** What is done, in this order. */
export const steps = {
  find: asking(['correo.test', 'MX'], ['mail.correo.test', 'A']),
  unknown: trying('smtp', 'nobody@correo.test'),
  early: trying('submission', 'bruno@correo.test'),
  submit: sending(BRUNO, 'Mensaje 1'),
  fetch: fetching(),
  code: sending(CARLA, undefined, { by: 'smtps' }),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}

async function trustIn(lab: SolvedLab): Promise<Trust> {
  return { authority: await lab.authority(), name: `mail.${lab.domain}` }
}

function codeOf({ values }: SolvedLab): string {
  return String(values['code'])
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
