/** The course's site as Chromium shows it, and what the lab's journal tells of that. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Lab } from '../../lab/host/lab.ts'
import { launchBrowser } from '../browser.ts'
import { openLab, readScenario, temporaryFolder } from '../lab.ts'
import { run } from '../interop/http/program.ts'
import { until } from '../talk.ts'
import { missing } from '../tool.ts'

const skip = missing('chromium')
const scenarios = resolve(import.meta.dirname, '..', '..', 'scenarios')
const www = join(scenarios, 'sstt', 'www')
const MINUTES = 60_000

/** A lab with the scenario `web-only` as it is shipped. */
async function openSite(folder: string): Promise<Lab> {
  const { scenario } = await readScenario(join(scenarios, 'web-only', 'scenario.yaml'), { student: '9721' })
  assert.ok(scenario)
  const lab = new Lab({ scenario, state: folder, ports: 'any' })
  await lab.start()
  return lab
}

const addressOf = (lab: Lab): string => {
  const { host, port } = lab.address('http', 'http')
  return `http://${host}:${port}`
}

/** That there is no icon, Chromium itself tells of. */
const isAboutIcon = (complaint: string): boolean => /\/favicon\.ico .*status of 404/.test(complaint)

/** A page in one language, and all that it complains of. */
async function openPage(browser: Browser, locale: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.location().url} ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`))
  return { page, complaints }
}

const visits = async (page: Page): Promise<string | undefined> =>
  (await page.context().cookies()).find(({ name }) => name === 'visits')?.value

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

/** What was asked and answered, as `connection status target`. */
function exchanges(lab: Lab): string[] {
  const asked = new Map<number | undefined, string[]>()
  return lab.journal.since(0, ['http.requested', 'http.answered']).flatMap(({ kind, connection, data }) => {
    const waiting = asked.get(connection) ?? []
    asked.set(connection, waiting)
    if (kind === 'http.requested') {
      waiting.push(text(data?.['target']))
      return []
    }
    return [`${connection} ${text(data?.['status'])} ${waiting.shift() ?? ''}`]
  })
}

test('the site in a browser: page, picture, one connection, both languages', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openSite(folder.path)
  await using browser = await launchBrowser()
  const { page, complaints } = await openPage(browser, 'en-GB')
  const answer = await page.goto(addressOf(lab))
  assert.equal(answer?.status(), 200)
  assert.equal(await page.title(), 'SSTT · It works')
  const picture = page.locator('img')
  assert.deepEqual(
    await picture.evaluate((image: { complete: boolean; naturalWidth: number; naturalHeight: number }) => [
      image.complete,
      image.naturalWidth,
      image.naturalHeight,
    ]),
    [true, 960, 448],
  )
  assert.equal(await visits(page), '2')

  await page.getByRole('link', { name: 'Español' }).click()
  await page.waitForURL('**/es.html')
  assert.equal(await page.title(), 'SSTT · Funciona')
  assert.equal(await page.locator('html').getAttribute('lang'), 'es')
  await page.getByRole('link', { name: 'English' }).click()
  await page.waitForURL('**/index.html')
  assert.deepEqual(
    complaints.filter((complaint) => !isAboutIcon(complaint)),
    [],
  )

  const isIcon = (exchange: string): boolean => exchange.endsWith(' /favicon.ico')
  await until(() => exchanges(lab).some(isIcon), 'the request for an icon')
  assert.match(exchanges(lab).find(isIcon) ?? '', /^\d+ 404 /)
  // RFC 9112 §9.3: the picture came over the connection of its page, and most of what followed did.
  const connections = exchanges(lab).map((exchange) => exchange.slice(0, exchange.indexOf(' ')))
  const [first = ''] = connections
  assert.deepEqual(exchanges(lab).slice(0, 2), [`${first} 200 /`, `${first} 200 /lab.jpg`])
  assert.ok(new Set(connections).size < connections.length / 2, connections.join(' '))
})

test('a browser finds no icon, and is told what is missing in its language', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openSite(folder.path)
  await using browser = await launchBrowser()
  for (const [locale, words] of [
    ['en-GB', /There is no such page/],
    ['es-ES', /no existe esa página/],
  ] as const) {
    const { page, complaints } = await openPage(browser, locale)
    const answer = await page.goto(`${addressOf(lab)}/favicon.ico`)
    assert.equal(answer?.status(), 404)
    assert.match(await page.locator('body').innerText(), words)
    assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2))
    assert.equal(await visits(page), undefined)
    assert.ok(complaints.every(isAboutIcon), complaints.join())
  }
})

test('a browser is counted up to the refusal', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openSite(folder.path)
  await using browser = await launchBrowser()
  for (const [locale, words] of [
    ['en-GB', 'You have used up your visits'],
    ['es-ES', 'Ha agotado'],
  ] as const) {
    const { page, complaints } = await openPage(browser, locale)
    const seen: string[] = []
    let status: number | undefined = 200
    while (status === 200) {
      status = (await page.goto(`${addressOf(lab)}/es.html`))?.status()
      seen.push(`${status} ${await visits(page)}`)
      if (status === 200) await page.waitForLoadState('load')
    }
    // Two for each page that was shown, its picture being the other.
    assert.equal(status, 403)
    assert.equal(seen.at(-1), '403 10')
    assert.ok(seen.length > 4, seen.join(', '))
    assert.match(await page.locator('body').innerText(), new RegExp(words))
    const { expires } = (await page.context().cookies())[0] ?? { expires: 0 }
    assert.ok(Math.abs(expires * 1000 - lab.clock.now() - 2 * MINUTES) < MINUTES)
    const told = complaints.filter((complaint) => !isAboutIcon(complaint))
    assert.match(told.join(), /^\S+\/es\.html .*status of 403 [^,]*$/)
  }
})

test('a browser is let in again when its cookie has expired', { skip }, async () => {
  // Nobody moves a browser's clock, so its cookies live shorter than the course's: the browser itself drops them.
  await using lab = await openLab('services: { http: { cookie: { max: 2, lifetime: 2 } } }', {
    files: { 'www/index.html': '<title>Here</title>' },
  })
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, 'en-GB')
  const visit = async (): Promise<number | undefined> => (await page.goto(addressOf(lab)))?.status()
  // A slow machine may take longer than the cookie lives, and begin again at 1.
  await until(async () => (await visit()) === 403, 'the refusal')
  await until(async () => (await visits(page)) === undefined, 'the end of the cookie')
  assert.equal(await visit(), 200)
  assert.equal(await visits(page), '1')
})

test(
  "curl's cookie expires when the lab's clock has moved two minutes",
  { skip: missing('curl') },
  async () => {
    await using lab = await openLab('services: { http: {} }', {
      files: { 'www/index.html': readFileSync(join(www, 'index.html')) },
    })
    using folder = temporaryFolder()
    const jar = join(folder.path, 'jar')
    const visit = async (): Promise<string> => {
      const words = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-b', jar, '-c', jar, addressOf(lab)]
      return (await run('curl', ...words)).out.toString()
    }
    /** Moves the lab's clock; curl's stands still, so its jar is moved back by as much: the same distance to the end. */
    const pass = (seconds: number): void => {
      lab.clock.advance(seconds * 1000)
      const moved = readFileSync(jar, 'utf8').replaceAll(
        /^(#HttpOnly_.*\t)(\d+)(\tvisits\t)/gm,
        (_line, head: string, end: string, rest: string) => `${head}${Number(end) - seconds}${rest}`,
      )
      writeFileSync(jar, moved)
    }
    const seen: string[] = []
    for (let count = 0; count < 11; count += 1) seen.push(await visit())
    assert.deepEqual(seen, [...Array.from({ length: 10 }, () => '200'), '403'])
    pass(110)
    assert.equal(await visit(), '403')
    pass(11)
    assert.equal(await visit(), '200')
    assert.match(readFileSync(jar, 'utf8'), /\tvisits\t1$/m)
    assert.deepEqual(lab.journal.since(0, ['http.answered']).at(-1)?.data?.['cookie'], { after: 1 })
  },
)
