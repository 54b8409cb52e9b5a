/** A client of POP3 that says what its case tells it to, rightly or wrongly. */
import {
  CheckFailure,
  type Assertion,
  type CheckContext,
  type Dialogue,
  type DialogueOptions,
} from '../../../lab/check.ts'
import type { Text } from '../../../lab/service.ts'
import { accountOf, claim } from './claim.ts'

/** Milliseconds until which a mailbox that another session holds must be free. */
const PATIENCE = 3000
/** Milliseconds for the answer to a login: many servers, such as Dovecot, let one wait where others have failed. */
const LOGIN = 20_000
/** Milliseconds between two tries. */
const AGAIN = 50
/** Lines of an answer at most. */
const LONGEST = 20_000

/** An answer of many lines. */
export interface Listing {
  readonly status: string
  /** As they came, dots still doubled, without the end. */
  readonly raw: readonly string[]
  /** Dots undone. */
  readonly lines: readonly string[]
}

function verbOf(line: string): string {
  return line.split(' ', 1)[0] ?? ''
}

/** Whether an answer is one of success. */
export function isOk(status: string): boolean {
  return /^\+OK(?: |$)/.test(status)
}

/** A conversation in POP3. */
export class Pop3Talk {
  readonly dialogue: Dialogue
  #greeting = ''

  constructor(dialogue: Dialogue) {
    this.dialogue = dialogue
  }

  /** Connects, and reads the greeting. */
  static async open(context: CheckContext, endpoint = 'pop3', options?: DialogueOptions): Promise<Pop3Talk> {
    const talk = new Pop3Talk(await context.open(endpoint, options))
    talk.#greeting = await talk.dialogue.line({ en: 'the greeting', es: 'el saludo' })
    return talk
  }

  /** The same, logged in as the account of that place; a mailbox that another session holds is waited for. */
  static async entered(context: CheckContext, place = 0, endpoint?: string): Promise<Pop3Talk> {
    for (const end = performance.now() + PATIENCE; ;) {
      const talk = await Pop3Talk.open(context, endpoint)
      const status = await talk.login(accountOf(context.target, place))
      if (isOk(status)) return talk
      await talk.dialogue[Symbol.asyncDispose]()
      if (!/in-use|lock|busy/i.test(status) || performance.now() > end)
        throw new CheckFailure(
          { en: 'the login was refused', es: 'se rechazó el inicio de sesión' },
          { expected: '+OK', actual: status, at: 0 },
        )
      await context.wait(AGAIN)
    }
  }

  /** What the server said first. */
  get greeting(): string {
    return this.#greeting
  }

  /** Sends a command, without waiting for its answer. */
  async send(line: string): Promise<void> {
    await this.dialogue.send(`${line}\r\n`)
  }

  /** Reads the line that answers; `patience` are milliseconds for it. */
  status(verb: string, patience?: number): Promise<string> {
    return this.dialogue.line({ en: `the answer to ${verb}`, es: `la respuesta a ${verb}` }, patience)
  }

  /** Sends a command, and reads the line that answers. */
  async ask(line: string): Promise<string> {
    await this.send(line)
    return this.status(verbOf(line))
  }

  /** The same for what no transcript may show. */
  async askSecret(line: string): Promise<string> {
    await this.dialogue.sendSecret(`${line}\r\n`)
    return this.status(verbOf(line), LOGIN)
  }

  /** The same for a command without whose success the case cannot go on. */
  async must(line: string): Promise<string> {
    return this.#demand(line, await this.ask(line))
  }

  /** USER and PASS; what answered PASS, or USER if that was refused. */
  async login({ name, password }: { readonly name: string; readonly password: string }): Promise<string> {
    const status = await this.ask(`USER ${name}`)
    return isOk(status) ? this.askSecret(`PASS ${password}`) : status
  }

  /** Sends a command whose answer has many lines; none where it is refused. */
  async list(line: string): Promise<Listing> {
    const status = await this.ask(line)
    if (!isOk(status)) return { status, raw: [], lines: [] }
    const raw = await this.body()
    return { status, raw, lines: raw.map((each) => each.replace(/^\./, '')) }
  }

  /** The lines of an answer up to its end, as they come. */
  async body(): Promise<readonly string[]> {
    const raw: string[] = []
    for (;;) {
      const next = await this.dialogue.line({
        en: 'the next line, or the dot at the end',
        es: 'la siguiente línea, o el punto final',
      })
      if (next === '.') return raw
      raw.push(next)
      if (raw.length > LONGEST)
        throw new CheckFailure({
          en: `an answer of more than ${LONGEST} lines`,
          es: `una respuesta de más de ${LONGEST} líneas`,
        })
    }
  }

  /** The same for a command without whose success the case cannot go on. */
  async mustList(line: string): Promise<Listing> {
    const listing = await this.list(line)
    this.#demand(line, listing.status)
    return listing
  }

  /** Messages and their octets, as STAT tells them. */
  async stat(): Promise<{ readonly count: number; readonly octets: number; readonly status: string }> {
    const status = await this.must('STAT')
    const [, count, octets] = /^\+OK (\d+) (\d+)(?: |$)/.exec(status) ?? []
    if (count !== undefined) return { count: Number(count), octets: Number(octets), status }
    throw new CheckFailure(
      { en: 'STAT is answered by two numbers', es: 'a STAT se responde con dos números' },
      { expected: '+OK 2 320', actual: status, at: 4 },
    )
  }

  /** The last command of a session that deletes what was marked. */
  async quit(): Promise<string> {
    return this.ask('QUIT')
  }

  #demand(line: string, status: string): string {
    if (isOk(status)) return status
    throw new CheckFailure(
      { en: `“${line}” was refused`, es: `«${line}» fue rechazado` },
      { expected: '+OK', actual: status, at: 0 },
    )
  }
}

/** The assertion that an answer to a command is one of success. */
export function succeeds(command: string, status: string): Assertion {
  const title = { en: `${command} is answered by +OK`, es: `a ${command} se responde +OK` }
  return claim(title, isOk(status), { expected: '+OK', actual: status, at: 0 })
}

/** The assertion that an answer to a command is one of failure. */
export function fails(command: string | Text, status: string, weight?: number): Assertion {
  const { en, es } = typeof command === 'string' ? { en: command, es: command } : command
  const title = { en: `${en} is answered by -ERR`, es: `a ${es} se responde -ERR` }
  return claim(title, /^-ERR(?: |$)/.test(status), { expected: '-ERR', actual: status, at: 0 }, weight)
}
