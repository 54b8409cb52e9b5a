/** What a conversation is about, in one line. */
import { inLanguage } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { Language } from '../../words/index.ts'
import type { Rung } from './rung.ts'

/** What is found out about a conversation for a list. */
export interface Gist {
  readonly summary: string
  readonly isRefused: boolean
}

/** Characters of a request and of its outcome. */
const [ASKED, ANSWERED] = [120, 100]

/** A step in one language. */
type Line = Pick<Rung, 'from' | 'kind'> & { readonly text: string; readonly isTrouble: boolean }

/** Commands that open or close a session in the usual protocols, and say nothing of what it is about. */
const FORMALITY =
  /^(?:ehlo|helo|lhlo|starttls|stls|capa|auth|user|pass|apop|noop|rset|quit|stat|list|uidl|data|bdat)\b/i

/** The first request that means something and what became of it; the rest of the steps is looked at for refusals. */
export function gistOf(steps: readonly Rung[], language: Language): Gist {
  const seen = steps.map(({ from, kind, text, isTrouble = kind === 'refusal' }): Line => ({
    from,
    kind,
    text: inLanguage(text, language),
    isTrouble,
  }))
  return { summary: summaryOf(seen), isRefused: seen.some(({ isTrouble }) => isTrouble) }
}

function summaryOf(steps: readonly Line[]): string {
  const requests = steps.filter(({ kind, from }) => kind === 'request' && from === 'client')
  const request = requests.find(({ text }) => !FORMALITY.test(text)) ?? requests[0]
  if (request === undefined) return withoutRequest(steps)
  const outcome = outcomeOf(steps.slice(steps.indexOf(request) + 1))
  const asked = visible(request.text.replace(/ HTTP\/\d(?:\.\d)?$/, ''), ASKED)
  return outcome === undefined ? asked : `${asked} → ${shortened(outcome.text)}`
}

/** The first refusal of what was asked, else what was answered when the client's content had come, else the first answer. */
function outcomeOf(after: readonly Line[]): Line | undefined {
  const isAnswer = ({ from, kind }: Line): boolean =>
    from === 'server' && (kind === 'reply' || kind === 'refusal')
  const first = after.find(isAnswer)
  if (first === undefined || first.kind === 'refusal')
    return first ?? after.findLast(({ isTrouble }) => isTrouble)
  const content = after.findIndex(({ from, kind }) => from === 'client' && kind === 'data')
  // What is sent after a first answer is what it was about, as a mail after its sender.
  return (content < after.indexOf(first) ? undefined : after.slice(content).find(isAnswer)) ?? first
}

function shortened(text: string): string {
  return visible(text.replace(/^HTTP\/\d(?:\.\d)? /, ''), ANSWERED)
}

/** Where nobody asked: how far it came, and what went wrong. */
function withoutRequest(steps: readonly Line[]): string {
  const said =
    steps.find(({ kind, from }) => kind !== 'event' && kind !== 'fact' && from === 'client') ??
    steps.find(({ kind, from }) => kind !== 'event' && kind !== 'fact' && from === 'server')
  const trouble = steps.findLast(({ isTrouble }) => isTrouble)
  // The list of what a client offers is too much here.
  const begun =
    said === undefined ? '' : visible(said.text.replace(/^(ClientHello\b[^(]*)\(.*/, '$1').trim(), ASKED)
  const told = [begun, ...(trouble === undefined || trouble === said ? [] : [shortened(trouble.text)])]
  return told.filter(Boolean).join(' → ')
}
