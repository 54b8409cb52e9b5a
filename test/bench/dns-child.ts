/** The benchmark's servers that are Node programs, `lab FOLDER` and `bare FOLDER`; each sends its port when it answers. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { Lab } from '../../lab/host/lab.ts'
import { readScenario } from '../lab.ts'
import { datagram } from '../talk.ts'
import { questionOctets, QUESTIONS } from './dns-zone.ts'

const [mode, folder = ''] = process.argv.slice(2)

const { scenario } = await readScenario(resolve(folder, 'scenario.yaml'))
if (scenario === undefined) throw new Error('the scenario is wrong')
const lab = new Lab({ scenario, state: resolve(folder, 'state'), ports: 'any' })
await lab.start()
if (mode === 'lab') process.send?.(lab.address('dns', 'dns').port)
else {
  const answers = new Map<string, Buffer>()
  for (const [name, type] of QUESTIONS) {
    const query = questionOctets(name, type)
    const answer = await datagram(lab.address('dns', 'dns'), query, 3000)
    if (answer === undefined) throw new Error(`no answer for ${name} ${type}`)
    answers.set(query.toString('latin1', 12), answer)
  }
  await lab.stop()
  process.send?.(await serveBare(answers))
}

/** No codec, no zone, no lab: what Node itself costs for one datagram in and one out. */
async function serveBare(answers: ReadonlyMap<string, Buffer>): Promise<number> {
  const socket = createSocket({ type: 'udp4', lookup: (name, _options, done) => done(null, name, 4) })
  socket.on('message', (query, peer) => {
    const answer = answers.get(query.toString('latin1', 12))
    if (answer === undefined) return
    const copy = Buffer.from(answer)
    copy[0] = query[0] ?? 0
    copy[1] = query[1] ?? 0
    socket.send(copy, peer.port, peer.address)
  })
  // The lookup answers at once, and so does the bind.
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  return socket.address().port
}
