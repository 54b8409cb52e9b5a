/** The header fields that a server puts on top of a message (RFC 5321 §4.4), written as Exim writes them. */
import { isIPv6 } from 'node:net'
import type { Client } from '../envelope.ts'
import { mailDate } from './date.ts'

/** What a Received field tells. */
export interface Reception {
  readonly id: string
  readonly client: Pick<Client, 'name' | 'peer' | 'protocol'>
  readonly hostname: string
  /** Empty for the null reverse path. */
  readonly sender: string
  /** The recipient, if there is only one: others are nobody's business (RFC 5321 §7.2). */
  readonly recipient: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The Received field of a message that has just come in. */
export function receivedField({ id, client, hostname, sender, recipient, at }: Reception): string {
  const { host } = client.peer
  const literal = isIPv6(host) ? `[IPv6:${host}]` : `[${host}]`
  const lines = [
    `Received: from ${oneWord(client.name)} (${literal})`,
    `by ${hostname} with ${oneWord(client.protocol)} (telelab)`,
    ...(sender === '' ? [] : [`(envelope-from <${plain(sender)}>)`]),
    `id ${id}`,
    ...(recipient === undefined ? [] : [`for ${plain(recipient)}`]),
  ]
  return `${lines.join('\r\n\t')}; ${mailDate(at)}\r\n`
}

/** What the final delivery puts on top of all: who sent it, for whom it was, and when it arrived (RFC 5321 §4.4 for the first). */
export function deliveryFields(sender: string, recipients: readonly string[], at: number): string {
  return [
    `Return-path: <${plain(sender)}>\r\n`,
    `Envelope-to: ${recipients.map(plain).join(',\r\n\t')}\r\n`,
    `Delivery-date: ${mailDate(at)}\r\n`,
  ].join('')
}

/** The fields that a message from a mail program must have and this one lacks (RFC 6409 §8.2, §8.3). */
export function missingFields(
  { hasDate, hasMessageId }: { readonly hasDate: boolean; readonly hasMessageId: boolean },
  { id, hostname, at }: Pick<Reception, 'id' | 'hostname' | 'at'>,
): string {
  const date = hasDate ? '' : `Date: ${mailDate(at)}\r\n`
  return hasMessageId ? date : `${messageIdField(id, hostname)}\r\n${date}`
}

/** The Message-Id of what this server writes, made of the queue's id as Exim does; without its line end. */
export function messageIdField(id: string, hostname: string): string {
  return `Message-Id: <E${id}@${hostname}>`
}

/** What a client calls itself, with nothing that could end the word or the field. */
function oneWord(text: string): string {
  return text.replace(/[^\w.:[\]-]/g, '?').slice(0, 255) || '?'
}

function plain(address: string): string {
  return address.replace(/\p{Cc}/gu, '?')
}
