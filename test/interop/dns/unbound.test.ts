/** A resolver that trusts nobody: random letter case, least names, and hardened against answers that are off. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openSubject, type Subject } from '../../conformance/dns/subject.ts'
import { missing } from '../../tool.ts'
import { ServerProgram, unbound } from './program.ts'
import { run } from '../http/program.ts'

const skip = missing('unbound', 'dig')

let subject: Subject
let resolver: ServerProgram
before(async () => {
  if (skip !== false) return
  subject = await openSubject()
  const { host, port } = subject.address
  resolver = await ServerProgram.open(
    unbound(
      ['conformance.test', 'other.test'].map((zone) => `${zone}=${host}@${port}`),
      [
        'use-caps-for-id: yes',
        'qname-minimisation: yes',
        'qname-minimisation-strict: yes',
        'harden-below-nxdomain: yes',
        'harden-referral-path: no',
        'harden-large-queries: yes',
        'domain-insecure: "."',
      ],
    ),
  )
})
after(async () => {
  await resolver?.[Symbol.asyncDispose]()
  await subject?.[Symbol.asyncDispose]()
})

async function dig(...words: readonly string[]): Promise<string> {
  const { out } = await run(
    'dig',
    '@127.0.0.1',
    '-p',
    String(resolver.port),
    '+tries=1',
    '+time=10',
    ...words,
  )
  return out.toString()
}

const ANSWERS: readonly [readonly string[], RegExp][] = [
  [['www.conformance.test'], /status: NOERROR[^]*\tA\t192\.0\.2\.4/],
  [['conformance.test', 'MX'], /status: NOERROR[^]*ANSWER: 2,/],
  [['chain.conformance.test'], /status: NOERROR[^]*CNAME[^]*CNAME[^]*\tA\t192\.0\.2\.4/],
  [['across.conformance.test'], /status: NOERROR[^]*CNAME\twww\.other\.test\.[^]*\tA\t198\.51\.100\.2/],
  [['x.y.z.wild.conformance.test', 'TXT'], /status: NOERROR[^]*"any"/],
  [['big.conformance.test', 'TXT', '+tcp'], /status: NOERROR[^]*ANSWER: 12,/],
  [['www.child.conformance.test'], /status: NOERROR[^]*\tA\t192\.0\.2\.21/],
  [['b.ent.conformance.test'], /status: NOERROR[^]*ANSWER: 0, AUTHORITY: 1/],
  [['a.b.ent.conformance.test', 'TXT'], /status: NOERROR[^]*"deep"/],
  [['www.conformance.test', 'AAAA'], /status: NOERROR[^]*ANSWER: 0, AUTHORITY: 1[^]*SOA/],
  [['nothing.conformance.test'], /status: NXDOMAIN[^]*AUTHORITY: 1[^]*SOA/],
  [['x.y.nothing.conformance.test'], /status: NXDOMAIN[^]*AUTHORITY: 1[^]*SOA/],
  [['odd.conformance.test', 'TYPE65280'], /status: NOERROR[^]*\\# 4 01020304/],
]

for (const [words, expected] of ANSWERS) {
  test(`unbound resolves ${words.join(' ')}`, { skip }, async () => {
    assert.match(await dig(...words), expected)
  })
}
