/** Each view of the page shows what the lab has, and what is done there is done in the lab. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { launchBrowser } from '../../browser.ts'
import type { Browser, Page } from 'playwright-core'
import { readPkcs12 } from '../../../certs/pkcs12.ts'
import type { Task } from '../../../lab/console/schema.ts'
import { openConsole, type TestConsole } from '../../console.ts'
import { openLab } from '../../lab.ts'
import { until } from '../../talk.ts'
import { dig, HOSTILE, openScene, sendMail, skip } from './page-lab.ts'
import { openPage } from './traffic-lab.ts'

/** A page that gives up sooner than the test. */
async function look(
  browser: Browser,
  console: TestConsole,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPage(browser, console, address)
  opened.page.setDefaultTimeout(10_000)
  return opened
}

test('the overview shows the services, and its switch stops and starts one', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page, complaints } = await look(browser, console, '/')
  await page.locator('.service').nth(2).waitFor()
  assert.match(await page.locator('header').innerText(), /Looking\s+Student\s+9721/)
  const dns = page.locator('.service', { hasText: 'Name service' })
  const { host, port } = console.lab.address('dns', 'dns')
  assert.match(await dns.innerText(), new RegExp(`TCP \\+ UDP\\s+${host}:${port}`))
  await dig(console, 'dns', 'www.lab.test')
  await dns.getByText(/^dns\.queried1$/).waitFor()
  // Since somebody looks, the lab keeps what is said.
  const { body } = await console.ask('conversations')
  assert.match(JSON.stringify(body), /www\.lab\.test/)

  const isOn = dns.getByRole('switch', { name: 'dns runs' })
  assert.equal(await isOn.getAttribute('aria-checked'), 'true')
  await isOn.click()
  await dns.getByText('Stopped', { exact: true }).waitFor()
  assert.equal(await isOn.getAttribute('aria-checked'), 'false')
  assert.equal(console.lab.status().find(({ name }) => name === 'dns')?.state, 'stopped')
  await isOn.click()
  await dns.getByText('Running').waitFor()
  assert.match(await dig(console, 'dns', 'www.lab.test'), /status: NOERROR/)
  assert.deepEqual(complaints, [])
})

test('the overview lends passwords, the authority and a client certificate', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/')
  assert.ok(!(await page.locator('.accounts').innerText()).includes('secret word'))
  await page.getByRole('button', { name: 'Show the password of ana' }).click()
  assert.ok((await page.locator('.accounts').innerText()).includes('secret word'))

  const save = async (name: string, role: 'link' | 'button'): Promise<Buffer> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole(role, { name }).click(),
    ])
    return readFileSync(await download.path())
  }
  const authority = new X509Certificate(await save('Download ca.pem', 'link'))
  assert.ok(authority.ca)
  await page.getByLabel('Account', { exact: true }).selectOption('bea')
  await page.getByLabel('Password of the file').fill('chosen here')
  const { certificate } = await readPkcs12(await save('Download .p12', 'button'), 'chosen here')
  assert.match(new X509Certificate(certificate).subject, /bea/)
  assert.ok(new X509Certificate(certificate).checkIssued(authority))
})

test('a fault that the page adds is committed, switched off and removed', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page, complaints } = await look(browser, console, '/')
  const faults = page.getByRole('region', { name: 'Faults' })
  assert.match(
    await faults.innerText(),
    /smtp\.rcpt[\s\S]*reply: 451 4\.7\.1 Greylisted[\s\S]*of the scenario/,
  )

  await faults.locator('summary').click()
  await faults.getByLabel('Where', { exact: true }).selectOption('dns.answer')
  await faults.getByLabel('rcode').selectOption('REFUSED')
  await faults.getByLabel('Only where').fill('name = nowhere.lab.test')
  await faults.getByRole('button', { name: 'Add a fault' }).click()
  const row = faults.locator('li', { hasText: 'dns.answer' })
  await row.getByText('added here').waitFor()
  assert.match(await dig(console, 'dns', 'nowhere.lab.test'), /status: REFUSED/)
  await row.getByText('1 committed').waitFor()

  await row.getByRole('switch').click()
  await until(
    async () => (await row.getByRole('switch').getAttribute('aria-checked')) === 'false',
    'the switch',
  )
  assert.match(await dig(console, 'dns', 'nowhere.lab.test'), /status: NXDOMAIN/)
  await row.getByRole('button', { name: 'Remove' }).click()
  await row.waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])

  await faults.locator('summary').click()
  await faults.getByLabel('Times').fill('0')
  await faults.getByRole('button', { name: 'Add a fault' }).click()
  assert.match(await faults.getByRole('alert').innerText(), /times/)
})

