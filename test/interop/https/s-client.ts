/** openssl s_client as a visitor of a secure web site. */
import { spawn } from 'node:child_process'
import type { Address } from '../../../lab/service.ts'
import { domain, type Forge, type Shown } from './forge.ts'

/** Milliseconds that a visit may take. */
const PATIENCE = 10_000

/** The words of s_client that show a certificate with its chain. */
export function showing(forge: Forge, shown: Shown | undefined): readonly string[] {
  if (shown === undefined) return []
  // It takes the first certificate of a file and leaves the others.
  const [own = '', ...rest] = shown.chain.split(/(?=-----BEGIN CERTIFICATE)/)
  const words = ['-cert', forge.write('shown.pem', own), '-key', forge.write('shown.key', shown.key)]
  return rest.length === 0 ? words : [...words, '-cert_chain', forge.write('chain.pem', rest.join(''))]
}

/** All that s_client prints when it asks for the start page. */
export function visit(at: Address, ...words: readonly string[]): Promise<string> {
  return converse(at, `GET / HTTP/1.0\r\nHost: www.${domain}\r\n\r\n`, '-ign_eof', ...words)
}

/** All that s_client prints when it is given this input, until the server hangs up. */
export async function converse(
  { host, port }: Address,
  input: string,
  ...words: readonly string[]
): Promise<string> {
  const isNamed = words.includes('-noservername') || words.includes('-servername')
  const name = isNamed ? [] : ['-servername', `www.${domain}`]
  const client = spawn('openssl', ['s_client', '-connect', `${host}:${port}`, ...name, ...words])
  let output = ''
  client.stdout.setEncoding('latin1').on('data', (text: string) => (output += text))
  client.stderr.setEncoding('latin1').on('data', (text: string) => (output += text))
  client.stdin.on('error', () => undefined)
  client.stdin.write(input)
  const late = setTimeout(() => client.kill(), PATIENCE)
  await new Promise((done) => client.once('close', done))
  clearTimeout(late)
  return output
}

/** How a visit ended: `in`, `400`, the number of an alert, or that the server hung up. */
export function outcomeOf(output: string): string {
  const [, status] = /HTTP\/1\.[01] (\d{3})/.exec(output) ?? []
  if (status !== undefined) return status === '200' ? 'in' : status
  const [, alert] = /alert number (\d+)/.exec(output) ?? []
  return alert === undefined ? 'hung up' : `alert ${alert}`
}
