/** Zones of the corpus made by chance: small, dense and nested, so that cases meet that nobody thinks of. */
import { Random } from './random.ts'
import type { CorpusRecord, CorpusZone } from './zone.ts'

const APEXES = [
  'r.test',
  'a.r.test',
  'b.a.r.test',
  'w.r.test',
  's.test',
  'a.s.test',
  'c.b.s.test',
  't.test',
] as const
const LABELS = ['a', 'b', 'c', 'w', '*', 'Mx'] as const
const FOREIGN = ['www.elsewhere.example.', 'elsewhere.example.', 'nothing.invalid.'] as const

/** The zones of a seed; the same ones in each run. */
export function generatedZones(seed: number): readonly CorpusZone[] {
  const random = new Random(seed)
  return APEXES.map((name) => new Maker(random, name).make())
}

/** Makes one zone. */
class Maker {
  private readonly random: Random
  private readonly name: string
  private readonly records: CorpusRecord[] = []

  constructor(random: Random, name: string) {
    this.random = random
    this.name = name
  }

  make(): CorpusZone {
    const { random } = this
    const minimum = random.pick([0, 60, 3600, 86_400])
    this.add('@', 'SOA', `ns hostmaster ${random.below(1000)} 1h 15m 1w ${minimum}`, random.pick([60, 7200]))
    this.add('@', 'NS', 'ns')
    // BIND refuses a server below the top that has no address in the zone.
    const other = random.pick(APEXES)
    if (!other.endsWith(this.name)) this.add('@', 'NS', `ns.${other}.`)
    this.add('ns', 'A', this.address())
    if (random.happens(0.3)) this.add('@', 'MX', `10 ${this.target()}`)
    const owners = new Set(Array.from({ length: 28 }, () => this.owner()))
    for (const owner of owners) this.fill(owner)
    // Below a DNAME there may be nothing (RFC 6672 §2.4).
    const isLeaf = ({ owner, type }: CorpusRecord): boolean =>
      type !== 'DNAME' || !this.records.some((each) => each.owner.endsWith(`.${owner}`))
    return { name: this.name, records: this.records.filter(isLeaf) }
  }

  private add(owner: string, type: string, data: string, ttl = 3600): void {
    this.records.push({ owner, type, data, ttl })
  }

  private address(): string {
    return `10.${this.random.below(256)}.${this.random.below(256)}.${this.random.below(256)}`
  }

  /** One to three labels; the last may be the name of a zone below. */
  private owner(): string {
    return Array.from({ length: 1 + this.random.below(3) }, () => this.random.pick(LABELS)).join('.')
  }

  /** Mostly a name of this zone, else of another one, else of none. */
  private target(): string {
    const { random } = this
    if (random.happens(0.6)) return this.owner()
    return random.happens(0.7) ? `${this.owner()}.${random.pick(APEXES)}.` : random.pick(FOREIGN)
  }

  private fill(owner: string): void {
    const { random } = this
    const isWildcard = owner.startsWith('*')
    const kind = random.below(10)
    if (kind < 2) this.add(owner, 'CNAME', this.target())
    else if (kind < 4 && !isWildcard) this.cut(owner)
    else this.data(owner)
    if (!isWildcard && random.happens(0.06) && !this.has(owner, ['CNAME', 'NS']))
      this.add(owner, 'DNAME', this.target())
  }

  private has(owner: string, types: readonly string[]): boolean {
    return this.records.some((record) => record.owner === owner && types.includes(record.type))
  }

  private cut(owner: string): void {
    const { random } = this
    const count = 1 + random.below(2)
    for (let index = 0; index < count; index += 1) {
      if (random.happens(0.5)) {
        this.add(owner, 'NS', `s${index}.${owner}`)
        const isOld = random.happens(0.7)
        this.add(`s${index}.${owner}`, isOld ? 'A' : 'AAAA', isOld ? this.address() : '2001:db8::5')
      } else {
        this.add(owner, 'NS', random.pick(['ns', ...FOREIGN, `ns.${random.pick(APEXES)}.`]))
      }
    }
    if (random.happens(0.4)) this.add(owner, 'DS', `${random.below(65_536)} 13 2 ${'5a'.repeat(32)}`)
  }

  private data(owner: string): void {
    const { random } = this
    const makers: Readonly<Record<string, () => string>> = {
      A: () => this.address(),
      AAAA: () => `2001:db8::${random.below(65_536).toString(16)}`,
      MX: () => `${random.below(100)} ${this.target()}`,
      TXT: () => `"${random.below(1000)}"`,
      SRV: () => `0 0 ${random.below(65_536)} ${this.target()}`,
      PTR: () => this.target(),
      HTTPS: () => `1 ${this.target()} alpn=h2`,
    }
    const types = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(Object.keys(makers))))
    for (const type of types) {
      const count = 1 + random.below(2)
      const ttl = random.pick([60, 3600])
      for (let index = 0; index < count; index += 1) this.add(owner, type, makers[type]?.() ?? '', ttl)
    }
  }
}
