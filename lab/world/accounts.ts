/** The people of a lab: their names, addresses and salted passwords. */
import { SCRAM_ITERATIONS } from '../kit/sasl/decoys.ts'
import type { Account, Accounts, Clock, Random, Text } from '../service.ts'
import { createGate } from './gate.ts'
import { hashPassword, LONGEST_PASSWORD, preparePassword } from './password.ts'
import { createSalts, deriveDecoy, Secret, type SecretTools } from './secret.ts'

/** One account as the scenario lists it; without a password, the name is the password. */
export interface AccountEntry {
  readonly name: string
  readonly password?: string | undefined
}

/** The accounts of a lab whose list may change while it runs. */
export interface LabAccounts extends Accounts {
  /** Puts another list in place of this one, or throws and changes nothing; who stays keeps verifiers and mail. */
  update(entries: readonly AccountEntry[]): void
}

/** What accounts are made of. */
export interface AccountsOptions {
  readonly entries: readonly AccountEntry[]
  /** Asked each time, for the domain of a lab may change. */
  readonly domain: () => string
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  /** How many logins may wait for a thread before more are refused, 256 by default. */
  readonly waiting?: number
}

/** The most accounts that one lab may have. */
const MOST_ACCOUNTS = 10_000

/** The longest name: the local part of RFC 5321 §4.5.3.1.1. */
const LONGEST_NAME = 64

/** Of four threads that Node shares among files, names and passwords, logins may take two. */
const LOGINS_AT_ONCE = 2

/** What is wrong with an account's name, which is to be the local part of an address and a folder too; undefined if nothing. */
export function accountNameProblem(name: string): Text | undefined {
  const shown = JSON.stringify(name.slice(0, LONGEST_NAME))
  if (name === '' || name.length > LONGEST_NAME) {
    return {
      en: `The account name ${shown} must have 1 to ${LONGEST_NAME} characters.`,
      es: `El nombre de cuenta ${shown} debe tener de 1 a ${LONGEST_NAME} caracteres.`,
    }
  }
  // RFC 5321 §4.1.2, Dot-string: no dot begins or ends it or follows another, which also keeps out `.` and `..`.
  if (!/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(name)) {
    return {
      en: `The account name ${shown} may hold only letters a-z, digits, hyphens, underscores, and single dots between them.`,
      es: `El nombre de cuenta ${shown} solo puede llevar letras a-z, cifras, guiones, guiones bajos y puntos sueltos entre ellos.`,
    }
  }
  return undefined
}

/** The form of an account's name in which letter case makes no difference; undefined if no account can have that name. */
export function foldAccountName(name: string): string | undefined {
  // Checked first: some letters outside ASCII would fold into it, as the Kelvin sign into k.
  return accountNameProblem(name) ? undefined : name.toLowerCase()
}

/** What is wrong with the password of an account, which is its name where none is given; undefined if nothing. */
export function passwordProblem(name: string, password: string | undefined): Text | undefined {
  if (preparePassword(password ?? name) !== undefined) return undefined
  const shown = JSON.stringify(name.slice(0, LONGEST_NAME))
  return {
    en: `The password of the account ${shown} must have 1 to ${LONGEST_PASSWORD} characters and no control characters.`,
    es: `La contraseña de la cuenta ${shown} debe tener de 1 a ${LONGEST_PASSWORD} caracteres y ninguno de control.`,
  }
}

interface Person {
  readonly name: string
  readonly secret: Secret
}

/** Makes the accounts of a list; throws if a name is unsafe or listed twice or a password cannot be one. */
export function createAccounts(options: AccountsOptions): LabAccounts {
  const { clock, random, domain, waiting = 256 } = options
  const gate = createGate(
    LOGINS_AT_ONCE,
    waiting,
    `${waiting} logins to the lab wait already; try again in a few seconds.`,
  )
  const tools: SecretTools = { clock, random, gate, key: random.bytes(32) }
  const decoySalts = createSalts(random)
  let people = makePeople(options.entries, new Map(), tools)

  const find = (name: string): Person | undefined => {
    const folded = foldAccountName(name)
    return folded === undefined ? undefined : people.get(folded)
  }
  const account = ({ name }: Person): Account => ({ name, address: `${name}@${domain()}` })

  return {
    list: () => Array.from(people.values(), account),
    find(name) {
      const person = find(name)
      return person && account(person)
    },
    async verify(name, password) {
      const person = find(name)
      const prepared = preparePassword(password)
      if (person && prepared !== undefined) return person.secret.verify(prepared)
      await gate(() => hashPassword(prepared ?? '', decoySalts.hash))
      return false
    },
    scramSalt(name, hash) {
      const salt = find(name)?.secret.salts[hash]
      return salt && { salt, iterations: SCRAM_ITERATIONS }
    },
    async scram(name, hash, isRight) {
      const secret = find(name)?.secret
      const isFresh = secret?.isFresh === true
      const verifier = await secret?.scram(hash)
      if (verifier !== undefined && isRight(verifier)) return verifier
      // Each wrong proof costs one derivation, for a name that nobody has too: the time tells no stranger which there are.
      if (!isFresh) await deriveDecoy(decoySalts, tools)
      return undefined
    },
    update(entries) {
      people = makePeople(entries, people, tools)
    },
  }
}

function makePeople(
  entries: readonly AccountEntry[],
  before: ReadonlyMap<string, Person>,
  tools: SecretTools,
): ReadonlyMap<string, Person> {
  if (entries.length > MOST_ACCOUNTS) {
    throw new Error(`A lab has at most ${MOST_ACCOUNTS} accounts, and the list has ${entries.length}.`)
  }
  const passwords = new Map(entries.map((entry) => [checkedName(entry), checkedPassword(entry)]))
  if (passwords.size < entries.length) throw new Error(twiceListed(entries))
  // Nothing changes before all is checked, so that a wrong list leaves the old one whole.
  return new Map(
    entries.map(({ name }) => {
      const folded = name.toLowerCase()
      const password = passwords.get(folded) ?? name
      const secret = before.get(folded)?.secret ?? new Secret(password, tools)
      secret.replace(password)
      return [folded, { name, secret }]
    }),
  )
}

function checkedName({ name }: AccountEntry): string {
  const problem = accountNameProblem(name)
  if (problem) throw new Error(problem.en)
  return name.toLowerCase()
}

function checkedPassword({ name, password }: AccountEntry): string {
  const problem = passwordProblem(name, password)
  if (problem) throw new Error(problem.en)
  return preparePassword(password ?? name) ?? ''
}

function twiceListed(entries: readonly AccountEntry[]): string {
  const names = entries.map(({ name }) => name.toLowerCase())
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  return `The account ${twice} is listed twice; letter case does not tell accounts apart.`
}
