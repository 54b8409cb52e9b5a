/** The zones as the tasks want them, and the change that others notice. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SolvedLab } from '../../../lab/solution.ts'
import { ask, type Type } from '../../clients/dns.ts'
import { server, walk, type Step } from '../../clients/steps.ts'

/** Lines of a zone file by what they are for. */
export type Lines = Readonly<Record<string, string>>

/** What the student writes into a file, and has the lab serve. */
export interface Writing {
  readonly serial?: number
  /** Lines that are there besides, or instead. */
  readonly lines?: Lines
  readonly reverse?: Lines
  /** Whether the lab is told. */
  readonly isServed?: boolean
}

function zoneLines({ domain, values }: SolvedLab, serial: number): Lines {
  const { refresh, web, post, first, second, seconds } = values
  return {
    origin: `$ORIGIN ${domain}.`,
    ttl: '$TTL 1d',
    soa: `@ SOA dns hostmaster ( ${serial} ${refresh}h 30m 2w 10m )`,
    servers: '@ NS dns\n@ NS dns2',
    dns: 'dns A 192.168.56.102',
    dns2: 'dns2 A 192.168.56.103',
    www: `www ${seconds} A 192.168.56.${web}`,
    www6: `www AAAA 2001:db8::${web}`,
    mx: `@ MX ${first} smtp\n@ MX ${second} smtp2`,
    smtp: `smtp A 192.168.56.${post}`,
    smtp2: 'smtp2 A 192.168.56.103',
    pop: `pop A 192.168.56.${post}`,
    ftp: 'ftp CNAME www',
    srv: '_xmpp-client._tcp SRV 5 0 5222 xmpp\n_xmpp-server._tcp SRV 5 0 5269 xmpp',
    xmpp: 'xmpp A 192.168.56.102',
    spf: '@ TXT "v=spf1 mx -all"',
    aula: 'aula NS ns.aula',
    glue: 'ns.aula A 192.168.56.104',
  }
}

function reverseLines({ domain, values }: SolvedLab): Lines {
  return {
    origin: '$ORIGIN 56.168.192.in-addr.arpa.',
    ttl: '$TTL 1d',
    soa: `@ SOA dns.${domain}. hostmaster.${domain}. ( 2 2h 30m 2w 10m )`,
    ns: `@ NS dns.${domain}.`,
    dns: `102 PTR dns.${domain}.`,
    www: `${values['web']} PTR www.${domain}.`,
    smtp: `${values['post']} PTR smtp.${domain}.`,
  }
}

/** Writes both zones, and has them served. */
export function writing(change: (lab: SolvedLab) => Writing = () => ({})): Step {
  return {
    at: [],
    async run(lab) {
      const { serial = 2, lines, reverse, isServed = true } = change(lab)
      const write = (file: string, all: Lines): Promise<void> =>
        writeFile(join(lab.folder, file), `${Object.values(all).join('\n')}\n`)
      await write('zone.db', { ...zoneLines(lab, serial), ...lines })
      await write('reverse.db', { ...reverseLines(lab), ...reverse })
      if (isServed) await lab.reload()
    },
  }
}

/** The change, with the code of the student. */
export const news = ({ values }: SolvedLab): Lines => ({ news: `news TXT "${values['code']}"` })

/** Asks for a name of the domain. */
export function asking(name: string, type: Type): Step {
  return {
    at: ['dns'],
    run: async ({ domain }, servers) => void (await ask(server(servers, 'dns'), `${name}.${domain}`, type)),
  }
}

/** What is done, in this order. */
export const steps = {
  write: writing(),
  before: asking('news', 'TXT'),
  change: writing((lab) => ({ serial: 3, lines: news(lab) })),
  after: asking('news', 'TXT'),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}
