/** A lab that several students share: the traffic of one of them, told apart by the account that has logged in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchBrowser } from '../../browser.ts'
import { openConsole } from '../../console.ts'
import { talk, until } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { openPage } from './traffic-lab.ts'

const scenario = `domain: lab.test
accounts: [{ name: ana, password: first }, { name: bea, password: second }]
services: { mail: {} }
`

test(
  'two who log in by POP3 are told apart, in the list and in its filter',
  { skip: missing('chromium') },
  async () => {
    await using console = await openConsole(scenario)
    await using browser = await launchBrowser()
    const { page, complaints } = await openPage(browser, console, '/traffic')
    const pop3 = console.lab.address('mail', 'pop3')
    const rows = (): Promise<string[]> => page.locator('.list-row').allInnerTexts()
    const counted = (count: number): Promise<void> =>
      until(async () => (await rows()).length === count, `${count} rows`)
    const filter = page.getByLabel('Student (account)')
    const choices = (names: string): Promise<void> =>
      until(
        async () => (await filter.locator('option').allInnerTexts()).join(' ') === names,
        `${names} to choose from`,
      )

    await page.getByRole('heading', { name: 'Traffic' }).waitFor()
    await console.ask('conversations')
    await talk(pop3, 'QUIT\r\n')
    await counted(1)
    // Where nobody has logged in there is nothing to choose.
    assert.equal(await filter.isVisible(), false)
    await talk(pop3, 'USER ana\r\nPASS first\r\nSTAT\r\nQUIT\r\n')
    await talk(pop3, 'USER bea\r\nPASS second\r\nSTAT\r\nQUIT\r\n')
    await counted(3)
    await page.getByRole('gridcell', { name: 'bea', exact: true }).waitFor()
    await choices('all ana bea')

    await filter.selectOption('ana')
    await counted(1)
    assert.match((await rows()).join(), /\bana\b/)
    assert.match(page.url(), /#\/traffic\?account=ana$/)
    await talk(pop3, 'USER bea\r\nPASS second\r\nQUIT\r\n')
    await talk(pop3, 'USER ana\r\nPASS first\r\nQUIT\r\n')
    await counted(2)

    await page.reload()
    await counted(2)
    assert.equal(await filter.inputValue(), 'ana')
    // The lab knows of bea, though none of her conversations is shown.
    await choices('all ana bea')
    await page.locator('.list-row').first().click()
    await page.locator('.ladder-facts', { hasText: /Account\s*ana/ }).waitFor()
    assert.doesNotMatch(await page.locator('main').innerText(), /first/)
    assert.deepEqual(complaints, [])
  },
)
