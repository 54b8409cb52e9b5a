/** How the faults are found: by asking as a careful person with dig would. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SolvedLab } from '../../../lab/solution.ts'
import { answer } from '../../clients/answers.ts'
import { ask, askByTcp, type Type } from '../../clients/dns.ts'
import { server, walk, type Step } from '../../clients/steps.ts'

/** A question; `tcp` is asked over TCP, `lost` is one whose answer does not come. */
export type Question = readonly [name: string, type: Type, how?: 'tcp' | 'lost']

/** Asks, one question after the other (the domain itself is `@`). */
export function asking(...questions: readonly Question[]): Step {
  return {
    at: ['dns'],
    async run({ domain }, servers) {
      const at = server(servers, 'dns')
      for (const [name, type, how] of questions) {
        const whole = name === '@' ? domain : `${name}.${domain}`
        if (how === 'tcp') await askByTcp(at, whole, type)
        else if (how === 'lost') await ask(at, whole, type, 200).catch(() => undefined)
        else await ask(at, whole, type)
      }
    },
  }
}

/** Writes the zone with this MX record, and with `rest`. */
export function mending(mail: string, rest = 'mail A 127.0.0.1'): Step {
  return {
    at: [],
    run: ({ folder, domain }) =>
      writeFile(
        join(folder, 'mended.db'),
        [
          `$ORIGIN ${domain}.`,
          '$TTL 1h',
          `@ SOA dns hostmaster 2026112102 1h 15m 1w 5m`,
          '@ NS dns',
          `@ MX 10 ${mail}`,
          'dns A 127.0.0.1',
          'www A 127.0.0.1',
          rest,
          '',
        ].join('\n'),
      ),
  }
}

/** Writes the addresses that shop is said to have, of which one is right. */
export function answering(say: (right: string) => readonly string[] = (right) => [right]): Step {
  return {
    at: [],
    async run(lab) {
      for (const address of say(`198.51.100.${lab.values['right']}`)) await answer(lab, 'shop', address)
    },
  }
}

/** What is done, in this order. */
export const steps = {
  news: asking(['news', 'TXT'], ['news', 'TXT', 'tcp']),
  api: asking(['api', 'A'], ['api', 'A'], ['api', 'A']),
  slow: asking(['slow', 'A', 'lost'], ['slow', 'A']),
  shop: asking(['shop', 'A'], ['shop', 'A', 'tcp']),
  genuine: answering(),
  mail: asking(['@', 'MX'], ['correo', 'A']),
  mend: mending('mail'),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}
