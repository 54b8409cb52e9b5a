/** The second part of the mail benchmark: messages out of a Maildir. */
import { costOf } from './load.ts'
import { Figures, present, runClient, within, withAll } from './mail-run.ts'
import { popServers, type Mail } from './mail-drops.ts'

/** Messages that are fetched, and what one of them has in octets. */
const FETCHED = 2000
const OCTETS = 4400
/** Times that all are fetched one after the other on one connection, behind one that warms up. */
const PASSES = 5
const LISTED = 10_000
const SECONDS = 1

const repeat = (count: number): number[] => Array.from({ length: count }, () => OCTETS)

const WAYS = [
  ['one by one', false],
  ['pipelined', true],
] as const

/** Prints RETR and sessions a second, and how long listings take. */
export async function measureRetrievals(rounds: number, only: readonly string[]): Promise<void> {
  const [rates, costs, lists] = [new Figures(), new Figures(), new Figures()]
  const kinds = present(popServers, only)
  const over = (mail: Mail) =>
    kinds.map((kind) => ({ name: kind.name, start: (folder: string) => kind.start(folder, mail) }))
  await withAll(over({ ana: repeat(FETCHED), ben: repeat(10) }), async (servers) => {
    // The first round is for caches and compilers.
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, { port, process: child }] of servers) {
        for (const [title, isPipelined] of WAYS) {
          const task = {
            what: 'retrieve',
            port,
            account: 'ana',
            count: FETCHED,
            passes: PASSES,
            isPipelined,
          } as const
          const { result, cpu } = await costOf(child, true, () => runClient(task))
          if (round < 0) continue
          rates.add(`RETR a second, ${title}`, name, (FETCHED * PASSES) / (result[0] ?? 0))
          costs.add(`µs of CPU a RETR, ${title}`, name, (cpu / FETCHED / (PASSES + 1)) * 1e6)
        }
        const task = { what: 'sessions', port, seconds: SECONDS } as const
        const { result } = await costOf(child, true, () => runClient(task))
        if (round >= 0) rates.add('sessions a second (login, STAT, QUIT)', name, result[0] ?? 0)
      }
    }
  })
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of over({ ana: repeat(LISTED), ben: repeat(10) })) {
      await within(kind, async ({ port }) => {
        // The mailbox is another one's.
        await runClient({ what: 'sessions', port, seconds: 0.2 })
        const [first = 0, again = 0] = await runClient({ what: 'list', port })
        lists.add(`ms for PASS, LIST and UIDL of ${LISTED} messages, the first time`, kind.name, first * 1000)
        lists.add('ms for the same again, in another session', kind.name, again * 1000)
      })
    }
  }
  process.stdout.write(`${FETCHED} messages of ${OCTETS} octets, one client\n`)
  rates.print((value) => value.toFixed(0))
  costs.print((value) => value.toFixed(1))
  lists.print((value) => value.toFixed(1))
}
