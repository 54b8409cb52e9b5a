/** What is asked of the corpus: every name, near misses, every type, over each transport and size. */
import { Random } from './random.ts'
import { parent } from './names.ts'
import { absolute, type CorpusZone } from './zone.ts'

/** How a question travels. */
export interface Manner {
  readonly transport: 'udp' | 'tcp'
  /** Octets of UDP payload that the OPT record offers; without, there is none. */
  readonly size?: number
  readonly dnssec?: boolean
  readonly recursionDesired?: boolean
}

/** One question of the corpus. */
export interface CorpusQuestion extends Manner {
  readonly name: string
  readonly type: string
}

const MANNERS: readonly Manner[] = [
  { transport: 'udp' },
  { transport: 'udp', size: 1232 },
  { transport: 'udp', size: 512, recursionDesired: true },
  { transport: 'udp', size: 4096, dnssec: true },
  { transport: 'tcp' },
  { transport: 'tcp', size: 1232, dnssec: true },
]

const COMMON = ['A', 'ANY', 'DS', 'CNAME', 'NS', 'TXT', 'SOA', 'MX', 'DNAME', 'TYPE1000'] as const

/** The questions about the zones; the same ones in each run. */
export function questionsAbout(zones: readonly CorpusZone[]): readonly CorpusQuestion[] {
  const random = new Random(8_482)
  const questions: CorpusQuestion[] = []
  const seen = new Set<string>()
  const ask = (name: string, type: string, manner = random.pick(MANNERS)): void => {
    const key = JSON.stringify([name, type, manner])
    if (seen.has(key) || !isName(name)) return
    seen.add(key)
    questions.push({ name, type, ...manner })
  }
  for (const zone of zones) {
    const owners = new Map<string, Set<string>>()
    for (const { owner, type } of zone.records) owners.set(owner, (owners.get(owner) ?? new Set()).add(type))
    for (const [owner, types] of owners) {
      const name = absolute(owner, zone)
      for (const type of types) {
        ask(name, type)
        ask(name, type, { transport: 'tcp' })
      }
      for (const type of ['A', 'ANY', 'DS', random.pick(COMMON)]) ask(name, type)
      for (const miss of nearMisses(name)) if (random.happens(0.5)) ask(miss, random.pick(COMMON))
    }
    // The tops in every manner, and what comes of large sets.
    for (const manner of MANNERS) for (const type of COMMON) ask(absolute('@', zone), type, manner)
    if (zone.name === 'large.test')
      for (const [owner, types] of owners)
        for (const manner of MANNERS)
          for (const type of types) if (!owner.includes('.')) ask(absolute(owner, zone), type, manner)
  }
  for (const name of ['.', 'test.', 'elsewhere.example.', 'www.elsewhere.example.', 'arpa.', 'xcuts.test.'])
    for (const type of ['A', 'NS', 'SOA', 'ANY', 'DS']) ask(name, type)
  return questions
}

/** Names beside, below and above a name. */
function nearMisses(name: string): readonly string[] {
  const above = parent(name) ?? '.'
  const below = name === '.' ? '' : name
  const beside = above === '.' ? '' : above
  // BIND compresses only names of the same letter case, so that longer ones need more room there.
  const upper = name.length < 60 ? [name.toUpperCase()] : []
  return [`zz.${below}`, `*.${below}`, `zz.yy.${below}`, `zz.${beside}`, above, `a${below}`, ...upper]
}

/** Whether the name is no longer than names may be; escapes count too much, which leaves out a few. */
function isName(name: string): boolean {
  return name.length <= 254 && name.split('.').every((label) => label.length <= 63)
}
