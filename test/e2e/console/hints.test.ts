/** A hint that costs points, taken from the page: what it costs is said before, and the lab notes it as `lab check --hint` does. */
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { barriers, launchBrowser } from '../../browser.ts'
import type { TaskSource } from '../../../lab/console/desk.ts'
import { TaskDesk } from '../../../lab/grading/desk.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import { openConsole } from '../../console.ts'
import { dig } from './page-lab.ts'
import { openPage } from './traffic-lab.ts'
import { missing } from '../../tool.ts'

const scenario = `domain: lab.test
services: { dns: {} }
tasks:
  - id: mx
    points: 2
    title: { en: Find the mail server, es: Encuentra el servidor de correo }
    check: { dns.queried: { type: MX } }
    hint: { text: { en: Ask for MX, es: Pregunta por MX }, cost: 0.5 }
  - id: soa
    points: 1
    title: { en: Find the primary, es: Encuentra el primario }
    check: { dns.queried: { type: SOA } }
    hint: { en: Ask for SOA, es: Pregunta por SOA }
`

test(
  'a hint with a cost is asked for twice, by the keyboard too',
  { skip: missing('chromium', 'dig') },
  async () => {
    let desk: TaskDesk | undefined
    const tasks: TaskSource = {
      tasks: async () => (await desk?.tasks()) ?? [],
      hint: async (id) => (await desk?.hint(id)) ?? assert.fail('the lab is not there yet'),
    }
    await using console = await openConsole(scenario, { tasks })
    const { lab } = console
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    }
    const folder = lab.stateFolder
    const registry = new Registry([resolve(import.meta.dirname, '../../../services')])
    using live = new TaskDesk(lab, { registry, state: folder, folder, log })
    desk = live
    const hinted = (): number => lab.journal.since(0, ['task.hinted']).length
    await using browser = await launchBrowser()
    const { page, complaints } = await openPage(browser, console, '/tasks')

    const ask = page.getByRole('button', { name: 'Show the hint (costs 0.5 points): Find the mail server' })
    await ask.waitFor()
    assert.equal(await page.getByRole('button', { name: /^Show the hint/ }).count(), 1)
    const question = page.getByRole('dialog', { name: 'Find the mail server' })
    await ask.focus()
    await page.keyboard.press('Enter')
    await question.getByText('The hint costs 0.5 points of this task').waitFor()
    assert.deepEqual(await barriers(page), [])
    // What was pressed once too often takes nothing, and Escape neither; the focus is where it was.
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await question.waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    assert.equal(await ask.evaluate((button) => button.matches(':focus')), true)
    assert.equal(hinted(), 0)

    await page.keyboard.press('Enter')
    await question.waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('main').getByText('Ask for MX').waitFor()
    await page.getByText('This hint has cost 0.5 points.').waitFor()
    assert.equal(hinted(), 1)
    assert.equal(
      await page
        .getByRole('listitem')
        .locator('summary')
        .first()
        .evaluate((summary) => summary.matches(':focus')),
      true,
    )
    assert.equal(await ask.count(), 0)

    await dig(console, 'dns', 'lab.test', 'MX')
    await page.getByText('1.5 of 3 points').waitFor()
    assert.equal(await page.getByText('Ask for SOA').isVisible(), false)
    await page.getByLabel('Language').selectOption('es')
    await page.getByText('Pregunta por MX').waitFor()
    await page.getByText('Esta pista ha costado 0,5 puntos.').waitFor()
    assert.deepEqual(complaints, [])
  },
)
