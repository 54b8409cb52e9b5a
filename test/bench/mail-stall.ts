/** The third part of the mail benchmark: what a large message does to the answers of DNS in the same process. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fill } from './mail-drops.ts'
import type { Task } from './mail-client.ts'
import { startMailLab } from './mail-lab.ts'
import { Figures, startClient, within } from './mail-run.ts'

const SENT = 9 * 1024 * 1024
const FETCHED = 25 * 1024 * 1024
const PER_SECOND = 200
/** Milliseconds for which is asked where nothing else goes on. */
const QUIET = 500
/** Milliseconds for clients to become ready. */
const STARTING = 1000

const FETCH = {
  what: 'retrieve',
  account: 'ben',
  count: 1,
  passes: 1,
  isPipelined: false,
  isHeld: true,
} as const

/** Prints the longest time that an answer took while something large was sent or fetched. */
export async function measureStalls(rounds: number): Promise<void> {
  const figures = new Figures()
  const kind = {
    name: 'telelab',
    start: async (folder: string) => {
      const mail = join(folder, 'state', 'mail')
      mkdirSync(mail, { recursive: true })
      fill(mail, { ana: [], ben: [FETCHED] })
      const lab = await startMailLab(folder)
      return { ...lab, port: lab.ports.pop3 }
    },
  }
  for (let round = 0; round < rounds; round += 1) {
    await within(kind, async ({ ports }) => {
      const works: readonly (readonly [title: string, task: Task | undefined])[] = [
        ['with nothing else to do', undefined],
        [
          'while 9 MB of text are taken in',
          { what: 'send', port: ports.smtp, octets: SENT, isDots: false, isHeld: true },
        ],
        [
          'while 9 MB of dot lines are taken in',
          { what: 'send', port: ports.smtp, octets: SENT, isDots: true, isHeld: true },
        ],
        ['while 25 MB are fetched', { ...FETCH, port: ports.pop3 }],
      ]
      // Each is done once for the compilers.
      for (const isCounted of [false, true]) {
        for (const [title, task] of works) {
          const [longest = Number.NaN, lost = 0] = await askDuring(ports.dns, task)
          if (isCounted) figures.add(`longest answer in ms, ${title}`, 'telelab', longest)
          if (lost > 0) process.stdout.write(`${lost} questions had no answer ${title}\n`)
        }
      }
    })
  }
  process.stdout.write(`${PER_SECOND} questions a second to dns in the same process\n`)
  figures.print((value) => value.toFixed(1))
}

/** The longest answer while a client does something, and how many never came. */
async function askDuring(port: number, task: Task | undefined): Promise<number[]> {
  const client = task === undefined ? undefined : startClient(task)
  const asker = startClient({ what: 'ask', port, perSecond: PER_SECOND })
  // Their own starts are not to be seen.
  await setTimeout(STARTING)
  asker.process.send('begin')
  client?.process.send('begin')
  await (client === undefined ? setTimeout(QUIET) : client.figures)
  asker.process.send('end')
  return asker.figures
}
