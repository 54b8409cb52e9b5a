/** Reads conversations of POP3 for those who look on (RFC 1939). */
import type { Buffer } from 'node:buffer'
import { bounded } from '../../../lab/kit/dissect/bounded.ts'
import { count, keptOf, LINE, say } from '../../../lab/kit/dissect/said.ts'
import { decodeText, MASK, visible } from '../../../lab/kit/dissect/text.ts'
import type { Beginning, Dissector, Step } from '../../../lab/service.ts'
import { MessageContent } from './content.ts'
import { TalkLines } from './lines.ts'
import type { TalkListener } from './listener.ts'
import { Pending } from './pending.ts'
import {
  challengeAbout,
  failureAbout,
  greetingAbout,
  POP3_COMMANDS,
  successAbout,
  unknownCommand,
} from './pop3-words.ts'
import { authText, hiddenText, withoutHidden, type Shown } from './secrets.ts'
import { challengeShown, longStep, responseStep, restSteps, unseenStep } from './steps.ts'

/** Commands whose success is followed by lines up to a dot: with an argument, without, or in both cases. */
const LISTS: ReadonlyMap<string, 'always' | 'alone'> = new Map([
  ['CAPA', 'always'],
  ['LIST', 'alone'],
  ['UIDL', 'alone'],
  ['AUTH', 'alone'],
  ['LANG', 'alone'],
])

/** Words of other protocols that people try, and that are nobody's password. */
const TRIED: ReadonlySet<string> = new Set(['HELP', 'HELO', 'EHLO', 'STARTTLS', 'EXIT', 'LOGOUT', 'XTND'])

/** Lines of a list that are shown. */
const SHOWN = 100
/** Characters of one. */
const LONGEST = 512

/** Makes a dissector of one connection, or of what follows TLS in it. */
export function pop3Dissector(begin: Beginning, listener?: TalkListener): Dissector {
  return bounded<Step>(new Pop3Talk(begin, listener))
}

/** Lines that follow a status line, or that nobody knows the beginning of. */
interface List {
  readonly status: string | undefined
  readonly verb: string
  readonly lines: string[]
  count: number
  octets: number
}

/** One session, from wherever it is first seen. */
class Pop3Talk implements Dissector {
  readonly #client = new TalkLines()
  readonly #server = new TalkLines()
  readonly #pending = new Pending()
  #message: MessageContent | undefined
  #list: List | undefined
  #isAsked = false
  /** The first status line answers nothing. */
  #isGreeted: boolean
  /** TLS follows, which is read by others. */
  #isOver = false
  readonly #listener: TalkListener | undefined

  constructor(begin: Beginning, listener: TalkListener | undefined) {
    this.#listener = listener
    // After STLS there is no other greeting (RFC 2595 §4).
    this.#isGreeted = begin !== 'start'
  }

  read(from: Step['from'], octets: Buffer): readonly Step[] {
    const steps: Step[] = []
    let at = 0
    while (at < octets.length && !this.#isOver)
      at = from === 'client' ? this.#hearClient(octets, at, steps) : this.#hearServer(octets, at, steps)
    return steps
  }

  end(): readonly Step[] {
    if (this.#isOver) return []
    const list = this.#list === undefined ? [] : [listStep(this.#list)]
    return [
      ...restSteps('client', this.#client),
      ...list,
      ...restSteps('server', this.#server, this.#message),
    ]
  }

  #hearClient(octets: Buffer, at: number, steps: Step[]): number {
    this.#client.position = at
    const line = this.#client.next(octets)
    if (line === 'long') {
      steps.push(longStep('client'))
      this.#pending.add({ verb: '', hasArgument: false, hidden: '' })
    } else if (line !== undefined) {
      const text = decodeText(line.octets)
      // Nothing but a reply ends a login: what comes before it is never shown.
      const size = line.size + 1
      const isResponse = this.#isAsked || this.#pending.isLogin
      if (isResponse) this.#listener?.responded(text)
      steps.push(isResponse ? responseStep(text, size) : this.#command(text, size))
    }
    return this.#client.position
  }

  #command(line: string, octets: number): Step {
    const [, word = '', rest = ''] = /^([A-Za-z0-9]*)(.*)$/s.exec(line) ?? []
    const verb = word.toUpperCase()
    const { text, hidden } = shown(line, verb, rest)
    const about = POP3_COMMANDS.get(verb)
    const argument = rest.trim()
    this.#pending.add({
      verb: about === undefined ? '' : verb,
      hasArgument: argument !== '',
      hidden,
      argument,
    })
    return { from: 'client', kind: 'request', text, octets, about: about ?? unknownCommand }
  }

  #hearServer(octets: Buffer, at: number, steps: Step[]): number {
    if (this.#message !== undefined) {
      const end = this.#message.read(octets, at)
      if (this.#message.isOver) {
        this.#listener?.fetched?.(this.#message.size)
        steps.push(this.#message.step('server'))
        this.#message = undefined
      }
      return end
    }
    this.#server.position = at
    const line = this.#server.next(octets)
    if (line === 'long') steps.push(longStep('server'))
    else if (line !== undefined) this.#line(visible(decodeText(line.octets), LONGEST), line.size + 1, steps)
    return this.#server.position
  }

  #line(line: string, octets: number, steps: Step[]): void {
    const isStatus = /^(?:\+OK|-ERR)(?: |$)|^\+(?: |$)/.test(line)
    const list = this.#list
    if (list !== undefined && (line === '.' || (isStatus && list.status === undefined))) {
      this.#list = undefined
      if (line === '.') list.octets += octets
      steps.push(listStep(list))
      if (line === '.') return
    } else if (list !== undefined) {
      list.count += 1
      list.octets += octets
      // RFC 1939 §3: a dot was put before a line that begins with one.
      if (list.count <= SHOWN) list.lines.push(line.startsWith('.') ? line.slice(1) : line)
      return
    }
    if (isStatus) return this.#status(line, octets, steps)
    // Of lines without a beginning nothing is shown: they may be those of a message.
    this.#list = { status: undefined, verb: '', lines: [], count: line === '.' ? 0 : 1, octets }
    if (line === '.') this.#list = undefined
  }

