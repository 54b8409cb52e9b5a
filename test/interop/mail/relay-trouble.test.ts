import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { until } from '../../talk.ts'
import { TestNameServer } from '../../unit/mail/name-server.ts'
import { openTestOffice } from '../../unit/mail/office.ts'
import { RelayPeer } from './relay-peer.ts'

const far = 'x@far.test'

test('a server that cuts the connection in the middle of a message is asked again later', async () => {
  let count = 0
  await using peer = await RelayPeer.open({ options: { disabledCommands: ['STARTTLS'] } })
  // Stands in between, so that the connection can be cut.
  const between = createServer((socket) => {
    const onward = connect(peer.address.port, '127.0.0.1')
    for (const each of [socket, onward]) each.on('error', () => undefined)
    onward.pipe(socket)
    count += 1
    const isCut = count === 1
    socket.on('data', (octets: Buffer) => {
      if (isCut && octets.includes('xxxxx')) socket.destroy()
      else onward.write(octets)
    })
    socket.on('close', () => onward.destroy())
  }).listen(0, '127.0.0.1')
  await once(between, 'listening')
  const { port } = between.address() as AddressInfo
  await using post = await openTestOffice({
    config: { routes: { '*': `127.0.0.1:${port}` }, queue: { retry: [60] } },
  })
  await post.send({ to: far, text: `Subject: xxxxx\r\n\r\n${'x'.repeat(200)}\r\n` })
  await until(() => post.office.queue()[0]?.recipients[0]?.attempts === 1)
  assert.match(post.office.queue()[0]?.recipients[0]?.reply ?? '', /^451 4\.4\.2 /)
  assert.equal(peer.arrived.length, 0)
  post.clock.advance(67_000)
  await until(() => post.spool().length === 0)
  assert.deepEqual([count, peer.arrived.length], [2, 1])
  between.close()
})

test('the servers of a domain are found in the DNS, and the next one is asked when the first does not take it', async () => {
  await using peer = await RelayPeer.open()
  await using names = await TestNameServer.open((name, type) => {
    if (type === 15 && name === 'far.test')
      return [
        { type: 15, priority: 20, exchange: 'good.far.test' },
        { type: 15, priority: 10, exchange: 'closed.far.test' },
      ]
    if (type !== 1) return []
    return [{ type: 1, address: name === 'good.far.test' ? '127.0.0.1' : '127.0.0.9' }]
  })
  for (const setting of [
    { config: { resolver: `127.0.0.1:${names.address.port}`, outgoingPort: peer.address.port } },
    { config: { outgoingPort: peer.address.port }, resolver: () => names.address },
  ]) {
    await using post = await openTestOffice(setting)
    await post.send({ to: far })
    await until(() => post.spool().length === 0)
    const delivered = post.facts.find(({ kind }) => kind === 'smtp.delivered')
    assert.equal(delivered?.['host'], 'good.far.test')
  }
  assert.equal(peer.arrived.length, 2)
})

test('a server whose TLS does not work is talked to in clear', async () => {
  await using peer = await RelayPeer.open({
    options: { ciphers: 'PSK-AES128-CBC-SHA', maxVersion: 'TLSv1.2' },
  })
  await using post = await openTestOffice({ config: { routes: { '*': peer.route } } })
  await post.send({ to: far })
  await until(() => post.spool().length === 0)
  assert.deepEqual(
    peer.arrived.map(({ isSecure }) => isSecure),
    [false],
  )
  assert.equal(peer.connections, 2)
})

test('a server that says nothing is given five minutes of the lab’s time, and a stop does not wait for it', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  let begun = 0
  {
    await using post = await openTestOffice({
      config: { routes: { '*': `127.0.0.1:${port}` }, queue: { retry: [60] } },
    })
    await post.send({ to: far })
    await until(() => sockets.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    post.clock.advance(301_000)
    await until(() => post.office.queue()[0]?.recipients[0]?.attempts === 1)
    assert.match(post.office.queue()[0]?.recipients[0]?.reply ?? '', /^451 4\.4\.2 /)
    post.clock.advance(70_000)
    await until(() => sockets.length === 2)
    assert.equal(post.spool().length, 2)
    begun = performance.now()
  }
  assert.ok(performance.now() - begun < 2000)
  for (const socket of sockets) socket.destroy()
  silent.close()
})

test('a refusal of the whole server is final only if each of them says so', async () => {
  await using peer = await RelayPeer.open({
    options: {
      onConnect: (_session, done) => done(Object.assign(new Error('go away'), { responseCode: 554 })),
    },
  })
  await using post = await openTestOffice({ config: { routes: { '*': peer.route } } })
  await post.send({ to: far })
  await until(async () => (await post.mail('ana')).length === 1)
  assert.match((await post.mail('ana'))[0] ?? '', /Diagnostic-Code: smtp; 554 /)
})
