/** What a page of another origin can do to the console in a real browser, even if it knows the whole address: nothing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { test } from 'node:test'
import { launchBrowser } from '../browser.ts'
import { openConsole, type TestConsole } from '../console.ts'
import { missing } from '../tool.ts'

const skip = missing('chromium')

const scenario = 'services: { dns: {} }\n'

/** A name of somebody else's leads to this machine, as a name server may say at any moment. */
const REBOUND = '--host-resolver-rules=MAP *.evil.test 127.0.0.1'

/** A web server of another origin with an empty page. */
async function openOther(): Promise<{ server: Server; port: number } & AsyncDisposable> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>other</title><body></body>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    server,
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Reads in every way that a page has, with what came of each: the text, if it may have it, else `failed`. */
const readings = (base: string): string => `(async () => {
  const address = ${JSON.stringify(base)}
  const { origin, pathname } = new URL(address)
  const tried = (run) => run().catch(() => 'failed')
  const text = (path, more) => tried(async () => {
    const answer = await fetch(path, more)
    return answer.type + ' ' + await answer.text()
  })
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }
  const bearer = { headers: { Authorization: 'Bearer ' + pathname.slice(1) } }
  const loaded = (tag, attributes) => new Promise((resolve) => {
    const element = Object.assign(document.createElement(tag), attributes)
    element.addEventListener('load', () => resolve('loaded'))
    element.addEventListener('error', () => resolve('failed'))
    document.body.append(element)
  })
  return {
    page: await text(address + '/'),
    json: await text(address + '/api/overview', json),
    credentials: await text(address + '/api/overview', { ...json, credentials: 'include' }),
    opaque: await text(address + '/openapi.json', { mode: 'no-cors' }),
    bearer: await text(origin + '/openapi.json', bearer),
    script: await loaded('script', { src: address + '/assets/app.ts' }),
    module: await loaded('script', { type: 'module', src: address + '/assets/app.ts' }),
    style: await loaded('link', { rel: 'stylesheet', href: address + '/assets/style.css' }),
    image: await loaded('img', { src: address + '/assets/icon.svg' }),
    events: await new Promise((resolve) => {
      const source = new EventSource(address + '/api/stream/log')
      source.addEventListener('message', ({ data }) => resolve(data))
      source.addEventListener('error', () => resolve('failed'))
    }),
  }
})()`

/** Tries to change something in each way that needs nobody's leave. */
const changes = (base: string): string => `(async () => {
  const address = ${JSON.stringify(base)} + '/api/faults.add'
  const body = '{"at":"dns.answer","drop":true}'
  const post = (mode, type) =>
    fetch(address, { method: 'POST', mode, headers: { 'Content-Type': type }, body }).catch(() => undefined)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
    await post('no-cors', type)
    await post('cors', type)
  }
  navigator.sendBeacon(address, new Blob([body], { type: 'text/plain' }))
  const frame = Object.assign(document.createElement('iframe'), { name: 'target' })
  const form = document.createElement('form')
  Object.assign(form, { method: 'post', enctype: 'text/plain', target: 'target', action: address })
  // The whole body of the form is JSON.
  const name = body.slice(0, -1) + ',"match":{"x":"'
  form.append(Object.assign(document.createElement('input'), { name, value: '"}}' }))
  document.body.append(frame, form)
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  form.submit()
  await loaded
})()`

/** A frame in the page. */
const framing = (address: string, sandbox?: string): string => `{
  const frame = document.createElement('iframe')
  ${sandbox === undefined ? '' : `frame.setAttribute('sandbox', ${JSON.stringify(sandbox)})`}
  frame.src = ${JSON.stringify(address)}
  document.body.append(frame)
}`

/** The status of a question to the lab. */
const asking = (path: string): string => `fetch(${JSON.stringify(path)}, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}',
}).then(({ status }) => status, () => 'kept from it')`

async function assertUnchanged({ lab, console: { port } }: TestConsole): Promise<void> {
  assert.deepEqual(lab.faults.list(), [])
  assert.ok(port > 0)
}

