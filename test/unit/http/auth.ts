import { Fields } from '../../../lab/kit/http/request.ts'
import { decodePath, splitTarget } from '../../../lab/kit/http/target.ts'
import { createAccounts, type LabAccounts } from '../../../lab/world/accounts.ts'
import { Gate } from '../../../lab/web/auth/auth.ts'
import { digestResponse, digestSecret } from '../../../lab/web/auth/digest.ts'
import { protect, type ProtectRules } from '../../../lab/web/auth/options.ts'
import type { AskedRequest, Verdict } from '../../../lab/web/auth/verdict.ts'
import { ManualClock } from './clock.ts'

/** A source of octets that repeat from test to test. */
export function countingRandom(): { bytes(count: number): Buffer } {
  let next = 0
  return { bytes: (count) => Buffer.alloc(count, (next += 1)) }
}

/** The lab's accounts, each with its name as its password. */
export function accountsOf(names: readonly string[], waiting?: number): LabAccounts {
  return createAccounts({
    entries: names.map((name) => ({ name })),
    domain: () => 'lab.test',
    clock: new ManualClock(),
    random: countingRandom(),
    ...(waiting !== undefined && { waiting }),
  })
}

/** A gate with a clock that stands still. */
export function openGate(
  rules: unknown,
  accounts = accountsOf([]),
): { readonly gate: Gate; readonly clock: ManualClock } {
  const clock = new ManualClock()
  const parsed: ProtectRules = protect.parse(rules)
  return { gate: new Gate(parsed, { clock, random: countingRandom(), accounts }), clock }
}

/** A request for a target, with the values of its Authorization fields. */
export function ask(target: string, authorization: readonly string[] = [], method = 'GET'): AskedRequest {
  const fields = new Fields()
  fields.add('host', 'a')
  for (const value of authorization) fields.add('authorization', value)
  const { path, query } = splitTarget(target)
  return { method, target, path, query, fields }
}

/** What a gate says of a request for a target, as the site would ask it. */
export async function judge(
  gate: Gate,
  target: string,
  authorization: readonly string[] = [],
  method = 'GET',
): Promise<Verdict> {
  const request = ask(target, authorization, method)
  const decoded = decodePath(request.path)
  if ('problem' in decoded) throw new Error(`${target}: ${decoded.problem}`)
  return gate.judge(request, decoded.path)
}

/** The reason of a refusal, or whose credentials were right, or `open`. */
export async function outcome(...words: Parameters<typeof judge>): Promise<string> {
  const verdict = await judge(...words)
  if (verdict === undefined) return 'open'
  return 'why' in verdict ? verdict.why : `user ${verdict.user}`
}

/** The Basic field of a text, by default in UTF-8. */
export const basic = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`

/** The nonce of a refusal's challenge. */
export async function nonceOf(gate: Gate, target: string): Promise<string> {
  const verdict = await judge(gate, target)
  const challenge = verdict !== undefined && 'why' in verdict ? verdict.challenge : ''
  return /nonce="([^"]*)"/.exec(challenge)?.[1] ?? ''
}

/** What a Digest client puts into its answer; a parameter is left out where it is undefined. */
export interface DigestAnswer {
  readonly nonce: string
  readonly uri: string
  readonly user?: string
  readonly password?: string
  readonly realm?: string
  readonly algorithm?: 'SHA-256' | 'MD5'
  readonly method?: string
  readonly nc?: string
  readonly cnonce?: string
  /** Parameters as written that take the place of the right ones. */
  readonly parameters?: Readonly<Record<string, string | undefined>>
}

/** The Digest field of a client. */
export function digest(answer: DigestAnswer): string {
  const { nonce, uri, user = 'ana', password = 'secret', realm = 'telelab', method = 'GET' } = answer
  const { algorithm = 'SHA-256', nc = '00000001', cnonce = 'abc' } = answer
  const hash = algorithm === 'MD5' ? 'md5' : 'sha256'
  const secret = digestSecret(hash, user, realm, password)
  const response = digestResponse(secret, { hash, method, uri, nonce, nc, cnonce })
  const parameters: Readonly<Record<string, string | undefined>> = {
    username: `"${Buffer.from(user).toString('latin1')}"`,
    realm: `"${realm}"`,
    nonce: `"${nonce}"`,
    uri: `"${uri}"`,
    algorithm,
    qop: 'auth',
    nc,
    cnonce: `"${cnonce}"`,
    response: `"${response}"`,
    ...answer.parameters,
  }
  const list = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return `Digest ${list.map(([name, value]) => `${name}=${value}`).join(', ')}`
}
