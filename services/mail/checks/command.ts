/** Commands that a person pastes into a shell to see what a case has seen. Passwords are those of the shell's variables. */
import type { CheckTarget } from '../../../lab/check.ts'
import type { Address } from '../../../lab/service.ts'
import { accountOf, addressOf } from './claim.ts'
import { SENDER } from './smtp-talk.ts'

/** A line that is typed as it is, or one in which the shell puts something in, as between double quotes. */
export type Line = string | { readonly shell: string }

/** Lines of a conversation, or what they are for a target. */
export type Lines = readonly Line[] | ((target: CheckTarget) => readonly Line[])

/** What a case gives of the command that shows the same: the lines of a conversation, or the whole command. */
export type Reproducible = { readonly say: Lines } | { readonly reproduce: (target: CheckTarget) => string }

/** Where an endpoint is, for a command; `HOST` and `PORT` where it is not offered. */
export function placeOf({ endpoints }: CheckTarget, endpoint: string): Address {
  return endpoints[endpoint] ?? { host: 'HOST', port: 0 }
}

/** The password of an account by its place: no result holds one, so the shell has to know it, and says so if it does not. */
export function passwordOf(place = 0): string {
  return place === 0 ? '${PASSWORD:?}' : `\${PASSWORD${place + 1}:?}`
}

/** The command of a case, or the one that `type` makes of its lines. */
export function reproducing(
  draft: Reproducible,
  type: (target: CheckTarget, lines: readonly Line[]) => string,
): (target: CheckTarget) => string {
  if ('reproduce' in draft) return draft.reproduce
  const { say } = draft
  return (target) => type(target, typeof say === 'function' ? say(target) : say)
}

/** A conversation with an endpoint: each line is typed half a second after the one before, ended by CR LF. */
export function typed(target: CheckTarget, endpoint: string, lines: readonly Line[]): string {
  const { host, port } = placeOf(target, endpoint)
  return `${paced(lines)} | nc -q 1 ${host} ${port}`
}

/** The same over TLS: from the start, or after what `starttls` names. */
export function typedOverTls(
  target: CheckTarget,
  endpoint: string,
  lines: readonly Line[],
  starttls?: 'smtp' | 'pop3',
): string {
  const { host, port } = placeOf(target, endpoint)
  const turn = starttls === undefined ? '' : ` -starttls ${starttls}`
  return `${paced(lines)} | openssl s_client -quiet -connect ${host}:${port}${turn}`
}

/** Half a second between lines: a server may hang up on whoever speaks before its turn. */
function paced(lines: readonly Line[]): string {
  const words = lines.map((line) => (typeof line === 'string' ? quoted(line) : `"${line.shell}"`)).join(' ')
  return `(for line in ${words}; do sleep 0.5; printf '%s\\r\\n' "$line"; done; sleep 0.5)`
}

/** A word of the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Several lines at once, as one. */
export function atOnce(...lines: readonly string[]): Line {
  return { shell: `$(printf '${lines.join('\\r\\n')}')` }
}

/** A message from outside for an account, with what else swaks is told. */
export function swaks(target: CheckTarget, words = '', place = 0): string {
  const { host, port } = placeOf(target, 'smtp')
  return `swaks --server ${host}:${port} --from ${SENDER} --to ${addressOf(target, place)}${words === '' ? '' : ` ${words}`}`
}

/** Lists a mailbox, or asks for one of its messages by its number. */
export function curlPop3(target: CheckTarget, { place = 0, message = '', words = '-s' } = {}): string {
  const { host, port } = placeOf(target, 'pop3')
  const { name } = accountOf(target, place)
  return `curl ${words} -u "${name}:${passwordOf(place)}" "pop3://${host}:${port}/${message}"`
}

/** The number of the newest message, for the shell to put in. */
export function newest(target: CheckTarget): string {
  return `$(${curlPop3(target)} | tail -n 1 | cut -d ' ' -f 1)`
}

/** Sends a message with what swaks is told, and shows it as it lies in the mailbox. */
export function sentAndShown(target: CheckTarget, words = ''): string {
  return `${swaks(target, words)} && sleep 1 && ${curlPop3(target, { message: newest(target) })}`
}

/**
 * A conversation in clear, the turn to TLS with one more command in the same packet, and what then answers an unknown one
 * under TLS; `False` where the server refuses to turn.
 */
export function injected(
  target: CheckTarget,
  endpoint: string,
  turn: string,
  before: readonly string[] = [],
): string {
  const { host, port } = placeOf(target, endpoint)
  const said = [...before, turn].map((line) => `s.sendall(b'${line}\\r\\n'); r = s.recv(9999); print(r)`)
  const steps = [
    'import socket, ssl',
    `s = socket.create_connection(('${host}', ${port}))`,
    'print(s.recv(9999))',
    ...said,
    "turns = r[:3] in (b'220', b'+OK') and r.count(b'\\n') == 1",
    't = turns and ssl._create_unverified_context().wrap_socket(s)',
    "print(t and (t.sendall(b'FOO\\r\\n'), t.recv(9999))[1])",
  ]
  return `python3 -c "${steps.join('; ')}"`
}
