/** A browser finds the lab's web server by its name, through a resolv.conf that names the lab. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launcher } from '../../program.ts'
import { missingNamespace, Namespace } from './namespace.ts'

const skip = missingNamespace('chromium')

// Inside the namespace the browser can make no sandbox, and small containers give little shared memory.
const OPTIONS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--dump-dom']

let namespace: Namespace
before(async () => {
  if (skip === false) namespace = await Namespace.open('--student', '9721')
})
after(() => namespace?.[Symbol.asyncDispose]())

/** What was asked of the lab's DNS so far, each as `name type`. */
async function asked(): Promise<readonly string[]> {
  const words = [launcher, 'log', '--state', namespace.state, '--kind', 'dns.queried', '--json'] as const
  const { out, err } = await namespace.run(process.execPath, ...words)
  assert.equal(err, '')
  return out
    .trim()
    .split('\n')
    .map((line) => {
      const { data }: { readonly data: { readonly name: string; readonly type: string } } = JSON.parse(line)
      return `${data.name} ${data.type}`
    })
}

test('Chromium opens the page of the domain by its name', { skip }, async () => {
  const { out, err } = await namespace.run('chromium', ...OPTIONS, 'http://www.sstt9721.org/')
  assert.match(out, /<title>SSTT/, err)
  assert.ok((await asked()).includes('www.sstt9721.org A'))
})

test('Chromium tells a name that does not exist', { skip }, async () => {
  const { out, err } = await namespace.run('chromium', ...OPTIONS, 'http://nothing.sstt9721.org/')
  assert.equal(out, '')
  assert.match(err, /ERR_NAME_NOT_RESOLVED/)
  assert.ok((await asked()).includes('nothing.sstt9721.org A'))
})
