/** Debian's Chromium, as the tests that look at pages start it, and what in a page keeps somebody out. */
import axe, { type AxeResults } from 'axe-core'
import { chromium, type Browser, type Page } from 'playwright-core'

/** Starts Chromium with further options; root has no sandbox, and small containers give little shared memory. */
export function launchBrowser(...more: readonly string[]): Promise<Browser> {
  const args = ['--disable-dev-shm-usage', '--disable-gpu', ...more]
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? [...args, '--no-sandbox'] : args,
  })
}

/** What axe-core finds wrong that keeps somebody from using the page, as rule and element. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations }: AxeResults = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"], iframes: false })',
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
    )
}
