/** A lab whose state stays when its process ends, and that is opened again on it. */
import { join } from 'node:path'
import { Lab } from '../../../lab/host/lab.ts'
import { readScenario, writeFiles } from '../../lab.ts'

/** Opens a lab with mail of ana and ben on the state in a folder; `mail` are options of the service. */
export async function openKeptLab(folder: string, mail: object): Promise<Lab> {
  writeFiles(folder, {
    'scenario.yaml': `title: Kept\naccounts: [{ name: ana }, { name: ben }]\nservices: { mail: ${JSON.stringify(mail)} }\n`,
  })
  const { scenario, problems } = await readScenario(join(folder, 'scenario.yaml'))
  if (scenario === undefined) throw new Error(problems.map(({ message }) => message.en).join('\n'))
  const lab = new Lab({ scenario, state: join(folder, '.lab'), ports: 'any' })
  await lab.start()
  return lab
}

/** The options of a lab that sends the mail of others to a port of the loopback. */
export function keptOptions(farPort: number): object {
  return {
    routes: { 'far.test': `127.0.0.1:${farPort}` },
    relay: { to: ['far.test'] },
    failureDelay: 0,
    smtp: { maxMessages: 1_000_000 },
  }
}

/** The Maildir of an account of such a lab. */
export function keptMaildir(folder: string, account: string): string {
  return join(folder, '.lab', 'mail', account, 'Maildir')
}
