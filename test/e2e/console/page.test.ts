/** What holds for all views of the page: language, theme, keys, the phone, and a lab that goes away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchBrowser } from '../../browser.ts'
import { until } from '../../talk.ts'
import { dig, openScene, skip } from './page-lab.ts'
import { openPage } from './traffic-lab.ts'

test('the page speaks the language of the browser, of its address, and of its switch', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/', { locale: 'es-ES' })
  await page.getByRole('heading', { name: 'Resumen' }).waitFor()
  await until(async () => (await page.title()) === 'Resumen · Mirar · telelab', 'the title')
  assert.equal(await page.locator('html').getAttribute('lang'), 'es')
  await page.getByLabel('Idioma').selectOption('en')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  await page.reload()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.goto(`${console.console.url}?lang=es#/log`)
  await page.getByRole('heading', { name: 'Registro' }).waitFor()
})

test('the page is light, dark, or as the machine is', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/', { colorScheme: 'dark' })
  const ground = (): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  const dark = await ground()
  await page.getByLabel('Theme').selectOption('light')
  const light = await ground()
  assert.notEqual(light, dark)
  await page.reload()
  assert.equal(await ground(), light)
  await page.getByLabel('Theme').selectOption('system')
  assert.equal(await ground(), dark)
})

test('all of the page is reached by keys', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/')
  const focused = (): Promise<string> =>
    page.evaluate<string>(
      '(document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "").trim()',
    )
  await page.locator('.service').first().waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await focused(), 'Skip to the content')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate('document.activeElement.id'), 'main')
  await page.keyboard.press('Tab')
  assert.equal(await focused(), 'dns runs')
  await page.keyboard.press('Space')
  await until(() => console.lab.status().some(({ state }) => state === 'stopped'), 'the stop')

  await page.getByRole('link', { name: 'Log', exact: true }).focus()
  await page.keyboard.press('Enter')
  await until(async () => (await focused()) === 'Log', 'the heading')
  await until(async () => (await page.title()).startsWith('Log · '), 'the title')
  await page.getByRole('gridcell', { name: /service\.stopped/ }).waitFor()
  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
  const active = page.getByRole('row', { selected: true })
  assert.equal(await active.getAttribute('aria-rowindex'), '2')
  await page.keyboard.press('ArrowDown')
  assert.equal(await active.getAttribute('aria-rowindex'), '3')
  assert.equal(
    await page.getByRole('grid').getAttribute('aria-activedescendant'),
    await active.getAttribute('id'),
  )
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Close' }).press('Enter')
  assert.equal(await focused(), 'Log')
})

test('on a phone one pane of the mail is shown at a time, and the way back', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/mail', {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  })
  await page.getByRole('link', { name: 'ana' }).tap()
  await page.getByText('No mail yet.').waitFor()
  assert.equal(await page.getByRole('link', { name: 'bea' }).isVisible(), false)
  await page.getByRole('link', { name: 'All mailboxes' }).tap()
  await page.getByRole('link', { name: 'bea' }).waitFor()
  const bar = await page.getByRole('navigation', { name: 'Views of the lab' }).boundingBox()
  assert.deepEqual(bar && [bar.x, Math.round(bar.y + bar.height), bar.width], [0, 740, 360])
})

test('the page tells that the lab has gone, and that another has come', { skip }, async () => {
  const console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/')
  await page.getByText('Connected').waitFor()
  // As if the lab had been started again at that address: what it knows is another token.
  await page.route('**/api/overview', (route) => route.fulfill({ status: 401, body: 'Unauthorized' }))
  await page.getByRole('status').getByText('has a new address').waitFor()
  await page.unroute('**/api/overview')
  await page.getByText('Connected').waitFor()
  await console[Symbol.asyncDispose]()
  await page.getByRole('status').getByText('The lab has stopped').waitFor()
})

test('a page that nobody sees lets its stream go, and goes on where it was', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/')
  await page.clock.install()
  const show = (isHidden: boolean): Promise<void> =>
    page.evaluate<void>(
      `Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });` +
        `document.dispatchEvent(new Event('visibilitychange'))`,
    )
  const streams: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/api/stream/')) streams.push(decodeURIComponent(request.url()))
  })
  await page.getByRole('link', { name: 'Log', exact: true }).click()
  await page.getByRole('gridcell', { name: /^zone\.loaded/ }).waitFor()
  const last = console.lab.journal.last
  await show(true)
  await page.clock.fastForward(11_000)
  await dig(console, 'dns', 'www.lab.test')
  assert.equal(await page.getByRole('gridcell', { name: /^dns\.answered/ }).count(), 0)
  await show(false)
  await page.getByRole('gridcell', { name: /^dns\.answered/ }).waitFor()
  assert.equal(await page.getByRole('gridcell', { name: /^zone\.loaded/ }).count(), 1)
  assert.equal(streams.length, 2)
  assert.match(streams[1] ?? '', new RegExp(`"since":${last}\\b`))
})
