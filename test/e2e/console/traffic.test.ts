/** The traffic in the page: the list as it grows, a conversation as a ladder, and what can be kept of it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { barriers, launchBrowser } from '../../browser.ts'
import type { Page } from 'playwright-core'
import { run } from '../../interop/http/program.ts'
import { temporaryFolder } from '../../lab.ts'
import { open, talk, until } from '../../talk.ts'
import type { TestConsole } from '../../console.ts'
import { flood, HOSTILE, openPage, openScene, skip, speak } from './traffic-lab.ts'

/** The texts of the rows in sight. */
const rows = (page: Page): Promise<string[]> => page.locator('.list-row').allInnerTexts()

/** Waits until the list shows so many rows. */
const counted = (page: Page, count: number): Promise<void> =>
  until(async () => (await page.locator('.list-row').count()) === count, `${count} rows`)

/** The steps as a screen reader hears them, without their times. */
async function steps(page: Page): Promise<string[]> {
  await page.locator('.ladder-step').first().waitFor()
  return (await page.locator('.ladder-steps > li').allTextContents()).map((text) =>
    text.replace(/^[\d.,]+ m?s, /, ''),
  )
}

/** Opens the conversation whose row has that text. */
async function openLadder(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('.list-row', { hasText: text }).first().click()
  await page.locator('.ladder-step').first().waitFor()
}

const details = (page: Page): Promise<string> => page.locator('.ladder-details').innerText()

test('an empty list says what to try, and what happens then appears by itself', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page, complaints } = await openPage(browser, console, '/traffic')
  const { port } = console.lab.address('dns', 'dns')
  const hint = page.locator('.traffic-tries code').first()
  await hint.waitFor()
  const command = await hint.innerText()
  assert.match(command, new RegExp(`^dig @127\\.0\\.0\\.1 -p ${port} www\\.lab\\.test A$`))
  const [program = '', ...words] = command.split(' ')
  await run(program, ...words)
  await counted(page, 1)
  assert.match((await rows(page)).join(), /dns[^]*127\.0\.0\.1:\d+ → 127\.0\.0\.1:\d+[^]*www\.lab\.test/)
  assert.deepEqual(complaints, [])
})

