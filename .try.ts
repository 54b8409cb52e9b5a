import { createWorld } from './lab/world/world.ts'
import { randomBytes, randomInt } from 'node:crypto'
import { writeFileSync, readdirSync } from 'node:fs'
const w = createWorld({ domain: 'sstt9721.org', address: '127.0.0.1', accounts: [{name:'ana'}], folder: '/tmp/wtry', clock: { now: Date.now } as never, random: { bytes: randomBytes, integer: randomInt } })
const box = w.mail.mailbox('ana')!
if (process.argv[2] === 'make') {
  for (let i=0;i<5;i++) console.log(await box.deliver(Buffer.from(`From: a@sstt9721.org\r\nTo: ana@sstt9721.org\r\nSubject: message ${i}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <${i}@x>\r\n\r\nHello ${i}\r\n.\r\n`)))
  const c = await w.certificates.issue({ names: ['www.sstt9721.org'], addresses:['127.0.0.1'], purpose: 'server' })
  const k = await w.certificates.issue({ names: ['ana'], purpose: 'client' })
  for (const [n,v] of Object.entries({key:c.key,cert:c.chain,root:c.authority,ckey:k.key,ccert:k.chain})) writeFileSync(`/tmp/wtry/${n}.pem`, v)
} else for (const m of await box.list()) console.log(m.id, m.path.split('/').slice(-2).join('/'), m.size)