  #status(line: string, octets: number, steps: Step[]): void {
    const from = 'server'
    if (!/^[+-][OE]/.test(line)) {
      this.#pending.skipTo('AUTH')
      this.#isAsked = true
      const { text, parts } = challengeShown('+', line.slice(2))
      const part = parts.length > 0 && { parts }
      steps.push({ from, kind: 'reply', text, octets, ...part, about: challengeAbout })
      return
    }
    this.#isAsked = false
    // It answers nothing, though a client may have spoken before it.
    const isGreeting = !this.#isGreeted
    this.#isGreeted = true
    // Whatever it is, it shall repeat no password.
    const { hidden = '' } = this.#pending.first ?? {}
    const answered = isGreeting ? undefined : this.#pending.take()
    const { verb = '', hasArgument = false } = answered ?? {}
    const text = withoutHidden(line, hidden)
    this.#listener?.replied(line.slice(0, 4).trimEnd(), answered)
    if (line.startsWith('-')) {
      steps.push({ from, kind: 'refusal', text, octets, about: failureAbout })
      return
    }
    const list = LISTS.get(verb)
    if (list === 'always' || (list === 'alone' && !hasArgument)) {
      this.#list = { status: text, verb, lines: [], count: 0, octets }
      return
    }
    steps.push({ from, kind: 'reply', text, octets, about: isGreeting ? greetingAbout : successAbout(verb) })
    if (verb === 'RETR' || verb === 'TOP') this.#message = new MessageContent({ hasDots: true })
    if (verb === 'STLS') this.#isOver = true
  }
}

/** A list with its status line, or lines of which only the number is told. */
function listStep({ status, verb, lines, count: total, octets }: List): Step {
  if (status === undefined) return unseenStep('server', total)
  const shownLines = keptOf(lines, total)
  return {
    from: 'server',
    kind: 'reply',
    text: say`${status} (${count(total, LINE)})`,
    octets,
    ...(shownLines.length > 0 && { parts: [{ name: { en: 'List', es: 'Lista' }, lines: shownLines }] }),
    about: successAbout(verb === 'AUTH' ? 'CAPA' : verb),
  }
}

function shown(line: string, verb: string, rest: string): Shown {
  if (verb === 'AUTH') return authText(line.slice(0, verb.length), rest)
  if (verb === 'PASS') return { text: rest === '' ? line : `PASS ${MASK}`, hidden: rest }
  // Whoever writes both in one line has written the password there; the digest of APOP lets one try passwords.
  const [, name, password = ''] = /^([\t ]+\S+)(.*)$/s.exec(rest) ?? []
  if ((verb === 'USER' || verb === 'APOP') && name !== undefined && password.trim() !== '')
    return { text: `${verb}${visible(name)} ${MASK}`, hidden: password }
  const isKnown = POP3_COMMANDS.has(verb) && /^(?:[\t ]|$)/.test(rest)
  return isKnown || TRIED.has(line.trim().toUpperCase())
    ? { text: visible(line), hidden: '' }
    : hiddenText(line)
}
