/** The mail that cases put into mailboxes, wait for, and look at. */
import { CheckFailure, type Assertion, type CheckContext, type CheckTarget } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { Turns } from '../../../lab/kit/turns.ts'
import { accountOf, addressOf } from './claim.ts'
import { Pop3Talk } from './pop3-talk.ts'
import { SENDER, SmtpTalk } from './smtp-talk.ts'

/** Milliseconds until which mail must have arrived: a server may look into its queue every few seconds. */
const PATIENCE = 6000
/** Milliseconds between two looks into a mailbox. */
const AGAIN = 30
/** Messages at the end of a mailbox among which one is looked for. */
const WINDOW = 30
/** Those among which there may be some to be taken away: a suite sends far fewer. */
const LAST = 200
/** Milliseconds for what a server has accepted and not delivered yet. */
const ON_ITS_WAY = 200
/** With what the subjects of all messages begin that the cases send. */
const PREFIX = 'telelab '
/** With what the subjects of the stock begin. */
const STOCK = `${PREFIX}stock`
/** The field by which a message is known to be one of the cases. */
const FROM = `From: <${SENDER}>`

/** Longest wait, in milliseconds, of a case that shares a mailbox with others. */
export const SHARED = 60_000

/** Cases of one target that run side by side share its mailboxes, which are for one session at a time (RFC 1939 §4). */
const turns = new WeakMap<CheckTarget, Map<string, Turns>>()
/** What lies in the mailboxes of a target for all its cases. */
const stocks = new WeakMap<CheckTarget, Promise<boolean>>()

/** Bodies of the messages that all cases look at: dots, few lines, many lines that are long or not ASCII. */
export const BODIES = [
  'first line\r\n.\r\n..\r\n.dot\r\n...\r\na.b\r\n\r\nlast line\r\n',
  'short\r\n',
  `${Array.from({ length: 12 }, (_, index) => `line ${index + 1}\r\n`).join('')}ñandú €\r\n${'x'.repeat(900)}\r\n`,
] as const

/** Runs while no other case is in the mailbox of that account. */
export function inMailbox<Result>(
  context: CheckContext,
  place: number,
  run: () => Promise<Result>,
): Promise<Result> {
  const { name } = accountOf(context.target, place)
  const own = turns.get(context.target) ?? new Map<string, Turns>()
  turns.set(context.target, own)
  const turn = own.get(name) ?? new Turns()
  own.set(name, turn)
  return turn.run(async () => {
    context.signal.throwIfAborted()
    return run()
  })
}

/** Runs while no other case is in any mailbox: else a lock might refuse what the password should. */
export function alone<Result>(context: CheckContext, run: () => Promise<Result>): Promise<Result> {
  return inMailbox(context, 0, () =>
    context.target.accounts.length > 1 ? inMailbox(context, 1, run) : run(),
  )
}

/** A word that nothing else is called. */
export function token(context: CheckContext): string {
  return context.random.bytes(8).toString('hex')
}

/** A subject that no other message has. */
export function freshSubject(context: CheckContext): string {
  return `${PREFIX}${token(context)}`
}

