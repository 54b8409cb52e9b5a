import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createAuthority } from '../../../certs/authority.ts'
import { temporaryFolder } from '../../lab.ts'
import { missing } from '../../tool.ts'

test(
  'a list that openssl ca signs with the configuration names its key and has a number',
  { skip: missing('openssl') },
  async () => {
    using folder = temporaryFolder()
    const authority = createAuthority({
      folder: folder.path,
      domain: 'sstt9721.org',
      addresses: [],
      clock: Date,
      random: { bytes: (count) => randomBytes(count) },
    })
    await authority.crl()
    const run = (...words: readonly string[]): string =>
      execFileSync('openssl', words, {
        cwd: folder.path,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    run('ca', '-config', 'openssl.cnf', '-gencrl', '-out', 'list.pem')
    const text = run('crl', '-in', 'list.pem', '-noout', '-text')
    // RFC 5280 §5.2.1 and §5.2.3
    assert.match(text, /Authority Key Identifier/)
    assert.match(text, /CRL Number:\s+2\s/)
  },
)