test("the lab's time moves ahead by the page's buttons", { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/')
  const before = console.lab.clock.now()
  await page.getByRole('button', { name: '+1 day' }).click()
  await until(() => console.lab.clock.now() - before >= 86_400_000, 'the other day')
})

test('the tasks are shown with their states, and a hint on demand', { skip }, async () => {
  const title = { en: HOSTILE, es: HOSTILE }
  const send: Task = { id: 'send', title, points: 1, score: 0, state: 'blocked', hintCost: 1 }
  const tasks: Task[] = [
    {
      id: 'mx',
      title: { en: 'Find the mail server', es: 'Encuentra' },
      points: 2,
      score: 0,
      state: 'open',
      hint: { en: 'Ask for MX', es: 'MX' },
    },
    send,
  ]
  await using console = await openScene(tasks)
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/tasks')
  await page.getByText('0 of 3 points').waitFor()
  assert.equal(await page.getByText('Ask for MX').isVisible(), false)
  const ask = page.getByRole('button', { name: /^Show the hint \(costs 1 point\)/ })
  assert.equal(await ask.isVisible(), true)
  await page.getByText('Hint', { exact: true }).click()
  assert.equal(await page.getByText('Ask for MX').isVisible(), true)
  assert.equal(await page.locator('main img').count(), 0)
  tasks[0] = {
    id: 'mx',
    title: { en: 'Find the mail server', es: 'Encuentra' },
    points: 2,
    score: 1.5,
    state: 'passed',
  }
  tasks[1] = { ...send, state: 'passed', score: 1 }
  await page.getByText('2.5 of 3 points').waitFor()
  // Of what is done a hint would only take points away.
  assert.equal(await ask.isVisible(), false)
  tasks.length = 0
  await page.getByText('This scenario has no tasks.').waitFor()
})

test(
  'mail that comes by SMTP appears, and is read as text, HTML, structure and source',
  { skip },
  async () => {
    await using console = await openScene()
    await using browser = await launchBrowser()
    const { page, complaints } = await look(browser, console, '/mail/ana')
    await page.getByText('No mail yet.').waitFor()
    await sendMail(console, `Hello ${HOSTILE.replaceAll(/[^ -~]/g, '')}`)
    await page.getByRole('link', { name: 'Hello <img' }).click()
    await page.getByText('Just text').waitFor()
    await page.getByRole('tab', { name: 'HTML' }).click()
    assert.equal(await page.frameLocator('.letter iframe').locator('h1').innerText(), 'Big')
    assert.equal(await page.locator('.letter iframe').getAttribute('sandbox'), '')
    await page.getByRole('tab', { name: 'Structure' }).click()
    assert.match(await page.locator('.mime').innerText(), /multipart\/\w+[\s\S]*text\/plain[\s\S]*text\/html/)
    await page.getByRole('tab', { name: 'Header fields' }).click()
    assert.match(await page.locator('.letter-headers').innerText(), /Received[\s\S]*Subject/)
    await page.getByRole('tab', { name: 'Source' }).click()
    assert.match(
      await page.locator('.letter-source').innerText(),
      /^Just text$[\s\S]*^Content-Type: text\/html$/m,
    )
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the source' }).click(),
    ])
    assert.match(readFileSync(await download.path(), 'latin1'), /^Subject: Hello <img/m)
    assert.equal(await page.locator('main img').count(), 0)
    assert.deepEqual(
      complaints.filter((complaint) => !complaint.includes('Blocked script execution')),
      [],
    )
  },
)

test('the zone shows the records that are served, and filters them', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/zone')
  await page.getByRole('gridcell', { name: '10 smtp.lab.test.' }).click()
  await page.getByText('lab.test. 300 IN MX 10 smtp.lab.test.').waitFor()
  assert.match(await page.getByLabel('Zone', { exact: true }).innerText(), /serial 7/)
  await page.getByLabel('Filter').fill('www')
  await page.getByText('1 record', { exact: true }).waitFor()
  assert.equal(await page.getByRole('grid', { name: 'Records' }).getByRole('row').count(), 2)
  await console.lab.stopService('dns')
  await page.getByText('It is stopped').waitFor()
})

