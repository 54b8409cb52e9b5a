/** The secure site as Chromium shows it: with a root that it trusts, and with a client's certificate. */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { exportPkcs12 } from '../../../certs/pkcs12.ts'
import { launchBrowser } from '../../browser.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { authorityIn, domain } from './forge.ts'

const skip = missing('chromium')
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const files = {
  'www/index.html': '<!doctype html><title>Start</title><img src="dot.png" alt="dot">',
  'www/dot.png': Buffer.from(PIXEL, 'base64'),
}

/** Chromium, to which the site's name leads to this machine. */
function launch(...more: readonly string[]): Promise<Browser> {
  return launchBrowser(`--host-resolver-rules=MAP www.${domain} 127.0.0.1`, ...more)
}

function openSite(client: string): Promise<TestLab> {
  const options = `client: ${client}, clientPaths: [/private/], cookie: false, favicon: builtin`
  return openLab(`domain: ${domain}\nservices:\n  https: { ${options} }\n`, {
    files: { ...files, 'www/private/index.html': 'private' },
  })
}

const siteOf = (lab: TestLab): string => `https://www.${domain}:${lab.address('https', 'https').port}`

/** A page, and all that it complains of. */
async function openPage(browser: Browser, options: BrowserContextOptions): Promise<[Page, string[]]> {
  const page = await (await browser.newContext(options)).newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() !== 'log' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`))
  return [page, complaints]
}

test('who trusts the root sees the page, its picture and no warning', { skip }, async () => {
  await using lab = await openSite('off')
  // Without certutil nothing can be entered into the database of its roots; the server's own key, which the root has certified, stands for that.
  const certs = authorityIn(join(lab.stateFolder, 'certs'))
  const server = (await certs.list()).at(-1)
  const { certificate } = (await certs.read(server?.serial ?? '')) ?? assert.fail('no certificate')
  const { publicKey } = new X509Certificate(certificate)
  const octets = publicKey.export({ type: 'spki', format: 'der' })
  const known = createHash('sha256').update(octets).digest('base64')
  for (const trusts of [true, false]) {
    await using browser = await launch(...(trusts ? [`--ignore-certificate-errors-spki-list=${known}`] : []))
    const [page, complaints] = await openPage(browser, { locale: 'es' })
    if (!trusts) {
      await assert.rejects(page.goto(siteOf(lab)), /ERR_CERT_AUTHORITY_INVALID/)
      continue
    }
    await page.goto(siteOf(lab))
    assert.equal(await page.title(), 'Start')
    assert.equal(await page.evaluate('document.images[0].naturalWidth'), 1)
    await page.goto(`${siteOf(lab)}/identity`)
    assert.match(await page.innerText('body'), /Quién eres[^]*TLSv1\.3[^]*http\/1\.1/)
    assert.deepEqual(complaints, [])
  }
})

for (const form of ['PEM', 'PKCS #12'] as const)
  test(`a client's certificate in ${form} opens what is closed without it`, { skip }, async () => {
    await using lab = await openSite('required')
    const certs = authorityIn(join(lab.stateFolder, 'certs'))
    const made = await certs.issueNew({ names: ['nombre1_9721'], purpose: 'client' })
    const { key, chain } = made
    const passphrase = 'secret'
    const wrapped = { name: 'nombre1', encryption: 'modern' } as const
    const shown =
      form === 'PEM'
        ? { cert: Buffer.from(chain), key: Buffer.from(key) }
        : {
            pfx: await exportPkcs12({ ...made, ...wrapped, chain: [chain], password: passphrase }),
            passphrase,
          }
    await using browser = await launch()
    const { host, port } = lab.address('https', 'https')
    const site = `https://${host}:${port}`
    // Playwright speaks TLS in Chromium's place where it has a certificate to show.
    const [page, complaints] = await openPage(browser, {
      locale: 'en',
      ignoreHTTPSErrors: true,
      clientCertificates: [{ origin: site, ...shown }],
    })
    for (const path of ['/', '/private/']) assert.equal((await page.goto(site + path))?.status(), 200)
    await page.goto(`${site}/identity`)
    assert.match(await page.innerText('body'), /proves that you are nombre1_9721/)
    assert.deepEqual(complaints, [])
    const [bare] = await openPage(browser, { ignoreHTTPSErrors: true })
    await assert.rejects(bare.goto(site), /ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_CONNECTION|ERR_SSL/)
  })

test(
  'where it is optional the identity page says that none was shown, and fits a phone',
  { skip },
  async () => {
    await using lab = await openSite('optional')
    await using browser = await launch()
    for (const locale of ['en', 'es'])
      for (const colorScheme of ['light', 'dark'] as const)
        for (const width of [320, 1280]) {
          const viewport = { width, height: 800 }
          const options = { ignoreHTTPSErrors: true, locale, colorScheme, viewport }
          const [page, complaints] = await openPage(browser, options)
          await page.goto(`${siteOf(lab)}/identity`)
          assert.equal(await page.getAttribute('html', 'lang'), locale)
          assert.match(
            await page.innerText('p.bad'),
            locale === 'en' ? /has shown no certificate/ : /no ha mostrado ning/,
          )
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
          assert.deepEqual(complaints, [])
          const folder = process.env['TELELAB_SCREENSHOTS']
          if (folder !== undefined)
            await page.screenshot({ path: join(folder, `identity-${locale}-${colorScheme}-${width}.png`) })
          const refused = await page.goto(`${siteOf(lab)}/private/`)
          assert.equal(refused?.status(), 403)
          await page.context().close()
        }
  },
)
