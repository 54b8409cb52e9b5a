/** The authority's page as Chromium shows it. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { launchBrowser } from '../../browser.ts'
import { missing } from '../../tool.ts'
import { get, openForAllTests } from './place.ts'

const places = openForAllTests()

test(
  'the page explains itself in both languages, fits a phone, and is readable in light and dark',
  { skip: missing('chromium') },
  async () => {
    const browser = await launchBrowser()
    try {
      for (const place of [places.plain, places.below])
        for (const [locale, title] of [
          ['en-GB', "The lab's certificate authority"],
          ['es-ES', 'La autoridad de certificación del laboratorio'],
        ] as const)
          for (const colorScheme of ['light', 'dark'] as const) {
            const context = await browser.newContext({
              locale,
              colorScheme,
              viewport: { width: 360, height: 740 },
            })
            const page = await context.newPage()
            await page.goto(place.base)
            assert.equal(await page.title(), title)
            assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2))
            const { fingerprint256 } = new X509Certificate(await place.authority.authority())
            assert.ok((await page.textContent('body'))?.includes(fingerprint256))
            const wide = Number(await page.evaluate('document.documentElement.scrollWidth'))
            assert.ok(wide <= 360, `${wide} pixels wide`)
            for (const link of await page.locator('a').all()) {
              const { status } = await get(place, (await link.getAttribute('href')) ?? '')
              assert.equal(status, 200)
            }
            const shots = process.env['SHOTS']
            if (shots !== undefined)
              writeFileSync(
                join(shots, `${locale}-${colorScheme}-${place === places.below}.png`),
                await page.screenshot({ fullPage: true }),
              )
            await context.close()
          }
    } finally {
      await browser.close()
    }
  },
)