test('a page of another origin neither reads nor changes anything', { skip }, async () => {
  await using console = await openConsole(scenario)
  await using other = await openOther()
  await using browser = await launchBrowser(REBOUND)
  for (const origin of [
    `http://www.evil.test:${other.port}`,
    `http://127.0.0.1:${other.port}`,
    `http://localhost:${other.port}`,
  ]) {
    const page = await browser.newPage()
    await page.goto(`${origin}/`)
    const read = await page.evaluate(readings(console.base))
    assert.deepEqual(read, {
      page: 'failed',
      json: 'failed',
      credentials: 'failed',
      opaque: 'failed',
      bearer: 'failed',
      script: 'failed',
      module: 'failed',
      style: 'failed',
      image: 'failed',
      events: 'failed',
    })
    await page.evaluate(changes(console.base))
    await assertUnchanged(console)
    await page.close()
  }
})

test(
  'a frame of another origin stays empty, and a window of it tells its opener nothing',
  { skip },
  async () => {
    await using console = await openConsole(scenario)
    await using other = await openOther()
    await using browser = await launchBrowser(REBOUND)
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${other.port}/`)
    await page.evaluate(framing(`${console.base}/`))
    await page.waitForTimeout(300)
    assert.deepEqual(
      page
        .frames()
        .slice(1)
        .map((frame) => frame.url()),
      ['chrome-error://chromewebdata/'],
    )
    const opened = page.waitForEvent('popup')
    const seen: unknown = await page.evaluate(`new Promise((resolve) => {
      const popup = window.open(${JSON.stringify(`${console.base}/`)})
      setTimeout(() => {
        try { resolve(popup === null || popup.closed ? 'none' : popup.document.title) } catch { resolve('forbidden') }
      }, 500)
    })`)
    assert.ok(seen === 'none' || seen === 'forbidden', String(seen))
    await (await opened).close()
  },
)

test('a name that leads here (DNS rebinding) finds nobody, with the token or without', { skip }, async () => {
  await using console = await openConsole(scenario)
  await using browser = await launchBrowser(REBOUND)
  const page = await browser.newPage()
  const { port } = console.console
  for (const path of ['/', `/${console.token}/`, `/${console.token}/openapi.json`]) {
    const answer = await page.goto(`http://rebound.evil.test:${port}${path}`)
    assert.equal(answer?.status(), 403)
    assert.equal(await answer.text(), 'Forbidden\n')
  }
  // The page is of that origin now, and so are its requests.
  const status: unknown = await page.evaluate(asking(`/${console.token}/api/overview`))
  assert.ok(status === 403 || status === 'kept from it', String(status))
  await assertUnchanged(console)
})

test('our own page reads and changes, and HTML mail in its frame can do nothing', { skip }, async () => {
  await using console = await openConsole(
    'domain: lab.test\naccounts: [{ name: ana }]\nservices: { dns: {} }\n',
  )
  const html = `<p id="shown">shown</p><script>parent.hurt = 1; fetch('${console.base}/api/faults.add', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"at":"dns.answer","drop":true}' })</script><img src="${console.base}/openapi.json" onerror="parent.hurt = 2"><form action="${console.base}/api/faults.add" method="post"></form><meta http-equiv="refresh" content="0; url=http://www.evil.test/">`
  const id = await console.lab.world.mail
    .mailbox('ana')
    ?.deliver(Buffer.from(`Content-Type: text/html\n\n${html}\n`))
  await using browser = await launchBrowser(REBOUND)
  const page = await browser.newPage()
  const asked: string[] = []
  // What the rules of the frame hold back has no answer.
  page.on('response', (response) => asked.push(response.url()))
  await page.goto(console.console.url)
  const status: unknown = await page.evaluate(asking('api/overview'))
  assert.equal(status, 200)
  const before = asked.length
  await page.evaluate(framing(`mail/ana/${id}/html`, ''))
  await page.waitForTimeout(500)
  const shown = page.frames().find((frame) => frame.url().includes('/mail/'))
  assert.match((await shown?.content()) ?? '', /id="shown"/)
  assert.equal(await page.evaluate('globalThis.hurt'), undefined)
  assert.deepEqual(
    asked.slice(before).filter((url) => /evil|openapi\.json|faults\.add/.test(url)),
    [],
  )
  await assertUnchanged(console)
})
