/** What is wrong with the options of the mail service that no schema sees. */
import { accessSync, constants, statSync } from 'node:fs'
import { messageOf } from '../../../lab/kit/error.ts'
import { nearest } from '../../../lab/kit/nearest.ts'
import type { Problem, ScenarioFiles, Text } from '../../../lab/service.ts'
import { splitAddress } from '../address.ts'
import { isOwnDomain } from '../hostname.ts'
import type { MailConfig } from '../options.ts'
import { aliasMap, isDuty, withoutTag } from './directory.ts'

/** What of the lab the options are judged by; without `accounts`, nobody is missed. */
interface Surroundings {
  readonly domain: string
  readonly address: string
  readonly accounts?: readonly string[]
}

/** Aliases that lead nowhere or in a circle, names that are no accounts, and messages that are not there (a `FileError`). */
export function mailProblems(
  config: Pick<MailConfig, 'aliases' | 'domains' | 'inbox' | 'pop3' | 'postmaster' | 'catchAll' | 'tag'>,
  files: Pick<ScenarioFiles, 'path'>,
  world: Surroundings,
): readonly Problem[] {
  const accounts = world.accounts?.map((name) => name.toLowerCase())
  const isAccount = (name: string): boolean => accounts?.includes(name.toLowerCase()) ?? true
  const missing = (path: string, name: string): readonly Problem[] =>
    isAccount(name) ? [] : [problem(path, noAccount(name, accounts ?? []))]
  return [
    ...Object.entries(config.inbox).flatMap(([name, messages]) => [
      ...missing(`inbox.${name}`, name),
      ...messages.flatMap((message) => messageProblems(`inbox.${name}`, message, files)),
    ]),
    ...Object.keys(config.pop3 === false ? {} : config.pop3.apop).flatMap((name) =>
      missing(`pop3.apop.${name}`, name),
    ),
    ...(config.postmaster === undefined ? [] : missing('postmaster', config.postmaster)),
    ...(config.catchAll === undefined ? [] : missing('catchAll', config.catchAll)),
    ...aliasProblems(config, world, isAccount, accounts ?? []),
  ]
}

function messageProblems(
  path: string,
  message: string,
  files: Pick<ScenarioFiles, 'path'>,
): readonly Problem[] {
  const file = files.path(message)
  // Before it is opened: a pipe would be waited for without end.
  if (!statSync(file).isFile()) return [problem(path, noFile(message))]
  try {
    accessSync(file, constants.R_OK)
    return []
  } catch (error) {
    return [problem(path, unreadable(message, messageOf(error)))]
  }
}

function aliasProblems(
  { aliases, domains, tag }: Pick<MailConfig, 'aliases' | 'domains' | 'tag'>,
  { domain: own }: Surroundings,
  isAccount: (name: string) => boolean,
  accounts: readonly string[],
): readonly Problem[] {
  const known = aliasMap(aliases)
  const isOurs = (domain: string): boolean =>
    domain === '' || isOwnDomain(domain, { config: { domains }, world: { domain: own } })
  /** The alias that an address leads to. */
  const aliasOf = (address: string): string | undefined => {
    const { local, domain } = splitAddress(address.toLowerCase())
    if (!isOurs(domain)) return undefined
    const full = `${local}@${domain === '' ? own.toLowerCase() : domain}`
    return [full, local].find((name) => known.has(name))
  }
  const isThere = (address: string): boolean => {
    const { local, domain } = splitAddress(address)
    if (!isOurs(domain)) return local !== '' && domain !== ''
    if (aliasOf(address) !== undefined || isAccount(local)) return true
    if (isDuty(local)) return true
    const bare = withoutTag(local, tag)
    return bare !== undefined && isThere(`${bare}@${domain === '' ? own : domain}`)
  }
  return [...known].flatMap(([name, targets]) => {
    const circle = circleFrom(name, (alias) => (known.get(alias) ?? []).flatMap((to) => aliasOf(to) ?? []))
    return [
      ...(circle === undefined ? [] : [problem(`aliases.${name}`, inCircle(circle))]),
      ...targets
        .filter((target) => !isThere(target))
        .map((target) => problem(`aliases.${name}`, leadsNowhere(target, [...accounts, ...known.keys()]))),
    ]
  })
}

/** The way from a name back to itself; undefined if there is none. */
function circleFrom(start: string, next: (name: string) => readonly string[]): readonly string[] | undefined {
  const seen = new Set<string>()
  const ways: (readonly string[])[] = [[start]]
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    for (const name of next(way.at(-1) ?? start)) {
      if (name === start) return [...way, name]
      if (seen.has(name)) continue
      seen.add(name)
      ways.push([...way, name])
    }
  }
  return undefined
}

/** The host finds the option's place in the scenario by the path. */
function problem(path: string, message: Text): Problem {
  return { file: '', line: 1, column: 1, path, message }
}

function noAccount(name: string, accounts: readonly string[]): Text {
  const near = nearest(name, accounts)
  return {
    en: `there is no account "${name}"${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
    es: `no hay ninguna cuenta "${name}"${near === undefined ? '' : ` (¿querías decir "${near}"?)`}`,
  }
}

function noFile(message: string): Text {
  return {
    en: `"${message}" is not a file; name each message (.eml) by itself`,
    es: `"${message}" no es un fichero; nombra cada mensaje (.eml) por separado`,
  }
}

function unreadable(message: string, why: string): Text {
  return {
    en: `the file "${message}" cannot be read; change its permissions (${why})`,
    es: `no se puede leer el fichero "${message}"; cambia sus permisos (${why})`,
  }
}

function leadsNowhere(target: string, names: readonly string[]): Text {
  const near = nearest(target, names)
  return {
    en: `"${target}" is neither an account, nor an alias, nor an address of another server${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
    es: `"${target}" no es ni una cuenta, ni un alias, ni una dirección de otro servidor${near === undefined ? '' : ` (¿querías decir "${near}"?)`}`,
  }
}

function inCircle(way: readonly string[]): Text {
  return {
    en: `this alias leads back to itself: ${way.join(' → ')}`,
    es: `este alias lleva de vuelta a sí mismo: ${way.join(' → ')}`,
  }
}
