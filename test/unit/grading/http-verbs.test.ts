import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EvidenceVerb, ProbeVerb, SeenFact } from '../../../lab/check.ts'
import { createContext } from '../../../lab/grading/context.ts'
import { siteFiles } from '../../../lab/web/checks/site.ts'
import { checks } from '../../../services/http/checks.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { talk } from '../../talk.ts'
import { domain, targetAt } from './suite.ts'

function openRight(): Promise<TestLab> {
  return openLab(`domain: ${domain}\nservices: { http: {} }`, { files: siteFiles() })
}

/** Whether some fact of the lab is what the verb looks for. */
function isSeen(lab: TestLab, name: string, wanted: object): boolean {
  const evidence = checks.verbs[name] as EvidenceVerb
  const settings = evidence.settings.parse(wanted)
  const facts = lab.journal.since(0, [...evidence.facts]) as readonly SeenFact[]
  return facts.some((fact) => evidence.judge(fact, settings).every(({ holds }) => holds))
}

test('http.requested and http.visited find what the service has recorded, and nothing else', async () => {
  await using lab = await openRight()
  const requests = [
    'GET /page.html?a=b HTTP/1.1\r\nHost: WWW.example.test:8080\r\nCookie: visits=4\r\n\r\n',
    `GET http://${domain}/gone HTTP/1.1\r\nHost: ${domain}\r\n\r\n`,
    'DELETE / HTTP/1.1\r\nHost: a\r\n\r\n',
    'nonsense\r\n\r\n',
  ]
  await talk(lab.address('http', 'http'), requests.join(''))
  const seen: readonly (readonly [string, object, boolean])[] = [
    ['http.requested', { path: '/page.html' }, true],
    ['http.requested', { path: '/page.html', status: 200, host: 'www.example.test' }, true],
    ['http.requested', { path: '/page.html', status: 404 }, false],
    ['http.requested', { path: '/page.html', host: 'other.example' }, false],
    ['http.requested', { path: '/gone', status: 404 }, true],
    ['http.requested', { path: '/' }, false],
    ['http.requested', { path: '/', method: 'DELETE', status: 405 }, true],
    ['http.requested', { status: 400 }, false],
    ['http.visited', { count: 5 }, true],
    ['http.visited', { count: 5, path: '/page.html' }, true],
    ['http.visited', { count: 5, path: '/' }, false],
    ['http.visited', { count: 4 }, false],
  ]
  for (const [name, wanted, expected] of seen)
    assert.equal(isSeen(lab, name, wanted), expected, JSON.stringify([name, wanted]))
})

test('http.serves asks now, and compares status, type and content', async () => {
  await using lab = await openRight()
  const serves = checks.verbs['http.serves'] as ProbeVerb
  const target = targetAt('http', lab.address('http', 'http'))
  const asked: readonly (readonly [object, boolean])[] = [
    [{ path: '/page.html' }, true],
    [{ path: '/page.html', type: 'text/html', contains: 'this is the page' }, true],
    [{ path: '/page.html', contains: 'this is the start' }, false],
    [{ path: '/page.html', type: 'text/plain' }, false],
    [{ path: '/gone', status: 404 }, true],
    [{ path: '/gone' }, false],
  ]
  for (const [wanted, expected] of asked) {
    await using context = createContext(target, { seed: 'a', signal: AbortSignal.timeout(5000) })
    const { assertions } = await serves.run(context, serves.settings.parse(wanted))
    assert.equal(
      assertions.every(({ holds }) => holds),
      expected,
      JSON.stringify([wanted, assertions]),
    )
  }
})

test('every verb has its title in both languages, and a command', () => {
  const wanted: Readonly<Record<string, object>> = {
    'http.requested': { path: '/' },
    'http.visited': { count: 10 },
    'http.serves': { path: '/' },
  }
  assert.deepEqual(Object.keys(checks.verbs), Object.keys(wanted))
  const target = targetAt('http', { host: '127.0.0.1', port: 8080 })
  for (const [name, each] of Object.entries(checks.verbs)) {
    const settings = each.settings.parse(wanted[name])
    const { en, es } = each.title(settings)
    assert.ok(en !== es && en !== '' && es !== '')
    assert.match(each.reproduce?.(settings, target) ?? '', /^curl /)
    assert.equal(each.settings.safeParse({ ...wanted[name], nonsense: 1 }).success, false)
  }
})
