/** What a client may do with its mailbox (RFC 1939 §5). */
import type { Account, FactData, OpenMessage, StoredMessage } from '../../../lab/service.ts'
import type { Talk } from './desk.ts'
import { damageOf } from './fault.ts'
import type { Maildrop } from './maildrop.ts'
import { ReadAhead } from './read-ahead.ts'
import { Stuffing, TopCut, type WholeReply } from './stuffing.ts'
import { OK } from './words.ts'

/** The most octets that a message may have to be read and sent at one stroke. */
export const SMALL = 64 * 1024

/** The most octets that a message may have to be read before it is asked for. */
const AHEAD = 16 * 1024

/** Undefined where all of a message is wanted. */
type Wanted = TopCut | undefined

/** The TRANSACTION and UPDATE states of one session. */
export class Transaction {
  readonly account: Account
  readonly #talk: Talk
  readonly #maildrop: Maildrop
  readonly #lock: Disposable
  readonly #ahead = new ReadAhead((number) => this.#readAhead(number))
  #isUpdating = false
  #isBroken = false

  constructor(talk: Talk, account: Account, maildrop: Maildrop, lock: Disposable) {
    this.#talk = talk
    this.account = account
    this.#maildrop = maildrop
    this.#lock = lock
  }

  /** A part of a message is on its way: only the end of the connection can tell that the rest does not come. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  async stat(argument: string): Promise<string> {
    if (argument !== '') return this.#talk.mistake('arguments')
    const total = await this.#maildrop.total()
    return `+OK ${this.#maildrop.count} ${total}`
  }

  async list(argument: string): Promise<string | undefined> {
    const drop = this.#maildrop
    if (argument !== '')
      return this.#withMessage(argument, async (number) => `+OK ${number} ${await drop.octets(number)}`)
    await drop.total()
    this.#talk.outlet.line(`+OK ${drop.count} ${OK.messages[this.#talk.language]}`)
    await this.#lines(async (number) => `${number} ${await drop.octets(number)}`)
    return undefined
  }

  async uidl(argument: string): Promise<string | undefined> {
    if (argument !== '') return this.#withMessage(argument, (number, { id }) => `+OK ${number} ${id}`)
    this.#talk.outlet.line('+OK')
    await this.#lines((number, { id }) => `${number} ${id}`)
    return undefined
  }

  dele(argument: string): string | Promise<string | undefined> {
    return this.#withMessage(argument, (number) => {
      this.#maildrop.delete(number)
      return this.#talk.ok('marked')
    })
  }

  rset(argument: string): string {
    if (argument !== '') return this.#talk.mistake('arguments')
    this.#maildrop.reset()
    return '+OK'
  }

  retr(argument: string): string | Promise<string | undefined> {
    return this.#withMessage(argument, (number, message) => this.#retrieve(number, message))
  }

  top(argument: string): string | Promise<string | undefined> {
    const [, number, lines] = /^(\d{1,10}) (\d{1,10})$/.exec(argument) ?? []
    if (number === undefined) return this.#talk.mistake('arguments')
    return this.#withMessage(number, async (place, message) => {
      const cut = new TopCut(Number(lines))
      const reply = await this.#send(message, () => '+OK', cut)
      // Some clients fetch all of a message so, for that leaves it unseen elsewhere.
      if (reply === undefined && !cut.isDone) this.#tell(message, await this.#maildrop.octets(place))
      return reply
    })
  }

  /** Enters the UPDATE state, which nothing but QUIT does. */
  async quit(): Promise<string> {
    this.#isUpdating = true
    const { hasDeleted } = this.#maildrop
    const { updating } = this.#talk.desk
    updating.add(this)
    try {
      const { removed, failures } = await this.#maildrop.update()
      for (const { id, size, octets = size } of removed)
        this.#talk.record('pop3.deleted', { account: this.account.name, id, octets })
      if (failures.length === 0) return this.#talk.ok(hasDeleted ? 'updated' : 'loggedOut')
      this.#talk.desk.ctx.log.error(
        { err: failures[0], failures: failures.length },
        'messages were not deleted',
      )
      return this.#talk.err('kept', 'SYS/TEMP')
    } finally {
      updating.delete(this)
      this.#lock[Symbol.dispose]()
    }
  }

  /** Lets go of the mailbox, when an update that is under way has ended. */
  close(): void {
    if (!this.#isUpdating) this.#lock[Symbol.dispose]()
  }

  #withMessage<Reply>(
    argument: string,
    act: (number: number, message: StoredMessage) => Reply,
  ): Reply | string {
    if (!/^\d{1,10}$/.test(argument)) return this.#talk.mistake('arguments')
    const number = Number(argument)
    const message = this.#maildrop.find(number)
    if (message !== undefined) return act(number, message)
    return this.#talk.err(this.#maildrop.isDeleted(number) ? 'deleted' : 'missing')
  }

  async #lines(line: (number: number, message: StoredMessage) => string | Promise<string>): Promise<void> {
    const { outlet } = this.#talk
    for (const [number, message] of this.#maildrop.entries()) {
      const text = line(number, message)
      outlet.line(typeof text === 'string' ? text : await text)
      if (outlet.isFull && !(await outlet.pass())) return
    }
    outlet.line('.')
  }

  async #retrieve(number: number, message: StoredMessage): Promise<string | undefined> {
    const { desk, gone, outlet, host } = this.#talk
    const account = this.account.name
    const { id } = message
    const damage = damageOf(desk.ctx, 'pop3.retrieve', { account, id, client: host }, gone)
    if (damage !== undefined) {
      const { drop = false, reply } = await damage
      this.#talk.isOver = drop
      if (drop || reply !== undefined) return drop ? undefined : reply
    }
    const ahead = message.size > AHEAD ? undefined : this.#ahead.take(number)
    let octets = ahead?.octets ?? 0
    if (ahead === undefined) {
      // Of a large one the size is told before it is read.
      if (message.size > SMALL) octets = await this.#maildrop.octets(number)
      const reply = await this.#send(message, (counted = octets) => this.#status((octets = counted)))
      if (reply !== undefined) return reply
    } else outlet.octets(ahead.reply)
    this.#tell(message, octets)
    return undefined
  }

  #tell({ id }: StoredMessage, octets: number): void {
    const { desk, peer } = this.#talk
    const data = (): FactData => ({ account: this.account.name, id, octets })
    desk.ctx.record({ kind: 'pop3.retrieved', connection: peer.connection, data })
  }

  async #readAhead(number: number): Promise<WholeReply | undefined> {
    const message = this.#maildrop.find(number)
    if (message === undefined || message.size > AHEAD || this.#talk.gone.aborted) return undefined
    try {
      const octets = await this.#maildrop.mailbox.read(message.id)
      return octets.length > SMALL
        ? undefined
        : this.#talk.desk.scratch.reply(octets, (count) => this.#status(count))
    } catch {
      // Whoever asks for it is told.
      return undefined
    }
  }

  #status(octets: number): string {
    return `+OK ${octets} ${OK.octets[this.#talk.language]}`
  }

  /** Sends a message, or of its text what is wanted; `status` is told its octets where it was read first. */
  async #send(
    message: StoredMessage,
    status: (octets: number | undefined) => string,
    wanted?: Wanted,
  ): Promise<string | undefined> {
    const { mailbox } = this.#maildrop
    try {
      if (message.size > SMALL) return await this.#pour(await mailbox.open(message.id), status, wanted)
      const octets = await mailbox.read(message.id)
      // It is larger than its name told.
      if (octets.length > SMALL) return await this.#pour(await mailbox.open(message.id), status, wanted)
      const { reply } = this.#talk.desk.scratch.reply(wanted?.take(octets) ?? octets, status)
      this.#talk.outlet.octets(reply)
      return undefined
    } catch (error) {
      if (this.#isBroken) throw error
      this.#talk.desk.ctx.log.debug({ err: error, id: message.id }, 'a message could not be read')
      return this.#talk.err('gone', 'SYS/TEMP')
    }
  }

  async #pour(
    message: OpenMessage,
    status: (octets: number | undefined) => string,
    wanted: Wanted,
  ): Promise<undefined> {
    const { desk, outlet } = this.#talk
    try {
      const stuffing = new Stuffing()
      let piece = await message.read()
      outlet.line(status(undefined))
      this.#isBroken = true
      while (piece !== undefined) {
        outlet.octets(desk.scratch.piece(stuffing, wanted?.take(piece) ?? piece))
        if (!(await outlet.pass())) return undefined
        piece = wanted?.isDone === true ? undefined : await message.read()
      }
      outlet.octets(desk.scratch.piece(stuffing, undefined))
      this.#isBroken = false
      return undefined
    } finally {
      await message.close()
    }
  }
}
