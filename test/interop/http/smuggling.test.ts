/** Requests hidden in others: what nginx and Apache see of them, and what we see behind them as reverse proxies. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { malformed } from '../../conformance/http/malformed.ts'
import { observe, tellingPages } from '../../conformance/http/outcome.ts'
import { site } from '../../conformance/http/subject.ts'
import { smuggling } from '../../conformance/http/smuggling.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { judge } from './deviations/deviation.ts'
import { hiddenSeen } from './deviations/hidden.ts'
import { openPeer, peerCommands, peerNames, type PeerName } from './peer.ts'

const files = { ...site, ...tellingPages }
const skip = missing(...Object.values(peerCommands))
const open = (): Promise<TestLab> => openLab('services: { http: {} }', { files })

for (const name of peerNames) {
  test(`${name} sees a hidden request only where that is listed, and we never`, { skip }, async () => {
    await using lab = await open()
    await using peer = await openPeer(name, { files })
    const [ours, theirs] = [new Map<string, string>(), new Map<string, string>()]
    for (const [title, raw] of smuggling) {
      const [our, their] = await Promise.all([
        observe(lab.address('http', 'http'), raw),
        observe(peer.address, raw),
      ])
      for (const [outcomes, outcome] of [
        [ours, our],
        [theirs, their],
      ] as const)
        outcomes.set(title, outcome.includes('hidden') ? outcome : 'not hidden')
    }
    assert.deepEqual([...new Set(ours.values())], ['not hidden'])
    assert.ok(smuggling.length > 200)
    assert.deepEqual(judge(hiddenSeen[name], ours, theirs), [])
  })
}

/** The statuses of the lab's answers and the targets that it was asked for, since the last time. */
function watch(lab: TestLab): () => { readonly answers: number; readonly targets: readonly unknown[] } {
  let last = 0
  return () => {
    const facts = lab.journal.since(last, ['http'])
    last = facts.at(-1)?.seq ?? last
    return {
      answers: facts.filter(({ kind }) => kind === 'http.answered').length,
      targets: facts.filter(({ kind }) => kind === 'http.requested').map(({ data }) => data?.['target']),
    }
  }
}

const proxies: readonly (readonly [title: string, name: PeerName, directives: string])[] = [
  ['nginx', 'nginx', ''],
  ['nginx that passes bodies on as they come', 'nginx', 'proxy_request_buffering off;'],
  ['Apache', 'apache', ''],
]

// After an answer without a body, or with a part of one, both ends must know where the next begins.
const framed: readonly (readonly [fields: string, outcome: string])[] = [
  ['GET /outer.html HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n', '304 next'],
  ['GET /outer.html HTTP/1.1\r\nHost: a\r\nIf-Match: "other"\r\n\r\n', '412 next'],
  ['GET /outer.html HTTP/1.1\r\nHost: a\r\nRange: bytes=0-3\r\n\r\n', '206 next'],
  ['GET /outer.html HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,3-4\r\n\r\n', '206 next'],
  ['GET /outer.html HTTP/1.1\r\nHost: a\r\nRange: bytes=999-\r\n\r\n', '416 next'],
  ['HEAD /outer.html HTTP/1.1\r\nHost: a\r\n\r\n', '405 next'],
  ['GET /empty.txt HTTP/1.1\r\nHost: a\r\n\r\n', '200 next'],
  ['GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n', '200 next'],
  ['GET /sub HTTP/1.1\r\nHost: a\r\n\r\n', '301 next'],
  [
    'GET /outer.html HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
    'outer next',
  ],
]

for (const [title, name, directives] of proxies) {
  test(`behind ${title} every answer of ours belongs to its request`, { skip }, async () => {
    await using lab = await open()
    await using proxy = await openPeer(name, { upstream: lab.address('http', 'http'), directives })
    for (const [raw, outcome] of [...framed, ...framed.toReversed()])
      assert.equal(await observe(proxy.address, raw), outcome, raw)
  })

  test(`behind ${title} we never see more requests than it`, { skip }, async (t) => {
    await using lab = await open()
    await using proxy = await openPeer(name, { upstream: lab.address('http', 'http'), directives })
    const look = watch(lab)
    let passed = 0
    const raws = [
      ...smuggling.map(([each, raw]) => [each, raw] as const),
      ...malformed.map(([, raw, each]) => [each, raw] as const),
    ]
    for (const [each, raw] of raws) {
      const outcome = await observe(proxy.address, raw)
      const { answers, targets } = look()
      const words = outcome.split(' ').filter((word) => !/^(?:close|swallowed|nothing|bare)$/.test(word))
      // A request that is cut short may reach us, and its client get nothing.
      assert.ok(
        answers <= Math.max(1, words.length),
        `${each}: the client got ${outcome}, we answered ${answers} times`,
      )
      assert.equal(targets.includes('/hidden.html'), words.includes('hidden'), `${each}: ${outcome}`)
      // What is kept open between the two serves the next request with its own answer.
      if (words.includes('next')) assert.ok(targets.includes('/next.html'), `${each}: ${outcome}`)
      passed += answers
    }
    assert.ok(passed > raws.length / 4, `${passed} of ${raws.length} requests came through`)
    t.diagnostic(`${raws.length} texts, of which ${passed} requests came through`)
  })
}
