/** What nginx and Apache do with each malformed request, beside us: every difference is listed with its reason. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { malformed } from '../../conformance/http/malformed.ts'
import { observe, tellingPages } from '../../conformance/http/outcome.ts'
import { pipelined } from '../../conformance/http/pipelined.ts'
import { site } from '../../conformance/http/subject.ts'
import { openLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { apacheFraming } from './deviations/apache-framing.ts'
import { apacheMessage } from './deviations/apache-message.ts'
import { judge } from './deviations/deviation.ts'
import { nginxFraming } from './deviations/nginx-framing.ts'
import { nginxMessage } from './deviations/nginx-message.ts'
import { afterRequest } from './deviations/pipelined.ts'
import { openPeer, peerCommands } from './peer.ts'

const files = { ...site, ...tellingPages }

test(
  'nginx and Apache do the same with malformed requests as we, but for what is listed',
  { skip: missing(...Object.values(peerCommands)) },
  async (t) => {
    await using lab = await openLab('services: { http: {} }', { files })
    await using nginx = await openPeer('nginx', { files })
    await using apache = await openPeer('apache', { files })
    const cases = [...malformed.map(([, raw, title]) => [title, raw] as const), ...pipelined]
    const outcomes = [lab.address('http', 'http'), nginx.address, apache.address].map((address) => ({
      address,
      seen: new Map<string, string>(),
    }))
    for (const [title, raw] of cases) {
      await Promise.all(
        outcomes.map(async ({ address, seen }) => seen.set(title, await observe(address, raw))),
      )
    }
    const [ours = new Map<string, string>(), byNginx = ours, byApache = ours] = outcomes.map(
      ({ seen }) => seen,
    )
    assert.equal(ours.size, cases.length, 'each has a title of its own')
    for (const [title, , expected] of pipelined) assert.equal(ours.get(title), expected, title)
    assert.deepEqual(
      judge([...nginxMessage, ...nginxFraming, ...afterRequest.nginx], ours, byNginx),
      [],
      'nginx',
    )
    assert.deepEqual(
      judge([...apacheMessage, ...apacheFraming, ...afterRequest.apache], ours, byApache),
      [],
      'Apache',
    )
    assert.ok(cases.length > 500, `${cases.length} requests`)
    t.diagnostic(`${cases.length} requests, compared with nginx and Apache`)
  },
)
