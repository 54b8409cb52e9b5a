import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { createSecureContext, TLSSocket } from 'node:tls'
import { CheckFailure, type CheckTarget, type DialogueOptions } from '../../../lab/check.ts'
import { createContext, type Context } from '../../../lab/grading/context.ts'
import { labAuthority } from '../../authority.ts'
import { temporaryFolder } from '../../lab.ts'

interface Place extends AsyncDisposable {
  readonly context: Context
  open(options?: DialogueOptions): ReturnType<Context['open']>
}

async function serve(run: (socket: Socket) => void, more: Partial<CheckTarget> = {}): Promise<Place> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    run(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const target = {
    endpoints: { main: { host: '127.0.0.1', port } },
    domain: 'lab.test',
    accounts: [{ name: 'alice', password: 'alice' }],
    ...more,
  }
  const context = createContext(target, { seed: 'test', signal: new AbortController().signal })
  return {
    context,
    open: (options) => context.open('main', { patience: 200, ...options }),
    async [Symbol.asyncDispose]() {
      await context[Symbol.asyncDispose]()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function failureOf(run: () => Promise<unknown>): Promise<CheckFailure> {
  try {
    await run()
  } catch (error) {
    if (error instanceof CheckFailure) return error
    throw error
  }
  return assert.fail('it did not fail')
}

await test('lines come without their ends, which are told', async () => {
  await using place = await serve((socket) => socket.write('one\r\ntwo\nth'))
  const dialogue = await place.open()
  assert.equal(await dialogue.line(), 'one')
  assert.equal(dialogue.ending, '\r\n')
  assert.equal(await dialogue.line(), 'two')
  assert.equal(dialogue.ending, '\n')
  assert.deepEqual(await dialogue.octets(2), Buffer.from('th'))
})

await test('a wait that ends says what was waited for and what came', async (context) => {
  const wanted = { en: 'the reply to QUIT', es: 'la respuesta a QUIT' }
  const cases = [
    { name: 'nothing', run: () => undefined, en: 'said nothing', es: 'no dijo nada' },
    {
      name: 'half a line',
      run: (socket: Socket) => socket.write('22'),
      en: 'said only “22”',
      es: 'solo dijo «22»',
    },
    {
      name: 'the end',
      run: (socket: Socket) => socket.end(),
      en: 'closed the connection',
      es: 'cerró la conexión',
    },
    {
      name: 'words and the end',
      run: (socket: Socket) => socket.end('bye'),
      en: 'said “bye” and closed the connection',
      es: 'dijo «bye» y cerró la conexión',
    },
  ]
  for (const { name, run, en, es } of cases) {
    await context.test(name, async () => {
      await using place = await serve(run)
      const dialogue = await place.open()
      const { text } = await failureOf(() => dialogue.line(wanted))
      assert.equal(text.en, `waited 0.2 s for the reply to QUIT; the server ${en}`)
      assert.equal(text.es, `se esperó 0.2 s a la respuesta a QUIT; el servidor ${es}`)
    })
  }
})

await test('an endless line ends the wait, not the memory', async () => {
  await using place = await serve((socket) => socket.write(Buffer.alloc(70_000, 'x')))
  const dialogue = await place.open({ patience: 5000 })
  assert.match((await failureOf(() => dialogue.line())).text.en, /a line of more than 65536 octets came/)
})

await test('what nobody reads waits on the other side', async () => {
  let sent = 0
  await using place = await serve((socket) => {
    const push = (): void => {
      while (sent < 64 && socket.write(Buffer.alloc(1_048_576))) sent += 1
    }
    socket.on('drain', push)
    push()
  })
  const dialogue = await place.open()
  await place.context.wait(300)
  assert.ok(sent < 32, `${sent} MB were taken`)
  assert.equal((await dialogue.octets(1_048_576)).length, 1_048_576)
  assert.equal((await dialogue.octets(8_388_608, undefined, 5000)).length, 8_388_608)
})

await test('silence, the end and the rest', async () => {
  await using place = await serve((socket) => {
    socket.once('data', () => socket.end('last words'))
  })
  const dialogue = await place.open()
  assert.equal(await dialogue.isSilent(50), true)
  assert.equal(await dialogue.closes(50), false)
  await dialogue.send('QUIT\r\n')
  assert.equal(await dialogue.closes(1000), true)
  assert.equal(await dialogue.isSilent(50), false)
  assert.equal((await dialogue.rest()).toString(), 'last words')
})

await test('a half that is closed still hears', async () => {
  await using place = await serve((socket) => socket.on('end', () => socket.end('heard it')))
  const dialogue = await place.open()
  dialogue.end()
  assert.equal((await dialogue.rest()).toString(), 'heard it')
})

await test('a reset is an end', async () => {
  await using place = await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const dialogue = await place.open()
  await dialogue.send('QUIT\r\n')
  assert.equal(await dialogue.closes(1000), true)
})

await test('no password shows, not even where the server repeats it', async () => {
  await using place = await serve((socket) =>
    socket.once('data', () => socket.write('-ERR no hunter22 for alice\r\n')),
  )
  const dialogue = await place.open()
  await dialogue.sendSecret('PASS hunter22\r\n')
  await dialogue.line()
  assert.deepEqual(dialogue.transcript, ['> ********', '< -ERR no ******** for alice'])
})

await test('a server that is not there, or does not offer the endpoint, is a failure', async () => {
  const target = { endpoints: { main: { host: '127.0.0.1', port: 1 } }, domain: 'lab.test', accounts: [] }
  await using context = createContext(target, { seed: '', signal: new AbortController().signal })
  assert.match((await failureOf(() => context.open('main'))).text.en, /127\.0\.0\.1:1: .*ECONNREFUSED/)
  assert.match((await failureOf(() => context.open('other'))).text.es, /no ofrece other/)
})

await test('a signal ends every wait with its reason', async () => {
  await using place = await serve(() => undefined)
  const stop = new AbortController()
  await using context = createContext(place.context.target, { seed: '', signal: stop.signal })
  const dialogue = await context.open('main', { patience: 60_000 })
  const waiting = dialogue.line()
  stop.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
})

await test('a datagram is answered, is not answered, or is refused', async () => {
  const server = createSocket('udp4')
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  server.on('message', (message, { port }) => {
    if (message.toString() === 'ping') server.send('pong', port, '127.0.0.1')
  })
  const target = {
    endpoints: {
      main: { host: '127.0.0.1', port: server.address().port },
      none: { host: '127.0.0.1', port: 1 },
    },
    domain: 'lab.test',
    accounts: [],
  }
  await using context = createContext(target, { seed: '', signal: new AbortController().signal })
  assert.equal((await context.exchange('main', Buffer.from('ping')))?.toString(), 'pong')
  assert.equal(await context.exchange('main', Buffer.from('hush'), 50), undefined)
  assert.match((await failureOf(() => context.exchange('none', Buffer.from('x')))).text.en, /was refused/)
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

await test('TLS: trust is told and left to the check; a handshake that fails is a failure', async (context) => {
  using folder = temporaryFolder()
  const authority = labAuthority(folder.path, { domain: 'lab.test' })
  const {
    chain: leaf,
    key,
    authority: root,
  } = await authority.issue({ names: ['lab.test'], purpose: 'server' })
  const secure = (socket: Socket): void => {
    const tls = new TLSSocket(socket, {
      isServer: true,
      secureContext: createSecureContext({ cert: leaf, key, minVersion: 'TLSv1.2' }),
    })
    tls.on('error', () => undefined)
    tls.write('hello\r\n')
  }
  await context.test('a root that is known', async () => {
    await using place = await serve(secure, { authority: root })
    const dialogue = await place.open({ tls: {}, patience: 2000 })
    assert.equal(dialogue.tls?.trust, true)
    assert.equal(dialogue.tls.version, 'TLSv1.3')
    assert.equal(await dialogue.line(), 'hello')
    const named = await place.open({ tls: { name: 'other.test' } })
    assert.equal(named.tls?.trust, 'ERR_TLS_CERT_ALTNAME_INVALID')
  })
  await context.test('no root', async () => {
    await using place = await serve(secure)
    const dialogue = await place.open({ tls: { versions: ['TLSv1.2'] }, patience: 2000 })
    assert.match(String(dialogue.tls?.trust), /UNABLE|SELF_SIGNED/)
    assert.equal(dialogue.tls?.version, 'TLSv1.2')
  })
  await context.test('an old version', async () => {
    await using place = await serve(secure)
    const { text } = await failureOf(() => place.open({ tls: { versions: ['TLSv1.1'] } }))
    assert.match(text.en, /^the TLS handshake failed: /)
  })
  await context.test('after words in clear', async () => {
    await using place = await serve(
      (socket) => {
        socket.write('220 here\r\n')
        socket.once('data', () => {
          socket.write('220 go\r\n', () => secure(socket))
        })
      },
      { authority: root },
    )
    const dialogue = await place.open({ patience: 2000 })
    await dialogue.line()
    await dialogue.send('STARTTLS\r\n')
    await dialogue.line()
    await dialogue.startTls()
    assert.equal(await dialogue.line(), 'hello')
    assert.deepEqual(
      dialogue.transcript.map((line) => line.replace(/TLS_.*/, '…')),
      ['< 220 here', '> STARTTLS', '< 220 go', '* TLSv1.3 …', '< hello'],
    )
  })
})
