/** Where names lie in the zones of the corpus, found from the zones' records alone. */
import { absolute, type CorpusZone } from './zone.ts'

/** The tops of zones and the cuts in them. */
export class Names {
  private readonly cuts: ReadonlyMap<string, ReadonlySet<string>>

  constructor(zones: readonly CorpusZone[]) {
    this.cuts = new Map(
      zones.map((zone) => {
        const cuts = zone.records.filter(({ owner, type }) => type === 'NS' && owner !== '@')
        return [absolute('@', zone), new Set(cuts.map(({ owner }) => absolute(owner, zone).toLowerCase()))]
      }),
    )
  }

  /** The top of the nearest zone above the name, or at it; undefined for names of no zone. */
  zoneOf(name: string): string | undefined {
    return upwards(name.toLowerCase()).find((each) => this.cuts.has(each))
  }

  /** Whether the name is the top of a zone. */
  isTop(name: string): boolean {
    return this.cuts.has(name)
  }

  /** Whether the name is a cut in the zone or lies below one. */
  isBelowCut(name: string, zone: string | undefined): boolean {
    const cuts = this.cuts.get(zone ?? '')
    return upwards(name).some((each) => cuts?.has(each) === true)
  }
}

/** A name in presentation format one label up; the root has none. */
export function parent(name: string): string | undefined {
  if (name === '.') return undefined
  const rest = name.replace(/^(?:\\.|[^.\\])*\./, '')
  return rest === '' ? '.' : rest
}

function upwards(name: string): readonly string[] {
  const above = parent(name)
  return above === undefined ? [name] : [name, ...upwards(above)]
}
