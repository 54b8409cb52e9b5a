/** The clients of the mail benchmark, each in a process of its own that gets one task and sends what it has measured. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { questionOctets, QUESTIONS } from './dns-zone.ts'

/** What a client is to do at a server's port; one that is held makes all ready and waits for a word. */
export type Task = { readonly port: number; readonly isHeld?: boolean } & (
  | { readonly what: 'send'; readonly octets: number; readonly isDots: boolean }
  | {
      readonly what: 'retrieve'
      readonly account: string
      readonly count: number
      readonly passes: number
      readonly isPipelined: boolean
    }
  | { readonly what: 'list' }
  | { readonly what: 'sessions'; readonly seconds: number }
  | { readonly what: 'ask'; readonly perSecond: number }
)

/** What ends a reply of several lines. */
const END = '\r\n.\r\n'

/** A connection that waits for the ends of replies. */
class Client {
  readonly socket: Socket
  /** The first octets of a reply, and the last ones that came. */
  #head = ''
  #tail = ''
  #ending = '\r\n'
  #left = 0
  #resolve: (() => void) | undefined
  #isClosed = false

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('data', (piece: Buffer) => this.#take(piece))
    this.socket.on('close', () => {
      this.#isClosed = true
      this.#resolve?.()
    })
  }

  #take(piece: Buffer): void {
    const ending = this.#ending
    if (this.#head.length < 80) this.#head += piece.toString('latin1', 0, 80)
    const seam = this.#tail + piece.toString('latin1', 0, ending.length - 1)
    for (let at = seam.indexOf(ending); at >= 0; at = seam.indexOf(ending, at + 1)) this.#left -= 1
    for (let at = piece.indexOf(ending, 0, 'latin1'); at >= 0; at = piece.indexOf(ending, at + 1, 'latin1'))
      this.#left -= 1
    this.#tail = (this.#tail + piece.toString('latin1', Math.max(0, piece.length - ending.length + 1))).slice(
      1 - ending.length,
    )
    if (this.#left <= 0) this.#resolve?.()
  }

  /** Writes, and resolves when so many replies have ended. */
  async ask(text: string | Buffer, ending = '\r\n', replies = 1): Promise<void> {
    this.#ending = ending
    this.#left = replies
    this.#head = ''
    this.#tail = ''
    if (text.length > 0) this.socket.write(text)
    await new Promise<void>((resolve) => (this.#resolve = resolve))
    if (this.#left > 0 || /^(?:-ERR|[45]\d\d)/.test(this.#head))
      throw new Error(`${this.#isClosed ? 'closed after' : 'refused with'} ${this.#head}`)
  }

  async quit(): Promise<void> {
    this.socket.end('QUIT\r\n')
    if (!this.#isClosed) await new Promise<void>((resolve) => (this.#resolve = resolve))
  }
}

async function login(port: number, name: string): Promise<Client> {
  const client = new Client(port)
  await client.ask('')
  await client.ask(`USER ${name}\r\n`)
  await client.ask('PASS secret\r\n')
  return client
}

async function released({ isHeld }: Task): Promise<void> {
  if (isHeld === true) await once(process, 'message')
}

/** Milliseconds since 1970 when the message began, and when it was accepted. */
async function send(task: Task & { readonly what: 'send' }): Promise<number[]> {
  const { port, octets, isDots } = task
  const line = isDots ? '..\r\n' : `${'y'.repeat(70)}\r\n`
  const message = Buffer.from(`Subject: x\r\n\r\n${line.repeat(octets / line.length)}.\r\n`)
  const client = new Client(port)
  for (const command of [
    '',
    'HELO me.other.test',
    'MAIL FROM:<zoe@other.test>',
    'RCPT TO:<ana@bench.test>',
    'DATA',
  ])
    await client.ask(command === '' ? '' : `${command}\r\n`)
  await released(task)
  const begun = performance.now()
  await client.ask(message)
  const accepted = performance.now()
  await client.quit()
  return [performance.timeOrigin + begun, performance.timeOrigin + accepted]
}

/** Seconds of all passes together; the first one of several is not counted. */
async function retrieve(task: Task & { readonly what: 'retrieve' }): Promise<number[]> {
  const { port, account, count, passes, isPipelined } = task
  const client = await login(port, account)
  const commands = Array.from({ length: count }, (_, index) => `RETR ${index + 1}\r\n`)
  const all = Buffer.from(commands.join(''))
  await released(task)
  let begun = performance.now()
  for (let done = 0; done < passes + (passes > 1 ? 1 : 0); done += 1) {
    if (passes > 1 && done === 1) begun = performance.now()
    if (isPipelined) await client.ask(all, END, count)
    else for (const command of commands) await client.ask(command, END)
  }
  const seconds = (performance.now() - begun) / 1000
  await client.quit()
  return [seconds]
}

/** Seconds of PASS, LIST and UIDL, in the first session and in the second. */
async function list(port: number): Promise<number[]> {
  const times: number[] = []
  for (let session = 0; session < 2; session += 1) {
    const client = new Client(port)
    await client.ask('')
    await client.ask('USER ana\r\n')
    const begun = performance.now()
    await client.ask('PASS secret\r\n')
    await client.ask('LIST\r\n', END)
    await client.ask('UIDL\r\n', END)
    times.push((performance.now() - begun) / 1000)
    await client.quit()
  }
  return times
}

/** Sessions a second, one after the other. */
async function sessions(port: number, seconds: number): Promise<number[]> {
  const begun = performance.now()
  const end = begun + seconds * 1000
  let count = 0
  for (; performance.now() < end; count += 1) {
    const client = await login(port, 'ben')
    await client.ask('STAT\r\n')
    await client.quit()
  }
  return [count / ((performance.now() - begun) / 1000)]
}

/** Asks, counts from one word to the next, and ends; the longest time in milliseconds that an answer took, and how many never came. */
async function ask(port: number, perSecond: number): Promise<number[]> {
  const socket = createSocket('udp4')
  const queries = QUESTIONS.map(([name, type]) => questionOctets(name, type))
  const sent = new Map<number, number>()
  let longest = 0
  socket.on('message', (answer) => {
    const id = answer.readUInt16BE(0)
    longest = Math.max(longest, performance.now() - (sent.get(id) ?? Number.NaN))
    sent.delete(id)
  })
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const told = new AbortController()
  process.once('message', () => {
    longest = 0
    process.once('message', () => told.abort())
  })
  const begun = performance.now()
  for (let id = 0; !told.signal.aborted; id += 1) {
    const query = Buffer.from(queries[id % queries.length] ?? '')
    query.writeUInt16BE(id % 65_536)
    sent.set(id % 65_536, performance.now())
    socket.send(query)
    await setTimeout(Math.max(0, begun + ((id + 1) * 1000) / perSecond - performance.now()))
  }
  await setTimeout(300)
  socket.close()
  return [longest, sent.size]
}

function perform(task: Task): Promise<number[]> {
  if (task.what === 'send') return send(task)
  if (task.what === 'retrieve') return retrieve(task)
  if (task.what === 'list') return list(task.port)
  if (task.what === 'sessions') return sessions(task.port, task.seconds)
  return ask(task.port, task.perSecond)
}

if (import.meta.main) {
  const figures = await perform(JSON.parse(process.argv[2] ?? '') as Task)
  process.send?.(figures, () => process.exit())
}
