/** Reads conversations of SMTP for those who look on (RFC 5321). */
import type { Buffer } from 'node:buffer'
import { bounded } from '../../../lab/kit/dissect/bounded.ts'
import { count, keptOf, LINE, say } from '../../../lab/kit/dissect/said.ts'
import { decodeText, visible } from '../../../lab/kit/dissect/text.ts'
import type { Beginning, Dissector, Step, StepPart } from '../../../lab/service.ts'
import { parseBdat } from '../smtp/command.ts'
import { MessageContent } from './content.ts'
import { TalkLines } from './lines.ts'
import type { TalkListener } from './listener.ts'
import { Pending, type Waiting } from './pending.ts'
import { SmtpReplies, type Heard } from './replies.ts'
import { authText, hiddenText, unknownText, withoutHidden, type Shown } from './secrets.ts'
import { SMTP_COMMANDS, smtpReplyAbout, unknownCommand } from './smtp-words.ts'
import { challengeShown, longStep, responseStep, restSteps, unseenStep } from './steps.ts'
import { strayAbout } from './words.ts'

/** What a server may say first (RFC 5321 §4.3.2). */
const GREETINGS: ReadonlySet<string> = new Set(['220', '421', '554'])

/** Commands that give up a message begun with BDAT. */
const RESTARTS: ReadonlySet<string> = new Set(['HELO', 'EHLO', 'RSET', 'MAIL'])

/** What cannot but be a command, whatever came before it. */
const certain =
  /^(?:(?:EHLO|HELO) \S+|MAIL FROM:.*|RCPT TO:.*|DATA|RSET|NOOP|QUIT|STARTTLS|AUTH [A-Z0-9-]+(?: \S+)?|BDAT \d+(?: LAST)?)$/i

/** Makes a dissector of one connection, or of what follows TLS in it. */
export function smtpDissector(begin: Beginning, listener?: TalkListener): Dissector {
  return bounded<Step>(new SmtpTalk(begin, listener))
}

/** One session, from wherever it is first seen. */
class SmtpTalk implements Dissector {
  readonly #lines = new TalkLines()
  readonly #replies = new SmtpReplies()
  readonly #pending = new Pending()
  /** The message behind DATA. */
  #message: MessageContent | undefined
  /** The message in pieces behind BDAT. */
  #pieces: MessageContent | undefined
  /** Octets of a piece that are still to come. */
  #left = 0
  #isLast = false
  /** The server has asked for a response of SASL. */
  #isAsked = false
  /** The first reply answers nothing. */
  #isGreeted: boolean
  /** It is known what is a command: from the beginning on, or since something was seen that tells. */
  #isOriented: boolean
  /** Lines before that. */
  #unseen = 0
  /** A login was tried: a line that is no command may have been meant for it. */
  #hasAuth = false
  /** TLS follows, which is read by others. */
  #isOver = false
  readonly #listener: TalkListener | undefined

  constructor(begin: Beginning, listener: TalkListener | undefined) {
    this.#listener = listener
    this.#isGreeted = begin !== 'start'
    this.#isOriented = begin !== 'middle'
  }

  read(from: Step['from'], octets: Buffer): readonly Step[] {
    const steps: Step[] = []
    if (from === 'client') this.#hearClient(octets, steps)
    else this.#hearServer(octets, steps)
    return steps
  }