/** A message with that subject. */
export function letter(target: CheckTarget, subject: string, body: string = BODIES[1]): string {
  return [
    FROM,
    `To: <${addressOf(target)}>`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(' ', '-')}@client.example>`,
    'Date: Mon, 16 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    body,
  ].join('\r\n')
}

/** Sends messages in one session of SMTP; throws where one is not taken. */
export async function post(context: CheckContext, messages: readonly string[], place = 0): Promise<void> {
  const talk = await SmtpTalk.greeted(context)
  for (const message of messages) {
    await talk.begin(context, { place })
    const reply = await talk.message(message)
    if (reply.code !== 250)
      throw new CheckFailure(
        { en: 'the message was not taken', es: 'el mensaje no fue aceptado' },
        { expected: '250', actual: reply.text, at: 0 },
      )
  }
  await talk.ask('QUIT')
}

/** Numbers of the last messages in an open session that the cases have sent and whose subject begins so, each with its subject. */
async function sentOnes(
  talk: Pop3Talk,
  subject: string,
  window: number,
): Promise<readonly (readonly [subject: string, number: number])[]> {
  const { lines } = await talk.mustList('LIST')
  const numbers = lines.map((line) => Number(line.split(' ')[0])).slice(-window)
  const sent: (readonly [string, number])[] = []
  for (const number of numbers) {
    const message = await talk.list(`RETR ${number}`)
    const fields = fieldsOf(message.lines)
    const title = fields.find((field) => field.startsWith(`Subject: ${subject}`))
    if (title !== undefined && fields.includes(FROM)) sent.push([title.slice('Subject: '.length), number])
  }
  return sent
}

/** Numbers of the messages in an open session whose subject begins so, by subject. */
export async function numbersOf(talk: Pop3Talk, subject: string): Promise<ReadonlyMap<string, number>> {
  return new Map(await sentOnes(talk, subject, WINDOW))
}

/** Takes out of the mailboxes what the cases have sent; one that nobody gets into stays as it is. */
export async function cleanMailboxes(context: CheckContext): Promise<void> {
  const { target } = context
  if (target.endpoints['pop3'] === undefined) return
  stocks.delete(target)
  for (const place of target.accounts.slice(0, 2).keys())
    // What was sent last may still be on its way.
    if ((await removed(context, place)) > 0) {
      await context.wait(ON_ITS_WAY)
      await removed(context, place)
    }
}

/** How many messages were taken out of a mailbox. */
async function removed(context: CheckContext, place: number): Promise<number> {
  return inMailbox(context, place, async () => {
    const talk = await Pop3Talk.entered(context, place)
    const sent = await sentOnes(talk, PREFIX, LAST)
    for (const [, number] of sent) await talk.ask(`DELE ${number}`)
    await talk.quit()
    return sent.length
  })
}

/** The lines of the message with that subject, once it is there; it is taken out of the mailbox. */
export async function arrival(context: CheckContext, subject: string, place = 0): Promise<readonly string[]> {
  for (const end = performance.now() + PATIENCE; ; await context.wait(AGAIN)) {
    const found = await inMailbox(context, place, async () => {
      const talk = await Pop3Talk.entered(context, place)
      const number = (await numbersOf(talk, subject)).get(subject)
      const lines = number === undefined ? undefined : (await talk.mustList(`RETR ${number}`)).lines
      if (number !== undefined) await talk.ask(`DELE ${number}`)
      await talk.quit()
      return lines
    })
    if (found !== undefined) return found
    if (performance.now() > end)
      throw new CheckFailure({
        en: `the message was accepted, and has not come to the mailbox within ${PATIENCE / 1000} s`,
        es: `el mensaje fue aceptado, y no llegó al buzón en ${PATIENCE / 1000} s`,
      })
  }
}

/** Sends a message and waits for it. */
export async function through(context: CheckContext, body: string): Promise<readonly string[]> {
  const subject = freshSubject(context)
  await post(context, [letter(context.target, subject, body)])
  return arrival(context, subject)
}

/** The assertion that a text arrives as it was sent. */
export async function arrivesWhole(context: CheckContext, body: string, weight = 1): Promise<Assertion> {
  const arrived = bodyOf(await through(context, body))
  return same(
    { en: 'The text arrives as it was sent', es: 'El texto llega como se envió' },
    body,
    arrived,
    weight,
  )
}

/** The lines behind the header. */
export function bodyOf(lines: readonly string[]): string {
  return lines
    .slice(lines.indexOf('') + 1)
    .map((line) => `${line}\r\n`)
    .join('')
}

/** The fields of the header, each in one line. */
export function fieldsOf(lines: readonly string[]): readonly string[] {
  const head = lines.slice(0, lines.indexOf(''))
  return head
    .join('\r\n')
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
}

/** Messages of a session that a case may look at. */
export interface Stock {
  readonly talk: Pop3Talk
  /** Numbers of the stock in the order of `BODIES`; of whatever is there, where nothing that was sent has come. */
  readonly numbers: readonly number[]
}

/** Runs in a session, logged in, with messages in the mailbox: those that were sent by SMTP, else whatever is there. */
export async function withStock<Result>(
  context: CheckContext,
  run: (stock: Stock) => Promise<Result>,
): Promise<Result> {
  return inMailbox(context, 0, async () => {
    const { target } = context
    const laying = stocks.get(target) ?? lay(context)
    stocks.set(target, laying)
    const isOurs = await laying.catch((error: unknown) => {
      stocks.delete(target)
      throw error
    })
    const talk = await Pop3Talk.entered(context)
    const numbers = isOurs ? await stocked(talk) : await whatever(talk)
    return run({ talk, numbers })
  })
}

/** Puts the messages there, instead of those of a run that was cut off; false where they do not come. */
async function lay(context: CheckContext): Promise<boolean> {
  if (context.target.endpoints['smtp'] === undefined) return false
  const old = await Pop3Talk.entered(context)
  for (const [, number] of await sentOnes(old, STOCK, WINDOW)) await old.ask(`DELE ${number}`)
  await old.quit()
  const messages = BODIES.map((body, index) => letter(context.target, `${STOCK} ${index}`, body))
  try {
    await post(context, messages)
  } catch (error) {
    if (error instanceof CheckFailure) return false
    throw error
  }
  for (const end = performance.now() + PATIENCE; performance.now() < end; await context.wait(AGAIN)) {
    const talk = await Pop3Talk.entered(context)
    const { size } = await numbersOf(talk, STOCK)
    await talk.quit()
    if (size >= BODIES.length) return true
  }
  return false
}

async function stocked(talk: Pop3Talk): Promise<readonly number[]> {
  const named = await numbersOf(talk, STOCK)
  return BODIES.map((_, index) => {
    const number = named.get(`${STOCK} ${index}`)
    if (number !== undefined) return number
    throw new CheckFailure({
      en: 'a message that was there is gone, though nobody deleted it',
      es: 'ha desaparecido un mensaje que estaba, aunque nadie lo borró',
    })
  })
}

async function whatever(talk: Pop3Talk): Promise<readonly number[]> {
  const { lines } = await talk.mustList('LIST')
  const numbers = lines.map((line) => Number(line.split(' ')[0]))
  if (numbers.length > 0) return numbers
  throw new CheckFailure({
    en: 'the mailbox is empty: put mail into it first, or name the SMTP server that does',
    es: 'el buzón está vacío: pon antes algún mensaje, o indica el servidor SMTP que lo hace',
  })
}
