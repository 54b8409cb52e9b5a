import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { CertificateRequest } from '../../../lab/service.ts'
import { RequestError, requestSubject } from '../../../certs/scope.ts'

const scope = { domain: 'sstt9721.org', addresses: ['192.168.56.102', '2001:db8::1', 'not an address'] }

function ask(request: Partial<CertificateRequest>) {
  return requestSubject({ names: [], purpose: 'server', ...request }, scope)
}

test('names of the domain and localhost are taken, in lower case and once', () => {
  const subject = ask({
    names: ['WWW.sstt9721.org.', 'www.sstt9721.org', '*.sstt9721.org', 'sstt9721.org', 'localhost'],
  })
  assert.equal(subject.commonName, 'www.sstt9721.org')
  assert.deepEqual(subject.dnsNames, ['www.sstt9721.org', '*.sstt9721.org', 'sstt9721.org', 'localhost'])
  assert.deepEqual(ask({ names: ['\u00F1.sstt9721.org'] }).dnsNames, ['xn--ida.sstt9721.org'])
})

test('addresses of the loopback and of the lab are taken', () => {
  const addresses = ['127.0.0.1', '127.255.0.9', '::1', '192.168.56.102', '2001:db8::1']
  assert.equal(ask({ addresses }).addresses.length, addresses.length)
  assert.equal(ask({ addresses }).commonName, undefined)
})

test('a client may be an account, by its name or address', () => {
  const subject = ask({
    names: ['nombre1_9721', 'nombre2_9721@sstt9721.org', 'pc.sstt9721.org'],
    purpose: 'client',
  })
  assert.deepEqual(subject, {
    commonName: 'nombre1_9721',
    dnsNames: ['pc.sstt9721.org'],
    mailboxes: ['nombre1_9721@sstt9721.org', 'nombre2_9721@sstt9721.org'],
    addresses: [],
  })
})

test('a common name that is too long is left out', () => {
  const name = `${'a'.repeat(60)}.sstt9721.org`
  assert.deepEqual([ask({ names: [name] }).commonName, ask({ names: [name] }).dnsNames], [undefined, [name]])
})

const refused: Readonly<Record<string, Partial<CertificateRequest>>> = {
  'nothing to certify': {},
  'another domain': { names: ['www.example.com'] },
  'a domain that only ends alike': { names: ['evilsstt9721.org'] },
  'the domain as a prefix': { names: ['sstt9721.org.example.com'] },
  'a wildcard of another domain': { names: ['*.org'] },
  'a wildcard in the middle': { names: ['www.*.sstt9721.org'] },
  'a wildcard alone': { names: ['*'] },
  'an account as a server': { names: ['nombre1_9721'] },
  'an address as a name': { names: ['127.0.0.1'] },
  'a name with NUL': { names: ['www.sstt9721.org\0.example.com'] },
  'a name with a space': { names: ['www .sstt9721.org'] },
  'an empty name': { names: [''] },
  'an empty label': { names: ['a..sstt9721.org'] },
  'a long label': { names: [`${'a'.repeat(64)}.sstt9721.org`] },
  'a long name': { names: [`${'a.'.repeat(130)}sstt9721.org`] },
  'a mailbox of another domain': { names: ['a@example.com'], purpose: 'client' },
  'a mailbox with two at signs': { names: ['a@b@sstt9721.org'], purpose: 'client' },
  'a mailbox of nobody': { names: ['@sstt9721.org'], purpose: 'client' },
  'an address of others': { addresses: ['192.168.56.1'] },
  'an IPv6 address of others': { addresses: ['::2'] },
  'no address': { addresses: ['localhost'] },
  'too many names': { names: Array.from({ length: 101 }, (_, place) => `n${place}.sstt9721.org`) },
}

test('what the authority could not vouch for is refused', () => {
  for (const [name, request] of Object.entries(refused)) assert.throws(() => ask(request), RequestError, name)
})

test('any text as a name is refused or lies in the scope', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }).map((start) => `${start}.sstt9721.org`),
    fc.domain(),
    fc.emailAddress(),
  )
  fc.assert(
    fc.property(text, fc.constantFrom('server', 'client', 'peer'), (name, purpose) => {
      try {
        const { dnsNames, mailboxes } = ask({ names: [name], purpose })
        for (const dns of dnsNames) assert.match(dns, /^[a-z0-9_*.-]*(?:sstt9721\.org|localhost)$/)
        for (const mailbox of mailboxes) assert.match(mailbox, /^[A-Za-z0-9._-]+@sstt9721\.org$/)
      } catch (error) {
        assert.ok(error instanceof RequestError, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
