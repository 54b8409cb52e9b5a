/** How many TCP connections there may be, and whose must go when there are too many (RFC 7766 §6.2.2, §6.2.3). */

/** One open connection. */
export interface Held {
  /** Whose it is; equal for all connections of one client. */
  readonly owner: string
  /** Whether nothing is being answered on it. */
  isIdle(): boolean
  close(): void
}

/** The open connections; when they are too many, whoever has most must give one up. */
export class Connections {
  private readonly limit: number
  /** The longest unused first. */
  private readonly open = new Set<Held>()

  constructor(limit: number) {
    this.limit = limit
  }

  /** Takes a new connection in, at the price of another if need be; false if it must be turned away. */
  admit(newcomer: Held): boolean {
    if (this.open.size >= this.limit) {
      const victim = this.victimFor(newcomer.owner)
      if (victim === undefined) return false
      this.open.delete(victim)
      victim.close()
    }
    this.open.add(newcomer)
    return true
  }

  /** Notes that it is in use. */
  touch(connection: Held): void {
    if (this.open.delete(connection)) this.open.add(connection)
  }

  remove(connection: Held): void {
    this.open.delete(connection)
  }

  /** Of the greediest client the connection that was unused longest, an idle one if there is one. */
  private victimFor(owner: string): Held | undefined {
    const counts = new Map<string, number>()
    for (const each of this.open) counts.set(each.owner, (counts.get(each.owner) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const own = (counts.get(owner) ?? 0) + 1
    // Whoever would have most itself may replace what it does not use, and nothing of others.
    const greediest = own > most ? owner : [...counts].find(([, count]) => count === most)?.[0]
    const theirs = [...this.open].filter((each) => each.owner === greediest)
    return theirs.find((each) => each.isIdle()) ?? (own > most ? undefined : theirs[0])
  }
}
