import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { BusyError } from '../../../lab/kit/busy.ts'
import { openSasl, type SaslAccounts, type SaslExchange, type SaslStep } from '../../../lab/kit/sasl.ts'
import { Decoys } from '../../../lab/kit/sasl/decoys.ts'
import { deriveScram } from '../../../lab/world/password.ts'

const random = { bytes: (count: number) => randomBytes(count) }
const decoys = new Decoys(random, 4096)
const salts = { sha1: 'QSXCR+Q6sek8bf92', sha256: 'W22ZaJ0SNY7soEsUEjb6gQ==' }

const accounts: SaslAccounts = {
  verify: async (name, password) => {
    if (name === 'busy') throw new BusyError('too many wait')
    if (name === 'broken') throw new Error('a bug')
    return name === 'user' && password === 'pencil'
  },
  salt: (name, hash) =>
    name === 'user' ? { salt: Buffer.from(salts[hash], 'base64'), iterations: 4096 } : decoys.of(name, hash),
  scram: async (name, hash, isRight) => {
    if (name === 'busy') throw new BusyError('too many wait')
    if (name === 'broken') throw new Error('a bug')
    if (name !== 'user') return undefined
    const secret = await deriveScram('pencil', hash, Buffer.from(salts[hash], 'base64'), 4096)
    return isRight(secret) ? secret : undefined
  },
}

function open(mechanism: string, bytes = random.bytes): SaslExchange {
  const exchange = openSasl(mechanism, accounts, { bytes })
  assert.ok(exchange)
  return exchange
}

const step = (exchange: SaslExchange, text: string | undefined): Promise<SaslStep> =>
  exchange.step(text === undefined ? undefined : Buffer.from(text))

async function challenge(exchange: SaslExchange, text: string | undefined): Promise<string> {
  const answer = await step(exchange, text)
  assert.equal(answer.kind, 'challenge')
  return answer.kind === 'challenge' ? answer.octets.toString() : ''
}

const malformed = { kind: 'failed', why: 'malformed' }
const rejected = (name = 'user'): SaslStep => ({ kind: 'failed', why: 'rejected', name })
const done = { kind: 'done', name: 'user' }

describe('PLAIN (RFC 4616)', () => {
  for (const [title, response, outcome] of [
    ['takes name and password', '\0user\0pencil', done],
    ['takes the own name as whom to act as', 'user\0user\0pencil', done],
    ['refuses to act for another', 'other\0user\0pencil', rejected()],
    ['refuses a wrong password', '\0user\0pen', rejected()],
    ['refuses an unknown name', '\0nobody\0pencil', rejected('nobody')],
    ['tells that too many wait', '\0busy\0x', { kind: 'failed', why: 'busy', name: 'busy' }],
    ['wants a name', '\0\0pencil', malformed],
    ['wants a password', '\0user\0', malformed],
    ['wants two NULs', 'user\0pencil', malformed],
    ['takes no third NUL', '\0user\0pencil\0', malformed],
    ['takes no control characters in a name', '\0us\ner\0pencil', malformed],
    ['takes 4096 octets at most', `\0user\0${'x'.repeat(4096)}`, malformed],
  ] as const) {
    test(title, async () => assert.deepEqual(await step(open('plain'), response), outcome))
  }

  test('asks with an empty challenge, once', async () => {
    const exchange = open('PLAIN')
    assert.equal(await challenge(exchange, undefined), '')
    assert.deepEqual(await step(exchange, '\0user\0pencil'), done)
    assert.deepEqual(await step(exchange, '\0user\0pencil'), malformed)
  })

  test('takes UTF-8 alone', async () => {
    assert.deepEqual(await open('PLAIN').step(Buffer.from('\0us\xe9r\0pencil', 'latin1')), malformed)
  })
})

describe('LOGIN', () => {
  test('asks for name and password', async () => {
    const exchange = open('LOGIN')
    assert.equal(await challenge(exchange, undefined), 'Username:')
    assert.equal(await challenge(exchange, 'user'), 'Password:')
    assert.deepEqual(await step(exchange, 'pencil'), done)
  })

  test('takes the name with the command', async () => {
    const exchange = open('LOGIN')
    assert.equal(await challenge(exchange, 'user'), 'Password:')
    assert.deepEqual(await step(exchange, 'pen'), rejected())
    assert.deepEqual(await step(exchange, 'pencil'), malformed)
  })
})

