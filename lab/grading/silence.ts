/** Whether there is a server at all: where nothing is, the first case of a suite says so for those behind it. */
import type { CheckCase, CheckTarget, Outcome } from '../check.ts'
import { createContext, type ContextOptions } from './context.ts'
import type { CheckResult } from './model.ts'
import { stoppedBy } from './needs.ts'

/** A case that has ended. */
export interface CaseEnd {
  readonly check: CheckCase
  readonly result: CheckResult
  /** Whether it has asked, and nothing was there to be asked. */
  readonly isUnreached?: boolean | undefined
}

/** The endpoints of a target at which nothing is. */
export class Silence {
  readonly #target: CheckTarget
  readonly #options: ContextOptions
  /** The case that has found it out, by the endpoint. */
  readonly #first = new Map<string, { readonly id: string; readonly outcome: Outcome }>()
  /** Endpoints at which something was. */
  readonly #heard = new Set<string>()

  constructor(target: CheckTarget, options: ContextOptions) {
    this.#target = target
    this.#options = options
  }

  /** The case that has found nothing where this one would ask. */
  firstOf({ endpoints }: CheckCase): { readonly id: string; readonly outcome: Outcome } | undefined {
    return endpoints.map((endpoint) => this.#first.get(endpoint)).find((first) => first !== undefined)
  }

  /** Hears how a case has ended; one that was under way while the first found nothing waits for that one, too. */
  async heard({ check, result, isUnreached = false }: CaseEnd): Promise<CheckResult> {
    const { id, endpoints } = check
    if (!isUnreached) {
      if (result.outcome !== 'blocked') for (const endpoint of endpoints) this.#heard.add(endpoint)
      return result
    }
    const first = this.firstOf(check)
    if (first !== undefined) {
      const { outcome, assertions, reason } = stoppedBy(first)
      return { ...result, outcome, assertions, ...(reason !== undefined && { reason }), score: 0 }
    }
    const isNew = endpoints.every((endpoint) => !this.#heard.has(endpoint))
    if (isNew && (await this.#isDeaf(endpoints)))
      for (const endpoint of endpoints) this.#first.set(endpoint, { id, outcome: result.outcome })
    return result
  }

  /** A datagram may be refused where connections are taken. */
  async #isDeaf(endpoints: readonly string[]): Promise<boolean> {
    await using context = createContext(this.#target, this.#options)
    const found = await Promise.allSettled(endpoints.map((endpoint) => context.connect(endpoint)))
    return found.every(({ status }) => status === 'rejected')
  }
}
