/** Servers behind the forwarder that answer with spoiled packets, and with poison in sound ones. */
import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { createRandom } from '../../../lab/host/random.ts'
import type { Random, Target } from '../../../lab/service.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'
import { decodeMessage, type Message, type RecordSet } from '../../../services/dns/wire/message.ts'
import { isWithin, nameOf, parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { queryFor } from '../../conformance/dns/subject.ts'
import { answerOf } from './fuzz.ts'
import { InProcess } from './in-process.ts'
import { mutate } from './mutation.ts'

const ZONE = '$TTL 1h\n@ SOA ns host 1 1h 15m 1w 5m\n@ NS ns\nns A 127.0.0.1\nwww A 192.0.2.1\n'
const ZONE_NAME = parseName('conformance.test.', ROOT)
/** The address of every record that speaks of the lab's own zone, where no other server has a say. */
const POISON = Buffer.from([6, 6, 6, 6])

/** A service that asks such servers; their packets are spoiled by chance. */
export function openPoisoned(seed: string): Promise<InProcess> {
  const random = createRandom(seed)
  return InProcess.open({
    files: { 'zone.db': `$ORIGIN conformance.test.\n${ZONE}` },
    options: { forwarders: ['192.0.2.53', '192.0.2.54'] },
    connect: (target) => Promise.resolve(new Upstream(target, random)),
  })
}

/** One socket to such a server. */
class Upstream extends Duplex {
  private readonly isStream: boolean
  private readonly random: Random
  private readonly framer = new Framer()

  constructor({ transport }: Target, random: Random) {
    super({ objectMode: transport === 'udp' })
    this.isStream = transport !== 'udp'
    this.random = random
  }

  override _read(): void {
    // What is asked decides what comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.isStream) this.framer.push(chunk)
    const query = this.isStream ? this.framer.next() : chunk
    if (query !== undefined) setImmediate(() => this.respond(query))
    done()
  }

  private respond(query: Buffer): void {
    const answers = [0, 1, 2, 3].map((kind) => answerTo(decodeMessage(query), kind))
    for (let count = this.random.integer(1, 4); count > 0 && !this.destroyed; count -= 1) {
      const sound = answers[this.random.integer(0, answers.length)] ?? query
      const answer = this.random.integer(0, 4) === 0 ? sound : mutate([sound], this.random)
      this.push(this.isStream ? frame(answer) : answer)
    }
    if (this.isStream && !this.destroyed) this.push(null)
  }
}

function set(owner: string, type: number, data: Buffer): RecordSet {
  return { owner: parseName(owner, ROOT), type, class: 1, ttl: 60, data: [data] }
}

/** An answer, an alias into the lab's own zone, a truncated one, a denial; each brings poison along. */
function answerTo(query: Message, kind: number): Buffer {
  const [question] = query.questions
  if (question === undefined) throw new Error('the service asks for nothing')
  const poison = [set('www.conformance.test.', 1, POISON), set('new.conformance.test.', 1, POISON)]
  const alias = nameOf(parseName('www.conformance.test.', ROOT).wire).wire
  const own = { owner: question.name, class: 1, ttl: 60 }
  const answer = [
    [{ ...own, type: 1, data: [Buffer.from([192, 0, 2, 7])] }],
    [{ ...own, type: 5, data: [alias] }],
    [],
    [],
  ][kind]
  const soa = Buffer.concat([ROOT.wire, ROOT.wire, Buffer.alloc(20)])
  return encodeMessage({
    ...query,
    flags: 0x8180 | (kind === 2 ? 0x0200 : 0),
    rcode: kind === 3 ? 3 : 0,
    answer: [...(answer ?? []), ...poison],
    authority: kind === 3 ? [set('.', 6, soa)] : poison,
    additional: poison,
  })
}

// A spoiled name may lead out of the zone, where the servers may say what they like.
function isPoison({ owner, data }: RecordSet): boolean {
  return isWithin(owner.key, ZONE_NAME.key) && data.some((each) => each.equals(POISON))
}

/** Asks so many questions that are forwarded; each must be answered, within bounds and without poison. */
export async function fuzzForwarding(
  service: InProcess,
  count: number,
): Promise<ReadonlyMap<number, number>> {
  const codes = new Map<number, number>()
  for (let first = 0; first < count; first += 200) {
    const waiting = new Set<number>()
    const asked = Array.from({ length: 200 }, async (_, index) => {
      const query = queryFor(`n${first + index}.far.example.`, {
        flags: 0x0100,
        ...(index % 2 === 0 && { edns: { size: 1232 } }),
      })
      waiting.add(index)
      const answer = await answerOf(service, query)
      waiting.delete(index)
      assert.ok(answer !== undefined, 'a question that was forwarded stays unanswered')
      assert.ok(answer.length <= (index % 2 === 0 ? 1232 : 512), `${answer.length} octets`)
      const { rcode, ...sections } = decodeMessage(answer)
      const sets = [...sections.answer, ...sections.authority, ...sections.additional]
      assert.equal(sets.some(isPoison), false, answer.toString('hex'))
      codes.set(rcode, (codes.get(rcode) ?? 0) + 1)
    })
    const all = Promise.all(asked)
    // Time passes only when nothing else moves on.
    while (waiting.size > 0) {
      for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      service.clock.advance(250)
    }
    await all
  }
  return codes
}
