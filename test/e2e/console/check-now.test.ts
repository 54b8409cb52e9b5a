/** Tasks that wait to be asked for are judged from the page, as `lab check` judges them, and it says what is missing. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { z } from 'zod'
import { barriers, launchBrowser } from '../../browser.ts'
import { run as runClient } from '../../interop/http/program.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { run, startLab, type Program } from '../../program.ts'
import { missing } from '../../tool.ts'
import { openPage } from './traffic-lab.ts'

const skip = missing('chromium', 'dig')

const words = ['--ports', 'any', '--console-port', '0']

const consoleOf = ({ out }: Program): { console: { url: string } } => ({
  console: { url: /http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\//.exec(out)?.[0] ?? '' },
})

const places = z.object({
  services: z.tuple([
    z.object({ addresses: z.tuple([z.looseObject({ port: z.number() })]).rest(z.unknown()) }),
  ]),
})

const zoneTo = (mail: string): string => `$ORIGIN roto.test.
$TTL 1h
@ SOA dns hostmaster 2026112102 1h 15m 1w 5m
@ NS dns
@ MX 10 ${mail}
dns A 127.0.0.1
mail A 127.0.0.1
`

const hasFocus = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element.matches(':focus'))

/** Nothing keeps anybody out, and nothing is wider than the window. */
async function assertUsable(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 860 })
      assert.deepEqual(await barriers(page), [], `${colorScheme} at ${width}`)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
    }
  await page.setViewportSize({ width: 1280, height: 860 })
}

test(
  'a zone that is handed in is judged from the page, and what is wrong in it is told',
  { skip },
  async () => {
    using folder = temporaryFolder()
    const at = { folder: folder.path }
    await using lab = await startLab(['-s', 'broken-dns', ...words], at)
    const [dns] = places.parse(JSON.parse((await run(['status', '--json'], at)).out)).services
    const dig = (...question: readonly string[]): Promise<unknown> =>
      runClient('dig', '@127.0.0.1', '-p', String(dns.addresses[0].port), '+tries=1', '+time=2', ...question)
    await using browser = await launchBrowser()
    const { page, complaints } = await openPage(browser, consoleOf(lab), '/tasks')
    page.setDefaultTimeout(10_000)
    const status = page.getByRole('main').getByRole('status')
    const row = page.getByRole('listitem').filter({ hasText: 'mended.db' })
    const mend = row.getByRole('button', { name: /^Check now: Hand in a zone, mended\.db/ })
    const why = row.getByRole('group', { name: /^What is missing: Hand in a zone/ })

    await page.getByText('Guide: what there is to do, and how').click()
    await page.getByText('# A name server with faults').waitFor()

    // What ticks by itself has no button.
    const all = page.getByRole('button', { name: 'Check now: all tasks that do not tick by themselves' })
    await all.focus()
    assert.equal(await page.getByRole('button', { name: /^Check now: / }).count(), 3)
    await page.keyboard.press('Enter')
    await status.getByText('Checked: 0 of 2 passed.').waitFor()
    assert.ok(await hasFocus(all))
    assert.match(await why.innerText(), /^it needs nowhere, which has not passed\n[\s\S]*\nChecked on \d/)
    await dig('roto.test', 'MX')
    await dig('correo.roto.test', 'A')
    await page.getByText('1 of 10 points').waitFor()
    // What it needed has passed: what was said of it is no longer so.
    assert.equal(await why.count(), 0)

    await mend.focus()
    await page.keyboard.press('Enter')
    await why.getByText(`there is no file ${join(folder.path, 'mended.db')}`).waitFor()
    assert.ok(await hasFocus(mend))
    writeFileSync(join(folder.path, 'mended.db'), zoneTo('correo'))
    await page.keyboard.press('Enter')
    const difference = why.getByRole('group', { name: 'What is expected, and what there is' }).first()
    await difference.waitFor()
    assert.match(
      await difference.innerText(),
      /^ {2}expected {2}\S+ MX 10 mail\S*\n {2}actual {4}\S+ MX 10 correo/,
    )
    await assertUsable(page)
    await page.getByLabel('Language').selectOption('es')
    await page
      .getByText(/^ {2}recibido .*correo/)
      .first()
      .waitFor()
    await page.getByText('Las tareas con «Comprobar ahora»').waitFor()
    await page.getByLabel('Idioma').selectOption('en')

    writeFileSync(join(folder.path, 'mended.db'), zoneTo('mail'))
    await mend.click()
    await row.getByText('Passed', { exact: true }).waitFor()
    await status.getByText('Checked: 1 of 1 passed.').waitFor()
    assert.equal(await why.count(), 0)
    await page.getByText('3 of 10 points').waitFor()
    assert.deepEqual(complaints, [])
  },
)