test('the zone shows what is remembered of others, and for how long', { skip }, async () => {
  const files = {
    'far.db': '$ORIGIN far.test.\n$TTL 90\n@ IN SOA ns hostmaster 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.1\n',
  }
  await using far = await openLab('services: { dns: { zone: far.db } }', { files })
  const { port } = far.address('dns', 'dns')
  await using console = await openConsole(
    `services: { near: { kind: dns, forwarders: ['127.0.0.1:${port}'] }, other: { kind: dns, zone: far.db } }`,
    { files },
  )
  await dig(console, 'near', 'ns.far.test')
  await dig(console, 'near', 'nowhere.far.test')
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/zone/near')
  const cache = page.getByRole('grid', { name: 'Lookups remembered' })
  const row = cache.getByRole('row', { name: /^ns\.far\.test/ })
  await row.getByText(/^(?:1 min \d\d s|[78]\d s)$/).waitFor()
  assert.match(await row.innerText(), /192\.0\.2\.1/)
  await cache.getByText('NXDOMAIN').waitFor()
  console.lab.clock.advance(60_000)
  await row.getByText(/^[12]?\d s$/).waitFor()
  await page.getByLabel('Service').selectOption('other')
  await page.getByRole('grid', { name: 'Records' }).getByText('192.0.2.1').waitFor()
  assert.match(page.url(), /#\/zone\/other$/)
})

test('a service that cannot start says why, in the language of the page', { skip }, async () => {
  await using console = await openConsole('services: { http: {} }', { files: { 'www/index.html': '' } })
  const { host, port } = console.lab.address('http', 'http')
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/')
  await page.getByLabel('Language').selectOption('es')
  await page.getByRole('switch').click()
  await page.getByText('Detenido', { exact: true }).waitFor()
  await using holder = createServer().listen(port, host)
  await once(holder, 'listening')
  await page.getByRole('switch').click()
  await page
    .getByRole('alert')
    .getByText(/el puerto está ocupado/)
    .waitFor()
  assert.equal(await page.getByRole('switch').getAttribute('aria-checked'), 'false')
})

test('the log shows facts as they come, filtered, held back, and one in full', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page, complaints } = await look(browser, console, '/log?service=dns')
  const rows = page.getByRole('grid').getByRole('row', { name: /dns\.queried/ })
  await dig(console, 'dns', 'www.lab.test')
  await rows.first().waitFor()
  assert.equal(await page.getByRole('gridcell', { name: /^mail$/ }).count(), 0)
  await page.getByLabel('Text').fill('smtp.lab.test')
  await until(async () => (await rows.count()) === 0, 'no row')
  await dig(console, 'dns', 'smtp.lab.test')
  await until(async () => (await rows.count()) === 1, 'the row')
  await page.getByRole('button', { name: 'Pause' }).click()
  await dig(console, 'dns', 'smtp.lab.test')
  await page.getByText(/Paused; [1-9]/).waitFor()
  assert.equal(await rows.count(), 1)
  await page.getByRole('button', { name: 'Go on' }).click()
  await until(async () => (await rows.count()) === 2, 'the second row')
  await rows.first().click()
  assert.match(await page.getByRole('region', { name: /^Fact \d+/ }).innerText(), /"name": "smtp\.lab\.test"/)
  assert.match(page.url(), /#\/log\?service=dns&text=smtp\.lab\.test$/)
  assert.deepEqual(complaints, [])
})

test('facts that come too fast are counted, and the page keeps up', { skip }, async () => {
  await using console = await openScene()
  await using browser = await launchBrowser()
  const { page } = await look(browser, console, '/log')
  await page.getByRole('gridcell', { name: /^zone\.loaded/ }).waitFor()
  const { journal } = console.lab
  for (let count = 0; count < 4000; count += 1)
    journal.record('dns', { kind: 'dns.queried', data: { count } })
  await page.getByRole('gridcell', { name: /count=3999$/ }).waitFor()
  const told = await page.locator('.toolbar-end').innerText()
  const [, kept = '', dropped = ''] = /of ([\d,]+) facts\s+([\d,]+) dropped/.exec(told) ?? []
  const [shown, missed] = [kept, dropped].map((number) => Number(number.replaceAll(',', '')))
  assert.ok(missed !== undefined && missed > 0, told)
  assert.equal((shown ?? 0) + missed, journal.last)
  assert.ok((await page.getByRole('grid').getByRole('row').count()) < 100)
})
