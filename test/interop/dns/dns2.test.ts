import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TCPClient, UDPClient, type DnsResolver, type Resource } from 'dns2'
import { openForAllTests } from '../../conformance/dns/subject.ts'

const subject = openForAllTests()

/** The package's clients are its independent reading of what the service sends. */
function clients(): readonly [string, DnsResolver][] {
  const { host: dns, port } = subject.address
  return [
    ['UDP', UDPClient({ dns, port })],
    ['TCP', TCPClient({ dns, port })],
  ]
}

async function resolve(name: string, type: string): Promise<readonly (readonly Resource[])[]> {
  return Promise.all(
    clients().map(async ([, client]) => (await client(`${name}.conformance.test`, type)).answers),
  )
}

test('dns2 reads addresses', async () => {
  for (const answers of await resolve('www', 'A')) {
    assert.deepEqual(
      answers.map(({ name, ttl, address }) => [name, ttl, address]),
      [['www.conformance.test', 3600, '192.0.2.4']],
    )
  }
  for (const answers of await resolve('dns', 'AAAA'))
    assert.match(answers[0]?.address ?? '', /^2001:db8:.*1$/)
})

test('dns2 reads aliases and what they lead to', async () => {
  for (const answers of await resolve('alias', 'A')) {
    assert.deepEqual(
      answers.map(({ type }) => type),
      [5, 1],
    )
    assert.equal(answers[0]?.domain, 'www.conformance.test')
    assert.equal(answers[1]?.address, '192.0.2.4')
  }
})

test('dns2 reads compressed names in MX, plain ones in SRV, and TXT', async () => {
  const { host: dns, port } = subject.address
  for (const client of [UDPClient({ dns, port }), TCPClient({ dns, port })]) {
    const { answers } = await client('conformance.test', 'MX')
    assert.deepEqual(
      answers.map(({ exchange, priority }) => [priority, exchange]),
      [
        [10, 'mail.conformance.test'],
        [20, 'mail2.conformance.test'],
      ],
    )
  }
  for (const answers of await resolve('_sip._tcp', 'SRV'))
    assert.equal(answers[0]?.['target' as keyof Resource], 'mail.conformance.test')
  for (const answers of await resolve('text', 'TXT'))
    assert.match(String(answers[0]?.data), /one.*two; three/)
})

test('dns2 reads the header of a name error', async () => {
  for (const [transport, client] of clients()) {
    const { header, authorities } = await client('nothing.conformance.test', 'A')
    assert.deepEqual(
      [header.rcode, header.aa, authorities[0]?.primary],
      [3, 1, 'dns.conformance.test'],
      transport,
    )
  }
})