const waiting = `title: Test
domain: lab.test
services: { http: { root: www } }
tasks:
  - id: soon
    title: { en: A file within a minute, es: Un fichero en un minuto }
    when: now
    file: soon.txt
    within: 1min
    check: { file.says: { about: it, is: there } }
  - id: here
    title: { en: A file, es: Un fichero }
    when: now
    file: here.txt
    check: { file.says: { about: it, is: there } }
  - id: plain
    title: { en: A page of plain text, es: Una página de texto }
    check: { http.serves: { path: /index.html, type: text/plain } }
`

test('a check under way can be stopped, and ends with the lab', { skip }, async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  writeFiles(folder.path, {
    'scenario.yaml': waiting,
    'here.txt': 'it: there\n',
    'www/index.html': '<p>It</p>',
  })
  await using lab = await startLab(['-s', 'scenario.yaml', ...words], at)
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, consoleOf(lab), '/tasks')
  page.setDefaultTimeout(10_000)
  const status = page.getByRole('main').getByRole('status')
  const all = page.getByRole('button', { name: /^Check now: all tasks/ })
  const here = page.getByRole('button', { name: 'Check now: A file', exact: true })
  const stop = page.getByRole('button', { name: 'Stop checking' })
  const soon = page.getByRole('listitem').filter({ hasText: 'within a minute' })

  await all.focus()
  await page.keyboard.press('Enter')
  await status.getByText('Checking 3 tasks…').waitFor()
  await soon.getByText('Checking…').waitFor()
  assert.equal(await soon.getAttribute('aria-busy'), 'true')
  assert.equal(await here.getAttribute('aria-disabled'), 'true')
  // One run at a time.
  await here.click({ force: true })
  await status.getByText('Checking 3 tasks…').waitFor()
  assert.deepEqual(await barriers(page), [])
  await all.focus()
  await page.keyboard.press('Tab')
  assert.ok(await hasFocus(stop))
  await page.keyboard.press('Enter')
  await status.getByText('Stopped.').waitFor()
  assert.ok(await hasFocus(all))
  assert.equal(await stop.isVisible(), false)
  assert.equal(await soon.getAttribute('aria-busy'), null)
  // The lab has stopped too: the next check waits for nothing.
  await here.click()
  await status.getByText('Checked: 1 of 1 passed.').waitFor()
  // Of what was stopped nobody knows how it would have ended.
  assert.equal(await soon.getByText('Open', { exact: true }).isVisible(), true)
  const alone = soon.getByRole('button')
  await alone.click()
  await status.getByText('Checking 1 task…').waitFor()
  await page.keyboard.press('Escape')
  await status.getByText('Stopped.').waitFor()
  assert.ok(await hasFocus(alone))

  await page.getByRole('button', { name: 'Check now: A page of plain text' }).click()
  const difference = page.getByRole('group', { name: 'What is expected, and what there is' })
  await difference.waitFor()
  assert.match(
    await difference.innerText(),
    /^ {2}expected {2}text\/plain\n {2}actual {4}text\/html.*\n {17}\^ from character 6/,
  )

  await all.click()
  await status.getByText('Checking 3 tasks…').waitFor()
  await run(['stop'], at)
  await page.getByRole('alert').getByText('The lab does not answer.').waitFor()
  assert.equal(await status.innerText(), '')
  assert.equal(await soon.getAttribute('aria-busy'), null)
  assert.equal(await stop.isVisible(), false)
  assert.equal(await soon.getByText('Open', { exact: true }).isVisible(), true)
})
