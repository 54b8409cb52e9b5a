/** What a student's browser and mail program do in the course's story, as real clients over real sockets. */
import type { SolvedLab } from '../../../lab/solution.ts'
import type { Address } from '../../../lab/service.ts'
import { ask, type Type } from '../../clients/dns.ts'
import { Browser, type BrowserOptions } from '../../clients/http.ts'
import { Pop3 } from '../../clients/pop3.ts'
import { Smtp } from '../../clients/smtp.ts'
import { account, server, walk, type Step } from '../../clients/steps.ts'

/** Asks the name server for names of the domain (the domain itself is `@`), or for others that end with a dot. */
export function asking(...questions: readonly (readonly [name: string, type: Type])[]): Step {
  return {
    at: ['dns'],
    async run({ domain }, servers) {
      for (const [name, type] of questions) await ask(server(servers, 'dns'), wholeName(name, domain), type)
    },
  }
}

function wholeName(name: string, domain: string): string {
  if (name.endsWith('.')) return name.slice(0, -1)
  return name === '@' ? domain : `${name}.${domain}`
}

/** Opens the paths, one after the other, with a browser of its own. */
export function visiting(paths: readonly string[], options?: BrowserOptions): Step {
  return {
    at: ['http'],
    async run({ domain }, servers) {
      using browser = new Browser(server(servers, 'http'), `www.${domain}`, options)
      for (const path of paths) await browser.get(path)
    },
  }
}

/** Logs in by POP3 and looks whether there is mail. */
export function loggingIn(index: number, isByUser = false): Step {
  return {
    at: ['pop3'],
    async run(lab, servers) {
      await using pop3 = await Pop3.open(server(servers, 'pop3'))
      if (isByUser) await pop3.logInByUser(account(lab, index))
      else await pop3.logIn(account(lab, index))
      await pop3.count()
      await pop3.quit()
    },
  }
}

/** Sends a message from one account to the other; its subject is the student's code if not given. */
export function sending(from: number, to: number, subject?: string): Step {
  return {
    at: ['smtp'],
    run: (lab, servers) =>
      write(lab, server(servers, 'smtp'), { from, to, subject: subject ?? codeOf(lab), lines: ['Hola.'] }),
  }
}

/** Fetches all messages; `isKept` leaves them, `isCut` ends without QUIT. */
export function fetching(index: number, how: { isKept?: boolean; isCut?: boolean } = {}): Step {
  return {
    at: ['pop3'],
    async run(lab, servers) {
      await using pop3 = await Pop3.open(server(servers, 'pop3'))
      await pop3.logIn(account(lab, index))
      const count = await pop3.count()
      for (let number = 1; number <= count; number += 1) {
        await pop3.retrieve(number)
        if (how.isKept !== true) await pop3.ask(`DELE ${number}`)
      }
      if (how.isCut !== true) await pop3.quit()
    },
  }
}

const forward: Step = {
  at: ['smtp'],
  run: (lab, servers) =>
    write(lab, server(servers, 'smtp'), {
      from: 1,
      to: 0,
      subject: `Fwd: ${codeOf(lab)}`,
      lines: ['-------- Mensaje reenviado --------', `Asunto: ${codeOf(lab)}`, '', 'Hola.'],
    }),
}

/** The story, step by step. */
export const steps = {
  address: asking(['www', 'A'], ['www', 'AAAA']),
  servers: asking(['@', 'MX'], ['@', 'NS']),
  nothing: asking(['nothing', 'A']),
  browse: visiting(['/', '/lab.jpg', '/favicon.ico', '/']),
  pop: asking(['pop', 'A'], ['pop', 'AAAA']),
  login: loggingIn(0),
  smtp: asking(['smtp', 'A'], ['smtp', 'AAAA']),
  send: sending(0, 1),
  fetch: fetching(1),
  forward,
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}

function codeOf({ values }: SolvedLab): string {
  return String(values['code'])
}

async function write(
  lab: SolvedLab,
  at: Address,
  letter: {
    readonly from: number
    readonly to: number
    readonly subject: string
    readonly lines: readonly string[]
  },
): Promise<void> {
  await using smtp = await Smtp.open(at)
  const [from, to] = [account(lab, letter.from).address, account(lab, letter.to).address]
  await smtp.send({ ...letter, from, to })
}