  end(): readonly Step[] {
    if (this.#isOver) return []
    const steps: Step[] = []
    this.#orient(steps)
    return [
      ...steps,
      ...restSteps('client', this.#lines, this.#message, this.#pieces),
      ...restSteps('server', this.#replies.lines),
    ]
  }

  #hearClient(octets: Buffer, steps: Step[]): void {
    let at = 0
    while (at < octets.length && !this.#isOver) {
      if (this.#message !== undefined) at = this.#readMessage(this.#message, octets, at, steps)
      else if (this.#left > 0) at = this.#readPiece(octets, at, steps)
      else at = this.#readLine(octets, at, steps)
    }
  }

  #readMessage(message: MessageContent, octets: Buffer, at: number, steps: Step[]): number {
    const end = message.read(octets, at)
    if (message.isOver) {
      this.#message = undefined
      this.#listener?.sent?.(message.subject)
      this.#pending.add({ verb: 'message', hasArgument: false, hidden: '' })
      steps.push(message.step('client'))
    }
    return end
  }

  #readPiece(octets: Buffer, at: number, steps: Step[]): number {
    const piece = octets.subarray(at, at + this.#left)
    this.#pieces?.read(piece, 0)
    this.#left -= piece.length
    if (this.#left === 0) this.#endPiece(steps)
    return at + piece.length
  }

  #endPiece(steps: Step[]): void {
    if (!this.#isLast || this.#pieces === undefined) return
    this.#listener?.sent?.(this.#pieces.subject)
    steps.push(this.#pieces.step('client'))
    this.#pieces = undefined
  }

  #readLine(octets: Buffer, at: number, steps: Step[]): number {
    this.#lines.position = at
    const line = this.#lines.next(octets)
    if (line === 'long') {
      steps.push(longStep('client'))
      this.#pending.add({ verb: '', hasArgument: false, hidden: '' })
    } else if (line !== undefined) {
      const text = decodeText(line.octets)
      // Nothing but a reply ends a login: what comes before it is never shown.
      if (this.#isAsked || this.#pending.isLogin) {
        this.#listener?.responded(text)
        steps.push(responseStep(text, line.size + 1))
      } else if (this.#isOriented || certain.test(text)) {
        this.#orient(steps)
        this.#command(text, line.size + 1, steps)
      } else this.#unseen += 1
    }
    return this.#lines.position
  }

  /** From here on it is known what is a command; what came before may have been a message, or a password. */
  #orient(steps: Step[]): void {
    this.#isOriented = true
    if (this.#unseen > 0) steps.push(unseenStep('client', this.#unseen))
    this.#unseen = 0
  }

  #command(line: string, octets: number, steps: Step[]): void {
    const [, word = '', rest = ''] = /^([A-Za-z0-9]*)(.*)$/s.exec(line) ?? []
    const isKnown = isCommand(word.toUpperCase(), rest)
    const verb = isKnown ? word.toUpperCase() : ''
    const { text, hidden } = this.#shown(line, verb, rest)
    if (verb === 'AUTH') this.#hasAuth = true
    if (RESTARTS.has(verb)) this.#giveUp(steps)
    const about = SMTP_COMMANDS.get(verb) ?? unknownCommand
    const said = text === '' ? say`(${{ en: 'empty line', es: 'línea vacía' }})` : text
    steps.push({ from: 'client', kind: 'request', text: said, octets, about })
    const argument = rest.trim()
    const piece = verb === 'BDAT' ? parseBdat(argument) : undefined
    const hasArgument = argument !== ''
    this.#pending.add({ verb: piece?.isLast === true ? 'message' : verb, hasArgument, hidden, argument })
    // What comes before the reply can be nothing else.
    if (verb === 'DATA' && !hasArgument) this.#message = new MessageContent({ hasDots: true })
    if (piece !== undefined) this.#beginPiece(piece.size, piece.isLast, steps)
  }

  #shown(line: string, verb: string, rest: string): Shown {
    if (verb === 'AUTH') return authText(line.slice(0, verb.length), rest)
    if (verb !== '') return { text: visible(line), hidden: '' }
    return this.#hasAuth ? hiddenText(line) : unknownText(line)
  }

  #beginPiece(size: number, isLast: boolean, steps: Step[]): void {
    this.#pieces ??= new MessageContent({ hasDots: false })
    this.#left = size
    this.#isLast = isLast
    if (size === 0) this.#endPiece(steps)
  }

  #giveUp(steps: Step[]): void {
    if (this.#pieces?.isEmpty === false) steps.push(this.#pieces.step('client', true))
    this.#pieces = undefined
  }

  #hearServer(octets: Buffer, steps: Step[]): void {
    for (const heard of this.#replies.read(octets)) {
      if (this.#isOver) return
      this.#orient(steps)
      if (heard.kind === 'long') steps.push(longStep('server'))
      else if (heard.kind === 'stray')
        steps.push({
          from: 'server',
          kind: 'data',
          text: heard.text,
          octets: heard.octets,
          about: strayAbout,
        })
      else this.#reply(heard, steps)
    }
  }

  #reply(reply: Heard & { readonly kind: 'reply' }, steps: Step[]): void {
    const { code } = reply
    const answered = this.#answered(code)
    this.#listener?.replied(code, answered)
    this.#isAsked = code === '334'
    steps.push(replyStep(reply, answered))
    if (code === '220' && answered?.verb === 'STARTTLS') this.#isOver = true
    if (code === '354') {
      if (this.#message === undefined) this.#lines.clear()
      this.#message ??= new MessageContent({ hasDots: true })
    } else if (answered?.verb === 'DATA') {
      if (this.#message?.isEmpty === false) steps.push(this.#message.step('client', true))
      this.#message = undefined
    }
  }

  /** The command that a reply with this code answers; after an interim one it goes on waiting. */
  #answered(code: string): Waiting | undefined {
    const pending = this.#pending
    const isGreeting = !this.#isGreeted && GREETINGS.has(code)
    this.#isGreeted = true
    // Whatever it is, it shall repeat no password.
    if (isGreeting) return { verb: '', hasArgument: false, hidden: pending.first?.hidden ?? '' }
    if (code === '220') pending.skipTo('STARTTLS')
    if (code === '220' && pending.first?.verb !== 'STARTTLS') return undefined
    if (code === '354') pending.skipTo('DATA')
    if (code === '334' || code === '235') pending.skipTo('AUTH')
    if (code === '334') return pending.first
    const isLoginOpen = pending.first?.verb === 'AUTH' && /^[23]/.test(code) && code !== '235'
    return isLoginOpen ? undefined : pending.take()
  }
}

function isCommand(verb: string, rest: string): boolean {
  return verb === 'AUTH' || (SMTP_COMMANDS.has(verb) && /^(?:[\t ]|$)/.test(rest))
}

function replyStep(
  { code, lines, count: total, octets }: Heard & { readonly kind: 'reply' },
  answered: Waiting | undefined,
): Step {
  const verb = answered?.verb ?? ''
  const hidden = code === '334' ? '' : (answered?.hidden ?? '')
  const [first = '', ...others] = lines.map((line) => withoutHidden(line, hidden))
  const challenge = code === '334' ? challengeShown(code, first) : undefined
  const parts: readonly StepPart[] = [
    ...(others.length > 0
      ? [{ name: { en: 'Reply', es: 'Respuesta' }, lines: keptOf([first, ...others], total) }]
      : []),
    ...(challenge?.parts ?? []),
  ]
  const text = challenge?.text ?? `${code} ${first}`.trimEnd()
  return {
    from: 'server',
    kind: /^[45]/.test(code) ? 'refusal' : 'reply',
    text: total > 1 ? say`${text} (${count(total, LINE)})` : text,
    octets,
    ...(parts.length > 0 && { parts }),
    about: smtpReplyAbout(code, verb),
  }
}
