/** A zone that the student writes is served where the lab is started, and put in place by `lab reload`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run, startLab } from '../program.ts'

const zone = (serial: number): string => `$ORIGIN zona9721.org.
$TTL 1d
@ SOA dns hostmaster ( ${serial} 2h 30m 2w 10m )
@ NS dns
dns A 192.168.56.102
`

test('the zone in the folder of the student is served, and a wrong one told with its place', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  const loaded = async (): Promise<readonly [file: string, serial: number][]> => {
    const { out } = await run(['log', '--json', '--kind', 'zone.loaded'], at)
    const facts = out.trim().split('\n')
    return facts.map((line) => JSON.parse(line).data).map(({ zone: name, serial }) => [name, serial])
  }
  writeFiles(folder.path, { 'zone.db': zone(41) })
  await using lab = await startLab(['-s', 'dns-zone', '--ports', 'any', '--no-console'], at)
  assert.deepEqual(await loaded(), [
    ['zona9721.org', 41],
    ['56.168.192.in-addr.arpa', 1],
  ])
  writeFiles(folder.path, { 'zone.db': zone(42).replace('.102', '.1024') })
  const wrong = await run(['reload'], at)
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /^zone\.db:5:7: "192\.168\.56\.1024" is not an IPv4 address/)
  writeFiles(folder.path, { 'zone.db': zone(42) })
  assert.equal((await run(['reload'], at)).code, 0)
  assert.deepEqual((await loaded()).at(-2), ['zona9721.org', 42])
  assert.equal((await run(['stop'], at)).code, 0)
  assert.equal((await lab.finished).code, 0)
})
