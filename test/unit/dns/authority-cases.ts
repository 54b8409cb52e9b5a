/** Questions to the example's zones, each with the answer that is due. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerFromZones, type Answer, type AnswerOptions } from '../../../services/dns/authority.ts'
import { findType } from '../../../services/dns/records/types.ts'
import { parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import type { Zones } from '../../../services/dns/zone/lookup.ts'
import { lines, MAIN, OTHER, zonesOf } from './example.ts'

const ZONES = zonesOf({ 'main.db': MAIN, 'other.db': OTHER })

/** Over UDP and without DNSSEC. */
export const PLAIN: AnswerOptions = { minimal: true, dnssec: false }

/** Asks zones, the example's unless others are given; a name without a final dot lies in example.org. */
export function ask(name: string, type: string, options = PLAIN, zones: Zones = ZONES): Answer | undefined {
  return answerFromZones(
    zones,
    { name: parseName(name, parseName('example.org.', ROOT)), type: findType(type)?.code ?? 0, class: 1 },
    options,
  )
}

export const NS = 'example.org. 3600 NS dns.example.org.'
export const GLUE = ['dns.example.org. 3600 A 10.0.0.1', 'dns.example.org. 3600 AAAA 2001:db8::1']
export const SOA = 'example.org. 300 SOA dns.example.org. host.example.org. 1 3600 900 604800 300'

/** What differs from an empty answer with authority. */
export interface Expected {
  readonly rcode?: number
  readonly answer?: readonly string[]
  readonly authority?: readonly string[]
  readonly additional?: readonly string[]
  readonly authoritative?: boolean
  readonly outside?: string
}

/** What is asked about, the name, the type and the answer. */
export type Case = readonly [string, string, string, Expected]

/** One test for each case. */
export function testCases(cases: readonly Case[], zones?: Zones): void {
  for (const [what, name, type, expected] of cases) {
    test(`${what}: ${name} ${type}`, () => {
      const found = ask(name, type, PLAIN, zones)
      assert.ok(found)
      assert.deepEqual(
        {
          rcode: found.rcode,
          authoritative: found.authoritative,
          answer: lines(found.answer),
          authority: lines(found.authority),
          additional: lines(found.additional),
          outside: found.outside && printName(found.outside),
        },
        {
          rcode: 0,
          authoritative: true,
          answer: [],
          authority: [],
          additional: [],
          outside: undefined,
          ...expected,
        },
      )
    })
  }
}
