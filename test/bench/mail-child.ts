/** The lab of the mail benchmark, `mail-child.ts FOLDER`; sends the ports of its services when they answer. */
import { resolve } from 'node:path'
import { Lab } from '../../lab/host/lab.ts'
import { readScenario } from '../lab.ts'

const [folder = ''] = process.argv.slice(2)
const { scenario, problems } = await readScenario(resolve(folder, 'scenario.yaml'))
if (scenario === undefined) throw new Error(JSON.stringify(problems))
const lab = new Lab({ scenario, state: resolve(folder, 'state'), ports: 'any' })
await lab.start()
process.send?.({
  smtp: lab.address('mail', 'smtp').port,
  pop3: lab.address('mail', 'pop3').port,
  dns: lab.address('dns', 'dns').port,
})
process.once('SIGTERM', () => void lab.stop().then(() => process.exit()))
