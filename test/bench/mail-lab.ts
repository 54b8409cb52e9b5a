/** Our lab with mail and DNS, in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ZONE } from './dns-zone.ts'

/** A running lab. */
export interface MailLab {
  readonly ports: { readonly smtp: number; readonly pop3: number; readonly dns: number }
  /** Below it each account has its folder `Maildir`. */
  readonly mail: string
  readonly process: ChildProcess
}

/** Starts one in a folder that is there; its accounts are ana and ben, and their password is `secret`. */
export async function startMailLab(folder: string): Promise<MailLab> {
  writeFileSync(join(folder, 'zone.db'), ZONE)
  writeFileSync(
    join(folder, 'scenario.yaml'),
    `title: Bench
domain: bench.test
accounts:
  - { name: ana, password: secret }
  - { name: ben, password: secret }
services:
  dns: { zone: zone.db }
  mail: { smtp: { maxMessages: 1000000 } }
`,
  )
  const execArgv =
    process.env['PROFILE'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env['PROFILE']}`]
  const child = fork(join(import.meta.dirname, 'mail-child.ts'), [folder], {
    execArgv,
    // As the launcher has it.
    env: { UV_THREADPOOL_SIZE: '16', ...process.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the lab ended with ${code} before it answered`)
  })
  const [ports] = (await Promise.race([once(child, 'message'), ended])) as [MailLab['ports']]
  ended.catch(() => undefined)
  return { ports, mail: join(folder, 'state', 'mail'), process: child }
}