test('each kind of conversation as a ladder, with what its steps are', { skip }, async () => {
  await using console = await openScene()
  await speak(console)
  await using browser = await launchBrowser()
  const { page, complaints } = await openPage(browser, console, '/traffic')
  await counted(page, 8)

  await openLadder(page, 'www.lab.test A?')
  const dns = await steps(page)
  assert.match(dns[0] ?? '', /^Request, client → server: www\.lab\.test A\?/)
  assert.match(dns.at(-1) ?? '', /^Reply, server → client: NOERROR, 1 answer: 127\.0\.0\.1/)
  await page.locator('.ladder-step').last().click()
  assert.match(await details(page), /RFC 1034 §4\.3\.1[^]*\nAnswer\nwww\.lab\.test\. 300 IN A 127\.0\.0\.1\n/)

  await page.goBack()
  await openLadder(page, /https[^]*200 OK/)
  const https = (await steps(page)).join('\n')
  for (const step of [
    /^TLS handshake, client → server: ClientHello \(TLS 1\.3/m,
    /^TLS handshake, server → client: ServerHello \(TLS 1\.3, TLS_/m,
    /^TLS handshake, server → client, inside TLS: Certificate www\.lab\.test/m,
    /^TLS handshake, client → server, inside TLS: Certificate ana/m,
    /^Request, client → server, inside TLS: GET \/ HTTP\/1\.1/m,
    /^Reply, server → client, inside TLS: HTTP\/1\.1 200 OK/m,
  ])
    assert.match(https, step)
  assert.ok((await page.locator('.ladder-picture .band').count()) > 0)

  await page.goBack()
  await openLadder(page, /https[^]*failure/)
  assert.match((await steps(page)).join('\n'), /noted by the lab: tls\.refused: client-missing/)

  await page.goBack()
  await openLadder(page, /mail[^]*TLS[^]*failure/)
  const mail = (await steps(page)).join('\n')
  assert.match(mail, /: STARTTLS\n[^]*ClientHello[^]*inside TLS: RCPT TO:<nobody@lab\.test>\n/)
  assert.match(mail, /^Refusal or failure, server → client, inside TLS: 550 /m)
  assert.equal(await page.locator('.ladder-picture .mark').count(), 1)
  assert.deepEqual(complaints, [])
})

test('filters, also by what only the lab has read, stay in the address', { skip }, async () => {
  await using console = await openScene()
  await speak(console)
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/traffic')
  await counted(page, 8)
  await page.getByLabel('Service').selectOption('https')
  await counted(page, 2)
  await page.getByLabel('Only with failures').check()
  await counted(page, 1)
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await counted(page, 8)
  await page.getByLabel('Text', { exact: true }).fill('nowhere')
  await counted(page, 1)
  // Said by the server in a step of each conversation with it, and in no row.
  await page.getByLabel('Text', { exact: true }).fill('closing connection')
  await counted(page, 3)
  assert.match(page.url(), /#\/traffic\?text=closing\+connection$/)
  await page.reload()
  await counted(page, 3)
  await page.getByLabel('Client').fill('192.0.2.')
  await page.getByText('No conversation fits these filters.').waitFor()
})

test('a pause holds the list, and tells how many came meanwhile', { skip }, async () => {
  await using console = await openScene()
  await speak(console)
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/traffic')
  await counted(page, 8)
  await page.getByRole('button', { name: 'Pause' }).click()
  const smtp = console.lab.address('mail', 'smtp')
  for (let count = 0; count < 15; count += 1) await talk(smtp, `EHLO late${count}.test\r\nQUIT\r\n`)
  await page.getByText('15 came meanwhile').waitFor()
  assert.equal((await rows(page)).length, 8)
  await page.getByRole('button', { name: 'Resume' }).click()
  await counted(page, 23)
  await page.getByLabel('Newest first').check()
  await until(async () => (await rows(page))[0]?.includes('late14') === true, 'the newest first')

  // Who reads further down goes on reading there.
  const spot = (): Promise<number | undefined> =>
    page
      .locator('.list-row', { hasText: 'late10' })
      .boundingBox()
      .then((box) => box?.y)
  await page.setViewportSize({ width: 1280, height: 480 })
  await page.locator('.list-grid').evaluate((grid: { scrollTop: number }) => void (grid.scrollTop = 60))
  const before = await spot()
  await talk(smtp, 'EHLO later.test\r\nQUIT\r\n')
  await page.getByText('24 shown of 24').waitFor()
  assert.equal(await spot(), before)
})

test('what is too much to be told of at once is counted, and a filter finds it', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/traffic')
  // With the first row the stream is there.
  await flood(console, 1)
  await counted(page, 1)
  await flood(console, 299)
  const status = page.locator('.traffic-status')
  await until(async () => / of 300 · \d+ told of by number only/.test(await status.innerText()), 'the number')
  const [shown = ''] = (await status.innerText()).split(' ')
  assert.ok(Number(shown) < 300, shown)
  await page.getByLabel('Service').selectOption('dns')
  await until(async () => (await status.innerText()).startsWith('300 shown of 300'), 'all of them')
  // A list of any length is a few elements.
  assert.ok((await page.locator('.list-row').count()) < 60)
})

test('an open conversation is drawn as it goes on, and the chosen step stays chosen', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/traffic')
  await page.locator('.traffic-tries').waitFor()
  const client = await open(console.lab.address('mail', 'smtp'))
  try {
    await openLadder(page, 'mail')
    await until(async () => /: 220 /.test((await steps(page)).at(-1) ?? ''), 'the greeting')
    await page.locator('.ladder-step').last().click()
    client.write('EHLO late.test\r\n')
    await until(
      async () => (await steps(page)).some((step) => /: EHLO late\.test/.test(step)),
      'the next step',
    )
    assert.match(await page.locator('.ladder-step[aria-current]').innerText(), /: 220 /)
    assert.match(await details(page), /220 /)
    assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-current")'), 'true')
    assert.match(await page.locator('.ladder-about').innerText(), /still open/)
  } finally {
    client.destroy()
  }
  await page.locator('.ladder-about [data-state=closed]').waitFor()
})

/** Clicks a button of the ladder and gives the path of what is saved. */
async function saved(page: Page, format: string, folder: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`[data-format=${format}]`).click(),
  ])
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}

