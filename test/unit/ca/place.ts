/** A lab with the service `ca` as its README has it. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Authority } from '../../../certs/authority.ts'
import { readPointers } from '../../../lab/world/pointers.ts'
import { labAuthority } from '../../authority.ts'
import { openLab, type TestLab } from '../../lab.ts'

/** Of the labs. */
export const domain = 'sstt9721.org'
const readme = readFileSync(join(import.meta.dirname, '../../../services/ca/README.md'), 'utf8')
/** An example of the README. */
export const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? ''

/** A running lab, its service's address, and its authority as somebody else opens it. */
export interface Place {
  readonly lab: TestLab
  readonly base: string
  readonly certs: string
  readonly authority: Authority
}

/** The authority in a folder. */
export function authorityOf(certs: string, intermediate = false): Authority {
  return labAuthority(certs, { domain, intermediate, pointers: () => readPointers(certs) })
}

/** Starts a lab whose root, or an intermediate, signs. */
export async function open(intermediate: boolean): Promise<Place> {
  const lab = await openLab(`domain: ${domain}\n${block('yaml')}`)
  const certs = join(lab.stateFolder, 'certs')
  mkdirSync(certs, { recursive: true })
  const { host, port } = lab.address('ca', 'ca')
  const authority = authorityOf(certs, intermediate)
  await authority.authority()
  return { lab, certs, authority, base: `http://${host}:${port}` }
}

/** Both for all tests of a file: opened before them, closed behind them. */
export function openForAllTests(): { readonly plain: Place; readonly below: Place } {
  const opened: Place[] = []
  before(async () => {
    for (const intermediate of [false, true]) opened.push(await open(intermediate))
  })
  after(async () => {
    for (const { lab } of opened) await lab[Symbol.asyncDispose]()
  })
  const at = (index: number): Place => {
    const place = opened[index]
    if (place === undefined) throw new Error('the labs are there for tests only')
    return place
  }
  return {
    get plain() {
      return at(0)
    },
    get below() {
      return at(1)
    },
  }
}

/** Asks the service. */
export const get = (place: Place, path: string, init?: RequestInit): Promise<Response> =>
  fetch(place.base + path, init)
/** The body of an answer. */
export const octets = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer())
