/** Runs a lab on the state of a folder until it is killed, and prints its ports. Its arguments are the folder, and the options of mail as JSON. */
import { openKeptLab } from './kept-lab.ts'

const [folder = '', mail = '{}'] = process.argv.slice(2)
const lab = await openKeptLab(folder, JSON.parse(mail) as object)
const ports = ['smtp', 'pop3'].map((endpoint) => lab.address('mail', endpoint).port)
process.stdout.write(`${JSON.stringify(ports)}\n`)
