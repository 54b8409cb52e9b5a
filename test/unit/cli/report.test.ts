import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { Io } from '../../../lab/cli/command.ts'
import { statusReport } from '../../../lab/cli/report.ts'
import { statusSchema } from '../../../lab/console/schema.ts'

/** A report on a lab that has each thing so many times. */
function report(count: number, language: 'en' | 'es', addresses: readonly object[] = []): string {
  const service = { name: 'http', kind: 'http', state: 'running', operations: [], addresses }
  const status = statusSchema.parse({
    scenario: 'sstt',
    title: { en: 'Services', es: 'Servicios' },
    student: '9721',
    domain: 'sstt9721.org',
    address: '127.0.0.1',
    accounts: [],
    sources: [],
    pid: 7,
    now: '2026-11-21T00:00:00Z',
    facts: count,
    dropped: count,
    services: [{ ...service, connections: count }],
  })
  const pick: Io['pick'] = (text) => text[language]
  return stripVTControlCharacters(statusReport(status, { language, pick } as Io))
}

test('one of a thing is told as one, and several as several', () => {
  assert.equal(
    report(1, 'en'),
    'Services (sstt, student 9721, process 7; 1 fact, 1 dropped)\n  http  running, 1 open',
  )
  assert.equal(
    report(1, 'es'),
    'Servicios (sstt, estudiante 9721, proceso 7; 1 hecho, 1 perdido)\n  http  en marcha, 1 abierta',
  )
  assert.equal(
    report(2, 'es'),
    'Servicios (sstt, estudiante 9721, proceso 7; 2 hechos, 2 perdidos)\n  http  en marcha, 2 abiertas',
  )
})

test('several ports are told with their names, one without', () => {
  const at = { transport: 'tcp', host: '127.0.0.1' }
  const smtp = { ...at, endpoint: 'smtp', port: 2525 }
  const pop3 = { ...at, endpoint: 'pop3', port: 2110 }
  assert.match(report(0, 'en', [smtp]), /running {2}127\.0\.0\.1:2525$/)
  assert.match(report(0, 'en', [smtp, pop3]), /running {2}smtp 127\.0\.0\.1:2525, pop3 127\.0\.0\.1:2110$/)
})
