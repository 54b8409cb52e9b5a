/** How the faults are found: by reading replies as a careful person who types SMTP and POP3 by hand. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SolvedLab } from '../../../lab/solution.ts'
import { answer } from '../../clients/answers.ts'
import { namesOf } from '../../clients/certificates.ts'
import { Pop3 } from '../../clients/pop3.ts'
import { Smtp } from '../../clients/smtp.ts'
import { account, server, walk, type Step } from '../../clients/steps.ts'

/** The accounts by their places. */
export const [ANA, BRUNO, CARLA] = [0, 1, 2]

/** Milliseconds until a report is missed. */
const PATIENCE = 5000

/** Writes to somebody so many times, whatever the server says. */
export function writing(to: number | string, times = 1): Step {
  return {
    at: ['smtp'],
    async run(lab, servers) {
      await using smtp = await Smtp.open(server(servers, 'smtp'))
      const recipient = typeof to === 'string' ? to : account(lab, to).address
      for (let turn = 0; turn < times; turn += 1) {
        await refusable(smtp.send({ ...letter, from: account(lab, ANA).address, to: recipient }))
        await smtp.ask('RSET', 250)
      }
    },
  }
}

const letter = { subject: 'Hola', lines: ['¿Llega?'] } as const

/** Looks into a mailbox so many times, whatever the server says, and fetches all that is there. */
export function fetching(who: number, times = 1): Step {
  return {
    at: ['pop3'],
    async run(lab, servers) {
      for (let turn = 0; turn < times; turn += 1) {
        await using pop3 = await Pop3.open(server(servers, 'pop3'))
        await refusable(fetch(pop3, lab, who))
      }
    },
  }
}

async function fetch(pop3: Pop3, lab: SolvedLab, who: number): Promise<string> {
  await pop3.logIn(account(lab, who))
  const count = await pop3.count()
  const lines: string[] = []
  for (let number = 1; number <= count; number += 1) lines.push(...(await pop3.retrieve(number)))
  await pop3.quit()
  return lines.join('\n')
}

/** One step after the other. */
export function following(...steps: readonly Step[]): Step {
  return {
    at: [...new Set(steps.flatMap(({ at }) => at))],
    async run(lab, servers) {
      for (const step of steps) await step.run(lab, servers)
    },
  }
}

/** Tries to send as somebody, and writes down the last word of the refusal. */
export function complaining(who: number): Step {
  return {
    at: ['smtp'],
    async run(lab, servers) {
      await using smtp = await Smtp.open(server(servers, 'smtp'))
      const said = await refusable(smtp.ask(`MAIL FROM:<${account(lab, who).address}>`, 250))
      await answer(lab, 'blocked', said.split(' ').at(-1) ?? '')
    },
  }
}

/** Writes down what EHLO offers of SIZE, made so much larger. */
export function measuring(surplus = 0): Step {
  return {
    at: ['smtp'],
    async run(lab, servers) {
      await using smtp = await Smtp.open(server(servers, 'smtp'))
      const size = smtp.offers.find((offer) => offer.startsWith('SIZE '))?.slice(5)
      await answer(lab, 'size', String(Number(size) + surplus))
    },
  }
}

/** Writes down the name in the certificate that POP3 shows under TLS. */
export const naming: Step = {
  at: ['pop3s'],
  async run(lab, servers) {
    const [name = ''] = await namesOf(server(servers, 'pop3s'), `mail.${lab.domain}`)
    await answer(lab, 'certificate', name)
  },
}

/** Waits for a report in somebody's mailbox, and writes down the field of it. */
export function reading(who: number, field = /^Status: (\S+)/m): Step {
  return {
    at: ['pop3'],
    async run(lab, servers) {
      const end = performance.now() + PATIENCE
      for (let said = ''; said === '' && performance.now() < end; await sleep(100)) {
        await using pop3 = await Pop3.open(server(servers, 'pop3'))
        said = field.exec(await fetch(pop3, lab, who))?.[1] ?? ''
        if (said !== '') await answer(lab, 'status', said)
      }
    },
  }
}

/** What is said, or refused. */
function refusable<Said>(asking: Promise<Said>): Promise<Said | string> {
  return asking.catch((error: unknown) => (error instanceof Error ? error.message : ''))
}

/** What is done, in this order. */
export const steps = {
  carla: writing(CARLA, 2),
  bruno: following(writing(BRUNO), fetching(BRUNO), writing(BRUNO), fetching(BRUNO)),
  locked: fetching(CARLA, 2),
  blocked: complaining(CARLA),
  size: measuring(),
  certificate: naming,
  partner: writing('orders@partner.test'),
  report: reading(ANA),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}