describe('SCRAM', () => {
  const vectors = [
    {
      section: 'SCRAM-SHA-1 (RFC 5802 §5)',
      mechanism: 'SCRAM-SHA-1',
      first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      nonce: '3rfcNHYJY1ZVvWVs7j',
      serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    },
    {
      section: 'SCRAM-SHA-256 (RFC 7677 §3)',
      mechanism: 'SCRAM-SHA-256',
      first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
      serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      final:
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    },
  ] as const

  /** Chance whose base64 is the nonce of the RFC, which has characters that base64 has not. */
  const fixed = (nonce: string) => () => {
    const octets = Buffer.alloc(18)
    octets.toString = () => nonce
    return octets
  }

  for (const { section, mechanism, first, nonce, serverFirst, final, serverFinal } of vectors) {
    test(`${section}: the RFC’s own exchange`, async () => {
      const exchange = open(mechanism, fixed(nonce))
      assert.equal(await challenge(exchange, first), serverFirst)
      assert.equal(await challenge(exchange, final), serverFinal)
      assert.deepEqual(await step(exchange, ''), done)
      assert.deepEqual(await step(exchange, ''), malformed)
    })

    test(`${section}: a proof with one bit wrong is rejected`, async () => {
      const exchange = open(mechanism, fixed(nonce))
      await challenge(exchange, first)
      const other = final.replace(/p=./, (proof) => (proof === 'p=v' ? 'p=w' : 'p=e'))
      assert.deepEqual(await step(exchange, other), rejected())
    })

    for (const [title, changed] of [
      ['another header', final.replace('biws', 'eSws')],
      ['another nonce', final.replace(',r=', ',r=x')],
      ['no proof', final.replace(/,p=.*/, '')],
      ['a short proof', final.replace(/,p=.*/, ',p=AAAA')],
      ['a proof in wrong base64', final.replace(/,p=/, ',p=*')],
    ] as const) {
      test(`${section}: ${title} is malformed`, async () => {
        const exchange = open(mechanism, fixed(nonce))
        await challenge(exchange, first)
        assert.deepEqual(await step(exchange, changed), malformed)
      })
    }
  }

  test('takes y, as of a client that could bind', async () => {
    assert.match(await challenge(open('SCRAM-SHA-256'), 'y,,n=user,r=abc'), /^r=abc.{24},s=/)
  })

  for (const first of [
    'p=tls-unique,,n=user,r=abc',
    'n,n=user,r=abc',
    'n,,m=1,n=user,r=abc',
    'n,,n=us=er,r=abc',
    'n,,n=,r=abc',
    'n,,n=user,r=',
    'n,,n=user,r=a,b',
    'n,,r=abc,n=user',
    '',
  ]) {
    test(`does not take ${JSON.stringify(first)}`, async () =>
      assert.deepEqual(await step(open('SCRAM-SHA-256'), first), malformed))
  }

  test('does not act for another', async () => {
    assert.deepEqual(await step(open('SCRAM-SHA-1'), 'n,a=other,n=user,r=abc'), rejected())
    assert.match(await challenge(open('SCRAM-SHA-1'), 'n,a=user,n=user,r=abc'), /^r=abc/)
  })

  test('undoes what stands for comma and equals sign', async () => {
    assert.deepEqual(await step(open('SCRAM-SHA-1'), 'n,a=x,n=a=2Cb=3Dc,r=abc'), rejected('a,b=c'))
  })

  test('shows for an unknown name a salt that stays and is of the usual length', async () => {
    const saltOf = async (name: string): Promise<string> => {
      const [, salt = ''] =
        /,s=(.*?),i=4096$/.exec(await challenge(open('SCRAM-SHA-256'), `n,,n=${name},r=a`)) ?? []
      return salt
    }
    assert.equal(await saltOf('nobody'), await saltOf('nobody'))
    assert.notEqual(await saltOf('nobody'), await saltOf('no-one'))
    assert.equal(Buffer.from(await saltOf('nobody'), 'base64').length, 16)
  })

  /** What a proof of nothing comes to. */
  const prove = async (name: string): Promise<SaslStep> => {
    const exchange = open('SCRAM-SHA-256')
    const [, nonce = ''] = /r=(.*?),/.exec(await challenge(exchange, `n,,n=${name},r=abc`)) ?? []
    return step(exchange, `c=biws,r=${nonce},p=${Buffer.alloc(32).toString('base64')}`)
  }

  test('rejects an unknown name at its proof, not before', async () =>
    assert.deepEqual(await prove('nobody'), rejected('nobody')))

  test('tells that too many wait', async () =>
    assert.deepEqual(await prove('busy'), { kind: 'failed', why: 'busy', name: 'busy' }))

  test('tells of a bug of the accounts', () => assert.rejects(prove('broken'), /a bug/))
})

test('a bug of the accounts is told as one', () =>
  assert.rejects(step(open('PLAIN'), '\0broken\0x'), /a bug/))

test('random octets end each mechanism, and none throws', async () => {
  for (let round = 0; round < 2000; round += 1) {
    for (const mechanism of ['PLAIN', 'LOGIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256']) {
      const exchange = open(mechanism)
      for (let turn = 0; turn < 3; turn += 1)
        assert.notEqual((await exchange.step(randomBytes(turn + (round % 40)))).kind, 'done')
    }
  }
})

test('there is no other mechanism', () => {
  for (const name of ['', 'ANONYMOUS', 'SCRAM-SHA-256-PLUS', '__proto__'])
    assert.equal(openSasl(name, accounts, random), undefined)
})
