/**
 * Mail servers side by side: messages into a Maildir with smtp-source, out of it by POP3, and what large ones do to DNS.
 * `npm run bench mail [in|out|stall [name …]]`; ROUNDS, MESSAGES (of each load), POSTFIX (the folder below which its files
 * lie), TMPDIR (another disk: one that has no journal takes long to make files where many were removed in the last minute),
 * NICE (the priority of all, for a machine that others use).
 */
import { setPriority } from 'node:os'
import { measureArrivals } from './mail-in.ts'
import { measureRetrievals } from './mail-out.ts'
import { noise } from './load.ts'
import { measureStalls } from './mail-stall.ts'
import { median } from './figures.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const MESSAGES = Number(process.env['MESSAGES'] ?? 2000)

if (process.env['NICE'] !== undefined) setPriority(Number(process.env['NICE']))
const [part, ...only] = process.argv.slice(3)
process.stdout.write(
  `${ROUNDS} rounds, medians (lowest–highest); behind each figure the ratio of telelab's to it (lowest–highest round)\n`,
)
if (part === undefined || part === 'in') await measureArrivals(ROUNDS, MESSAGES, only)
if (part === undefined || part === 'out') await measureRetrievals(ROUNDS, only)
if (noise.length > 0)
  process.stdout.write(
    `beside the servers and their clients, other programs took ${median(noise).toFixed(2)} cores, at most ${Math.max(...noise).toFixed(2)}\n`,
  )
if (part === undefined || part === 'stall') await measureStalls(ROUNDS)
// An exit by itself would leave the folder.
process.exit(0)
