import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodingWords } from '../../../lab/capture/decoding.ts'
import { openLab } from '../../lab.ts'

test('Wireshark is told of the ports that are not the standard ones', async () => {
  await using lab = await openLab('domain: lab.test\nservices:\n  dns: {}\n  mail: {}\n', { ports: 'any' })
  const words = decodingWords(lab.status(), lab.scenario)
  const port = (instance: string, endpoint: string): number => lab.address(instance, endpoint).port
  const { length } = words
  assert.deepEqual(
    words.filter((_, at) => at % 2 === 1),
    [
      `udp.port==${port('dns', 'dns')},dns`,
      `tcp.port==${port('dns', 'dns')},dns`,
      `tcp.port==${port('mail', 'smtp')},smtp`,
      `tcp.port==${port('mail', 'submission')},smtp`,
      `tcp.port==${port('mail', 'smtps')},tls`,
      `tls.port==${port('mail', 'smtps')},smtp`,
      `tcp.port==${port('mail', 'pop3')},pop`,
      `tcp.port==${port('mail', 'pop3s')},tls`,
      `tls.port==${port('mail', 'pop3s')},pop`,
    ],
  )
  assert.deepEqual(
    words.filter((_, at) => at % 2 === 0),
    Array.from({ length: length / 2 }, () => '-d'),
  )
  const standard = lab.status().map(({ addresses, ...rest }) => ({
    ...rest,
    addresses: addresses.map((each) => {
      const service = lab.scenario.instances.find(({ name }) => name === rest.name)?.service
      return {
        ...each,
        address: { host: '127.0.0.1', port: service?.endpoints[each.endpoint]?.standard ?? 0 },
      }
    }),
  }))
  assert.deepEqual(decodingWords(standard, lab.scenario), [])
})
