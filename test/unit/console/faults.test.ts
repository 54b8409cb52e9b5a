/** Faults that are planned, switched and removed while the lab runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { errorSchema, faultPointsSchema, faultSchema, faultsSchema } from '../../../lab/console/schema.ts'
import { openConsole, type TestConsole } from '../../console.ts'
import { datagram } from '../../talk.ts'

const scenario = `
domain: lab.test
services: { dns: {} }
faults: [{ at: dns.answer, rcode: SERVFAIL, times: 2, match: { type: NS } }]
`

/** The response code of an answer; undefined if none comes. */
async function rcodeOf(console: TestConsole, type: number): Promise<number | undefined> {
  const question = Buffer.from('000101000001000000000000036c616204746573740000000001', 'hex')
  question.writeUInt16BE(type, question.length - 4)
  const answer = await datagram(console.lab.address('dns', 'dns'), question, 300)
  return answer === undefined ? undefined : answer.readUInt16BE(2) & 0xf
}

const SOA = 6
const NS = 2

test('a live fault happens at once, as often as it says, and survives a reload', async () => {
  await using console = await openConsole(scenario)
  assert.equal(await rcodeOf(console, SOA), 0)
  const { body } = await console.ask('faults.add', {
    at: 'dns.answer',
    rcode: 'REFUSED',
    times: 2,
    match: { type: 'soa' },
  })
  const added = faultSchema.parse(body)
  assert.deepEqual(
    { ...added, id: 0 },
    {
      id: 0,
      at: 'dns.answer',
      settings: { rcode: 'REFUSED', times: 2, match: { type: 'soa' } },
      origin: 'live',
      isOn: true,
      committed: 0,
      left: 2,
    },
  )
  assert.equal(await rcodeOf(console, SOA), 5)
  await console.lab.reload({ ...console.lab.scenario, faults: [] })
  const { faults } = faultsSchema.parse((await console.ask('faults')).body)
  assert.deepEqual(
    faults.map(({ id, committed, left }) => ({ id, committed, left })),
    [{ id: added.id, committed: 1, left: 1 }],
  )
  assert.equal(await rcodeOf(console, SOA), 5)
  assert.equal(await rcodeOf(console, SOA), 0)
})

test('what is planned live goes before what the scenario has, and off is as if it were not there', async () => {
  await using console = await openConsole(scenario)
  assert.equal(await rcodeOf(console, NS), 2)
  const live = faultSchema.parse(
    (await console.ask('faults.add', { at: 'dns.answer', rcode: 'NOTIMP' })).body,
  )
  assert.equal(await rcodeOf(console, NS), 4)
  await console.ask('faults.set', { id: live.id, isOn: false })
  assert.equal(await rcodeOf(console, NS), 2)
  assert.equal(await rcodeOf(console, NS), 0)
  await console.ask('faults.set', { id: live.id, isOn: true })
  assert.equal(await rcodeOf(console, NS), 4)
  const { faults } = faultsSchema.parse((await console.ask('faults.remove', { id: live.id })).body)
  assert.deepEqual(
    faults.map(({ origin, left }) => ({ origin, left })),
    [{ origin: 'scenario', left: 0 }],
  )
  assert.equal(await rcodeOf(console, NS), 0)
})

