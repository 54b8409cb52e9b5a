/** No view keeps anybody out: axe-core finds nothing serious, in light and in dark, on a screen and on a phone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barriers, launchBrowser } from '../../browser.ts'
import type { Page } from 'playwright-core'
import type { Task } from '../../../lab/console/schema.ts'
import { dig, openScene, sendMail, skip } from './page-lab.ts'
import { openPage } from './traffic-lab.ts'

const text = (words: string): Task['title'] => ({ en: words, es: words })

const tasks: readonly Task[] = (['open', 'passed', 'failed', 'blocked', 'broken'] as const).map((state) => ({
  id: state,
  title: text(`Task ${state}`),
  points: 1,
  score: 0,
  state,
  ...(state === 'failed' ? { hintCost: 0.5 } : { hint: text('Look again') }),
}))

/** Each view with something in it, and how to come to all of it. */
const views: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  [
    '/',
    async (page) => {
      await page.getByText('Add a fault').first().click()
      await page.getByLabel('Where', { exact: true }).selectOption('dns.answer')
      await page.getByRole('button', { name: 'Show the password of ana' }).click()
      await page.getByLabel('rcode').waitFor()
    },
  ],
  ['/tasks', (page) => page.getByText('Hint').first().click()],
  ['/mail', (page) => page.getByRole('link', { name: 'ana' }).waitFor()],
  ['/mail/ana', (page) => page.getByText('Hello Ana').waitFor()],
  ['/zone', (page) => page.getByRole('gridcell', { name: '10 smtp.lab.test.' }).click()],
  ['/log', (page) => page.getByRole('gridcell', { name: /^dns\.answered/ }).click()],
  ['/nowhere', (page) => page.getByText('no such view').waitFor()],
]

for (const theme of ['light', 'dark'] as const) {
  test(`each view can be used by everybody, ${theme}`, { skip }, async () => {
    await using console = await openScene(tasks)
    await sendMail(console, 'Hello Ana')
    await dig(console, 'dns', 'www.lab.test')
    await using browser = await launchBrowser()
    for (const viewport of [
      { width: 1280, height: 860 },
      { width: 360, height: 740 },
    ]) {
      const { page, complaints } = await openPage(browser, console, '/', { colorScheme: theme, viewport })
      page.setDefaultTimeout(10_000)
      for (const [address, open] of views) {
        await page.goto(`${console.console.url}#${address}`)
        await open(page)
        assert.deepEqual(await barriers(page), [], `${address} at ${viewport.width}`)
        const beyond = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        assert.equal(beyond, 0, `${address} is wider than ${viewport.width}`)
      }
      await page.goto(`${console.console.url}#/mail/ana`)
      await page.getByRole('link', { name: 'Hello Ana' }).click()
      for (const tab of ['Text', 'HTML', 'Header fields', 'Structure', 'Source']) {
        await page.getByRole('tab', { name: tab }).click()
        assert.deepEqual(await barriers(page), [], `${tab} at ${viewport.width}`)
      }
      // The one complaint is that the message's script did not run.
      assert.deepEqual(
        complaints.filter((complaint) => !/\/html Blocked script execution in .*sandboxed/.test(complaint)),
        [],
      )
      await page.context().close()
    }
  })
}
