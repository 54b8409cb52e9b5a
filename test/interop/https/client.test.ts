/** Client certificates at the `https` service: what holds, what is refused, with which alert, and what Apache and nginx do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { cases } from './cases.ts'
import { compare } from './compare.ts'

test('there are 30 cases at least', () => assert.ok(cases.length >= 30, `${cases.length}`))

compare(cases, { intermediate: false, skip: missing('openssl', 'nginx', 'apache2') })
