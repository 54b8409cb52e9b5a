import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barriers, launchBrowser } from '../browser.ts'
import { formats } from '../../lab/grading/formats/index.ts'
import { missing } from '../tool.ts'
import { spiteful, unfit, usual } from '../unit/grading/formats-sample.ts'

for (const language of ['en', 'es'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `the report keeps nobody out and runs nothing of what it shows: ${language}, ${colorScheme}`,
      { skip: missing('chromium') },
      async () => {
        await using browser = await launchBrowser()
        const page = await browser.newPage({ colorScheme, viewport: { width: 360, height: 740 } })
        const asked: string[] = []
        page.on('request', (request) => asked.push(request.url()))
        page.on('dialog', (dialog) => assert.fail(dialog.message()))
        await page.setContent(formats['html']?.([usual, unfit, spiteful], { language }) ?? '')
        assert.deepEqual(await barriers(page), [])
        assert.equal(await page.evaluate('document.scripts.length'), 0)
        assert.deepEqual(asked, [])
        assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
      },
    )
  }
}