test('a fault of the scenario that is switched off stays so through a reload, and is not removed', async () => {
  await using console = await openConsole(scenario)
  const [own] = faultsSchema.parse((await console.ask('faults')).body).faults
  assert.ok(own)
  await console.ask('faults.set', { id: own.id, isOn: false })
  await console.lab.reload({ ...console.lab.scenario, title: { en: 'a', es: 'b' } })
  assert.equal(await rcodeOf(console, NS), 0)
  const { status, body } = await console.ask('faults.remove', { id: own.id })
  assert.equal(status, 400)
  assert.match(errorSchema.parse(body).error.en, /the scenario's: switch it off/)
})

test('what is wrong in a fault is told as in a scenario, and nothing is planned', async () => {
  await using console = await openConsole(scenario)
  for (const [fault, path, said] of [
    [{ at: 'dns.anser' }, 'at', /did you mean "dns.answer"/],
    [{ at: 'smtp.rcpt' }, 'at', /not one of: dns.answer/],
    [{ at: 'dns.answer', dorp: true }, 'dorp', /did you mean "drop"/],
    [{ at: 'dns.answer', rcode: 'SERFAIL' }, 'rcode', /did you mean "SERVFAIL"/],
    [{ at: 'dns.answer', drop: true, times: 0 }, 'times', /./],
    [{ at: 'dns.answer', drop: true, probability: 2 }, 'probability', /./],
    [{ at: 'dns.answer', drop: true, match: { type: 1 } }, 'match.type', /./],
  ] as const) {
    const { status, body } = await console.ask('faults.add', fault)
    assert.equal(status, 400)
    const { error, problems } = errorSchema.parse(body)
    assert.match(error.en, /the fault has 1 mistake/)
    assert.equal(problems[0]?.path, path)
    assert.match(problems[0].message.en, said)
    assert.notEqual(problems[0].message.es, problems[0].message.en)
  }
  for (const operation of ['faults.set', 'faults.remove']) {
    const { status } = await console.ask(
      operation,
      operation === 'faults.set' ? { id: 99, isOn: true } : { id: 99 },
    )
    assert.equal(status, 400)
  }
  assert.equal(faultsSchema.parse((await console.ask('faults')).body).faults.length, 1)
})

test('the points tell what may be said at each, and the journal what was planned', async () => {
  await using console = await openConsole(scenario)
  const { points } = faultPointsSchema.parse((await console.ask('faults.points')).body)
  assert.deepEqual(
    points.map(({ at }) => at),
    ['dns.answer'],
  )
  const properties = z.looseObject({}).parse(points[0]?.settings['properties'])
  for (const name of ['drop', 'rcode', 'times', 'probability', 'match']) assert.ok(name in properties, name)
  assert.ok(!('at' in properties))
  const { id } = faultSchema.parse((await console.ask('faults.add', { at: 'dns.answer', drop: true })).body)
  await console.ask('faults.set', { id, isOn: false })
  await console.ask('faults.set', { id, isOn: true })
  await console.ask('faults.remove', { id })
  assert.deepEqual(
    console.lab.journal.since(0, ['fault']).map(({ kind, service, data }) => ({ kind, service, data })),
    [
      { kind: 'fault.planned', service: 'lab', data: { drop: true, id, at: 'dns.answer' } },
      { kind: 'fault.disabled', service: 'lab', data: { drop: true, id, at: 'dns.answer' } },
      { kind: 'fault.enabled', service: 'lab', data: { drop: true, id, at: 'dns.answer' } },
      { kind: 'fault.removed', service: 'lab', data: { drop: true, id, at: 'dns.answer' } },
    ],
  )
})

test('what each point understands is described in English and Spanish', async () => {
  const services = 'services: { dns: {}, http: {}, https: {}, mail: {} }\n'
  await using console = await openConsole(`domain: lab.test\n${services}`, {
    files: { 'www/index.html': 'x' },
  })
  const { points } = faultPointsSchema.parse((await console.ask('faults.points')).body)
  const pointSchema = z.object({
    properties: z.record(z.string(), z.object({ description: z.string().optional() })),
    'x-es': z.record(z.string(), z.string()),
  })
  // These belong to every fault; the page has words of its own for them.
  const common = ['times', 'probability', 'match']
  assert.ok(points.length > 5)
  for (const { at, settings } of points) {
    const { properties, 'x-es': spanish } = pointSchema.parse(settings)
    const own = Object.entries(properties).filter(([name]) => !common.includes(name))
    assert.ok(
      own.every(([, { description = '' }]) => description !== ''),
      at,
    )
    assert.deepEqual(Object.keys(spanish).toSorted(), own.map(([name]) => name).toSorted(), at)
  }
})

test('a fault that students are to find happens, and is neither told nor switched', async () => {
  await using console = await openConsole(scenario.replace('rcode:', 'hidden: true, rcode:'))
  assert.deepEqual(faultsSchema.parse((await console.ask('faults')).body).faults, [])
  assert.deepEqual(
    z.object({ faults: z.array(z.unknown()) }).parse((await console.ask('overview')).body).faults,
    [],
  )
  const [hidden] = console.lab.faults.list()
  const { status, body } = await console.ask('faults.set', { id: hidden?.id, isOn: false })
  assert.equal(status, 400)
  assert.match(errorSchema.parse(body).error.en, /no fault/)
  assert.equal(await rcodeOf(console, NS), 2)
  const { points } = faultPointsSchema.parse((await console.ask('faults.points')).body)
  assert.doesNotMatch(JSON.stringify(points), /hidden/)
  // What was planned live is told to whoever planned it.
  await console.ask('faults.add', { at: 'dns.answer', rcode: 'NOTIMP', hidden: true })
  assert.equal(faultsSchema.parse((await console.ask('faults')).body).faults.length, 1)
})