test('a conversation is kept as capture, text and picture', { skip }, async () => {
  await using console = await openScene()
  await speak(console)
  using folder = temporaryFolder()
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/traffic', { locale: 'es-ES' })
  await openLadder(page, /mail[^]*TLS[^]*fallo/)

  const capture = await saved(page, 'pcapng', folder.path)
  assert.match(capture, /\.pcapng$/)
  const said = await run(
    'tshark',
    '-r',
    capture,
    '-d',
    'tcp.port==1-65535,smtp',
    '-Y',
    'smtp',
    '-T',
    'fields',
    '-e',
    'smtp.req.command',
  )
  assert.equal(said.code, 0, said.error)
  assert.match(said.out.toString(), /^STAR$[^]*^RCPT$/m)

  const text = readFileSync(await saved(page, 'text', folder.path), 'utf8')
  assert.match(text, /RCPT TO:<nobody@lab\.test>[^]*550 /)

  const path = await saved(page, 'svg', folder.path)
  const svg = readFileSync(path, 'utf8')
  for (const part of [
    /^<\?xml version="1\.0"/,
    /Conversación \d/,
    /RCPT TO:&lt;nobody@lab\.test&gt;/,
    /dentro de TLS/,
  ])
    assert.match(svg, part)
  assert.doesNotMatch(svg, /class=|style=|var\(/)
  const picture = await page.context().newPage()
  await picture.goto(`file://${path}`)
  const [root, errors, texts] = (await picture.evaluate(
    '[document.documentElement.localName, document.querySelectorAll("parsererror").length, document.querySelectorAll("text").length]',
  )) as [string, number, number]
  assert.deepEqual([root, errors], ['svg', 0])
  assert.ok(texts > 40, String(texts))
})

test('with the keyboard alone: to a row, into its ladder, along its steps, and back', { skip }, async () => {
  await using console = await openScene()
  await speak(console)
  await using browser = await launchBrowser()
  const { page } = await openPage(browser, console, '/traffic')
  await counted(page, 8)
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await page.locator('.list-grid').focus()
  await press('Home', 'ArrowDown', 'Enter')
  await page.locator('.ladder-step').first().waitFor()
  assert.match(page.url(), /#\/traffic\/2$/)
  await page.locator('.ladder-step').first().focus()
  await press('ArrowDown')
  assert.match(await details(page), /Request[^]*nowhere\.lab\.test/)
  await press('Enter')
  assert.equal(await page.evaluate('document.activeElement.className'), 'step-body')
  await press('Escape', 'End')
  assert.match(await page.locator('.ladder-step:focus').innerText(), /TCP end/)
  await page.goBack()
  await page.locator('.list-row.is-active', { hasText: 'nowhere' }).waitFor()
})

test('what strangers send stays text, and shows what is unseen', { skip }, async () => {
  await using console = await openScene()
  await speak(console)
  await using browser = await launchBrowser()
  const { page, complaints } = await openPage(browser, console, '/traffic')
  await openLadder(page, /EHLO <img/)
  await page.locator('.ladder-step', { hasText: '<img' }).first().click()
  const shown = await page.locator('lab-ladder').innerText()
  assert.match(shown, /<img src=x onerror=alert\(1\)>/)
  assert.match(shown, /202e/i)
  const all = await page.locator('body').innerHTML()
  for (const unseen of ['\u202E', '\u001B']) assert.ok(!all.includes(unseen))
  assert.equal(await page.locator('main img').count(), 0)
  assert.deepEqual(complaints, [])
  assert.match(HOSTILE, /\u202E/)
})

/** The looks in which the views are judged. */
const looks = [
  ['English, light', { colorScheme: 'light' }],
  ['Spanish, dark', { locale: 'es-ES', colorScheme: 'dark' }],
  ['a phone', { viewport: { width: 360, height: 740 } }],
] as const

test('axe-core finds nothing serious, and nothing is wider than a phone', { skip }, async (t) => {
  await using console: TestConsole = await openScene()
  await speak(console)
  await using browser = await launchBrowser()
  for (const [look, options] of looks)
    await t.test(look, async () => {
      const { page } = await openPage(browser, console, '/traffic', options)
      await page.locator('.list-row').first().waitFor()
      assert.deepEqual(await barriers(page), [])
      await openLadder(page, /https/)
      await page.locator('.ladder-legend summary').click()
      await page.locator('.ladder-step').nth(1).click()
      assert.deepEqual(await barriers(page), [])
      assert.equal(
        await page.evaluate(
          'document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth',
        ),
        0,
      )
      await page.context().close()
    })
})
