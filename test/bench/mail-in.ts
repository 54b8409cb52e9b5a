/** The first part of the mail benchmark: messages into a Maildir. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { postfixEnvironment, smtpSource } from '../interop/mail/postfix.ts'
import { costOf } from './load.ts'
import { Figures, present, runClient, withAll } from './mail-run.ts'
import { mailServers, type MailServer } from './mail-servers.ts'

/** Octets of a message as smtp-source makes it, without its header. */
const OCTETS = 4096
const DOTS = 8 * 1024 * 1024
/** Messages of a round that does not count. */
const WARMING = 500

const countIn = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0)

/** Resolves with the time when so many messages lie there, in milliseconds since 1970. */
async function waitUntil(folder: string, messages: number): Promise<number> {
  const end = performance.now() + 120_000
  while (countIn(folder) < messages) {
    if (performance.now() > end) throw new Error(`${countIn(folder)} of ${messages} messages came`)
    await setTimeout(5)
  }
  return performance.timeOrigin + performance.now()
}

/** Sends messages from ten clients at the same time; resolves with the seconds until the last one lies in the Maildir. */
export async function load(
  { port, arrivals }: MailServer,
  messages: number,
  isKept: boolean,
): Promise<number> {
  const words = [
    '-s',
    '10',
    '-m',
    String(messages),
    '-l',
    String(OCTETS),
    '-f',
    'zoe@other.test',
    '-t',
    'ana@bench.test',
  ]
  const before = countIn(arrivals)
  const begun = performance.timeOrigin + performance.now()
  const source = spawn(smtpSource ?? '', [...(isKept ? ['-d'] : []), ...words, `127.0.0.1:${port}`], {
    env: postfixEnvironment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(source, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`)
  return ((await waitUntil(arrivals, before + messages)) - begun) / 1000
}

const LOADS = [
  ['on kept connections', true],
  ['one connection a message', false],
] as const

/** Prints messages a second, and the seconds that one of dot lines takes. */
export async function measureArrivals(
  rounds: number,
  messages: number,
  only: readonly string[],
): Promise<void> {
  if (smtpSource === undefined) {
    process.stdout.write(
      'no messages are sent: Postfix’s smtp-source is neither in the usual place nor below $POSTFIX\n',
    )
    return
  }
  const [rates, costs, dots] = [new Figures(), new Figures(), new Figures()]
  const kinds = present(mailServers, only)
  await withAll(kinds, async (servers) => {
    // The first round is for caches and compilers.
    for (let round = -1; round < rounds; round += 1) {
      for (const { name, isFamily } of kinds) {
        const server = servers.get(name)
        if (server === undefined) continue
        for (const [title, isKept] of LOADS) {
          const count = round < 0 ? Math.min(messages, WARMING) : messages
          const { result, cpu } = await costOf(server.process, isFamily, () => load(server, count, isKept))
          if (round < 0) continue
          rates.add(`messages a second, ${title}`, name, count / result)
          if (isFamily) costs.add(`µs of CPU a message, ${title}`, name, (cpu / count) * 1e6)
        }
        const [replied, stored] = await sendDots(server)
        if (round < 0) continue
        dots.add('seconds for 8 MB of dot lines, until the reply', name, replied)
        dots.add('seconds for 8 MB of dot lines, until they are in the Maildir', name, stored)
      }
    }
  })
  process.stdout.write(`${messages} messages of ${OCTETS} octets from 10 clients into a Maildir, synced\n`)
  rates.print((value) => value.toFixed(0))
  costs.print((value) => value.toFixed(0))
  dots.print((value) => value.toFixed(3))
}

/** Seconds until the reply, and until the message was seen in the Maildir, at which is looked every 5 ms. */
async function sendDots({ port, arrivals }: MailServer): Promise<readonly [replied: number, stored: number]> {
  const before = countIn(arrivals)
  const [begun = 0, accepted = 0] = await runClient({ what: 'send', port, octets: DOTS, isDots: true })
  // Of one that has delivered by then, the reply was the later one.
  const seen = countIn(arrivals) > before ? accepted : await waitUntil(arrivals, before + 1)
  return [(accepted - begun) / 1000, (seen - begun) / 1000]
}
