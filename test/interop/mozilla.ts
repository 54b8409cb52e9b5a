/** What the programs of Mozilla have in common: a profile whose database knows the lab's root, and settings that let them talk to nobody else. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './http/program.ts'

/** The value of a setting. */
export type Setting = string | number | boolean

/** Neither welcome nor updates nor reports. */
const QUIET: Readonly<Record<string, Setting>> = {
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9',
}

/** Runs one of the tools of NSS, which has to succeed. */
export async function nss(program: 'certutil' | 'pk12util', ...words: string[]): Promise<void> {
  const { code, out, error } = await run(program, ...words)
  assert.equal(code, 0, `${program} ${words.join(' ')}\n${out.toString()}${error}`)
}

/** Makes a profile with settings of its own, which trusts the root in a PEM file, if one is given. */
export async function makeProfile(
  profile: string,
  settings: Readonly<Record<string, Setting>>,
  root?: string,
): Promise<void> {
  mkdirSync(profile)
  const lines = Object.entries({ ...QUIET, ...settings }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  )
  writeFileSync(join(profile, 'user.js'), lines.join(''))
  const database = `sql:${profile}`
  await nss('certutil', '-N', '-d', database, '--empty-password')
  if (root !== undefined)
    await nss('certutil', '-A', '-d', database, '-n', 'root', '-t', 'CT,C,C', '-i', root)
}
