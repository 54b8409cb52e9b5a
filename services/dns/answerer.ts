/** What the zones and the servers behind them know of a question, whoever asks it. */
import { answerFromZones, type Answer } from './authority.ts'
import type { Wishes as ForwardWishes } from './forward/asking.ts'
import type { Forwarder } from './forward/forwarder.ts'
import { exitOf, recurse } from './forward/recursion.ts'
import { refusal, type Reply } from './reply.ts'
import type { Question } from './wire/message.ts'
import type { Name } from './wire/name.ts'
import type { Zones } from './zone/lookup.ts'

/** What beside the question decides its answer. */
interface Wishes extends ForwardWishes {
  /** ANY gets one record set only, as over UDP (RFC 8482 §4.1). */
  readonly minimal: boolean
  /** Whether what the zones do not hold is looked up, or why not. */
  readonly recursion: 'wanted' | 'recursion' | 'recursion not desired'
}

/** Decides between the zones and the forwarder; it keeps nothing itself. */
export class Answerer {
  private readonly zones: () => Zones
  private readonly forwarder: Forwarder | undefined

  constructor(zones: () => Zones, forwarder: Forwarder | undefined) {
    this.zones = zones
    this.forwarder = forwarder
  }

  /** The whole answer, or why there is none. */
  find(question: Question, wishes: Wishes): Reply | Promise<Reply> {
    const { forwarder } = this
    const found = answerFromZones(this.zones(), question, wishes)
    if (forwarder === undefined || wishes.recursion !== 'wanted') {
      if (found !== undefined) return { ...found, source: 'zone' }
      return refusal(
        forwarder === undefined || wishes.recursion === 'wanted' ? 'outside the zones' : wishes.recursion,
      )
    }
    const exit = found === undefined ? question.name : exitOf(this.zones(), question, found)
    if (found !== undefined && exit === undefined) return { ...found, source: 'zone' }
    return this.recurse(forwarder, { ...question, name: exit ?? question.name }, wishes, found)
  }

  private async recurse(
    forwarder: Forwarder,
    question: Question,
    wishes: Wishes,
    before: Answer | undefined,
  ): Promise<Reply> {
    const rest = await recurse(forwarder, question, wishes, (onward) => this.inside(onward, wishes))
    if (before === undefined || before.answer.length === 0) return rest
    // The alias in front is ours (RFC 1035 §4.1.1); one may lead back, and no record stands twice (RFC 2181 §5.5).
    const answer = [...new Set([...before.answer, ...rest.answer])]
    // With it goes the proof that a wildcard made it (RFC 4035 §3.1.3.3); a referral's servers do not.
    const proofs = before.outside === undefined ? [] : before.authority
    const required = proofs.length > 0 && rest.required === 'answer' ? 'authority' : rest.required
    return { ...rest, authoritative: true, answer, authority: [...proofs, ...rest.authority], required }
  }

  private inside(
    question: Question,
    { dnssec }: Wishes,
  ): { readonly found: Answer | undefined; readonly exit: Name | undefined } {
    const zones = this.zones()
    const found = answerFromZones(zones, question, { minimal: true, dnssec })
    return { found, exit: found && exitOf(zones, question, found) }
  }
}
