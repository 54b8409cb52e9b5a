/** Reports of delivery (RFC 3461, RFC 3464) in the container of RFC 6522. */
import { isAscii } from '../address.ts'
import { mailDate } from '../delivery/date.ts'
import { messageIdField } from '../delivery/trace.ts'
import type { Entry, QueuedRecipient } from './entry.ts'
import { replyText, type Outcome } from './reply.ts'
import { reportWords, type ReportAction } from './words.ts'

/** What a report is made of. */
export interface ReportOptions {
  readonly action: ReportAction
  readonly entry: Entry
  readonly recipients: readonly (readonly [QueuedRecipient, Outcome])[]
  /** The id of the report as a message. */
  readonly id: string
  readonly hostname: string
  readonly at: number
  /** Until when a delayed message is tried. */
  readonly until: number
  /** The beginning of the message, or all of it. */
  readonly message: Buffer
  readonly boundary: string
}

/** Octets of a message that come back with a report: without a wish of the sender, and where all of it is wished for. */
const RETURNED = 100 * 1024
const RETURNED_FULL = 1024 * 1024

/** How many octets of the message a report needs. */
export function neededOctets(entry: Entry, action: ReportAction): number {
  return isWhole(entry, action) ? entry.size : 64 * 1024
}

/** RFC 3461 §6.2: a report of success never brings the message. */
function isWhole({ sender, size }: Entry, action: ReportAction): boolean {
  if (action !== 'failed' || sender.returned === 'HDRS') return false
  return size <= (sender.returned === 'FULL' ? RETURNED_FULL : RETURNED)
}

/** The octets of a report, lines ended by CR LF. */
export function composeReport(options: ReportOptions): Buffer {
  const { entry, action, boundary } = options
  const whole = isWhole(entry, action)
  const returned = whole ? options.message : headerOf(options.message)
  const isEightBit = returned.some((octet) => octet > 127)
  // RFC 6533 §4: what is not ASCII has types of its own.
  const type = entry.sender.isUtf8
    ? whole
      ? 'message/global'
      : 'message/global-headers'
    : whole
      ? 'message/rfc822'
      : 'text/rfc822-headers'
  const part = (...lines: readonly string[]): string => [`--${boundary}`, ...lines, ''].join('\r\n')
  const start = [
    ...header(options),
    '',
    part(
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      quotedPrintable(humanText(options)),
    ),
    part('Content-Type: message/delivery-status', '', ...statusLines(options)),
    part(`Content-Type: ${type}`, ...(isEightBit ? ['Content-Transfer-Encoding: 8bit'] : []), '', '').slice(
      0,
      -2,
    ),
  ].join('\r\n')
  return Buffer.concat([Buffer.from(start), returned, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

function header({ action, entry, recipients, id, hostname, at, boundary }: ReportOptions): readonly string[] {
  const { subject } = reportWords[action]
  return [
    `From: Mail Delivery System <Mailer-Daemon@${hostname}>`,
    `To: <${line(entry.sender.address)}>`,
    `Subject: ${subject.en} / ${subject.es}`,
    `Date: ${mailDate(at)}`,
    messageIdField(id, hostname),
    // RFC 3834 §5
    'Auto-Submitted: auto-replied',
    ...(action === 'failed'
      ? [`X-Failed-Recipients: ${recipients.map(([{ address }]) => line(address)).join(',\r\n ')}`]
      : []),
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ` boundary="${boundary}"`,
  ]
}

function humanText({ action, recipients, hostname, entry }: ReportOptions): string {
  const { intro, end } = reportWords[action]
  const list = recipients.flatMap(([recipient, { reply, host }]) => [
    `  ${recipient.asked.map(line).join(', ')}`,
    `    ${host === undefined ? '' : `${line(host)}: `}${replyText(reply)}`,
  ])
  const paragraph = (language: 'en' | 'es'): readonly string[] => [
    intro[language],
    '',
    ...list,
    '',
    end[language],
    '',
  ]
  return [
    ...paragraph('en'),
    '-'.repeat(70),
    '',
    ...paragraph('es'),
    `${hostname} (telelab), ${entry.id}`,
  ].join('\n')
}

/** RFC 3464 §2 */
function statusLines(options: ReportOptions): readonly string[] {
  const { entry, hostname, recipients } = options
  return [
    ...(entry.sender.envelopeId === undefined
      ? []
      : [`Original-Envelope-Id: ${line(entry.sender.envelopeId)}`]),
    `Reporting-MTA: dns; ${hostname}`,
    ...(entry.client === undefined ? [] : [`Received-From-MTA: dns; ${line(entry.client)}`]),
    `Arrival-Date: ${mailDate(entry.received)}`,
    ...recipients.flatMap(([recipient, outcome]) => ['', ...recipientLines(recipient, outcome, options)]),
  ]
}

function recipientLines(
  recipient: QueuedRecipient,
  { reply, host }: Outcome,
  { action, at, until, entry }: ReportOptions,
): readonly string[] {
  const type = entry.sender.isUtf8 && !isAscii(recipient.address) ? 'utf-8' : 'rfc822'
  const status = action === 'delivered' || action === 'relayed' ? '2.0.0' : reply.status
  return [
    ...(recipient.original === undefined ? [] : [`Original-Recipient: ${line(recipient.original)}`]),
    `Final-Recipient: ${type}; ${line(recipient.address)}`,
    `Action: ${action}`,
    `Status: ${status}`,
    ...(host === undefined
      ? []
      : [`Remote-MTA: dns; ${line(host)}`, `Diagnostic-Code: smtp; ${line(replyText(reply))}`]),
    `Last-Attempt-Date: ${mailDate(at)}`,
    ...(action === 'delayed' ? [`Will-Retry-Until: ${mailDate(until)}`] : []),
  ]
}

/** What may stand in a field. */
function line(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}

/** The header alone. */
function headerOf(message: Buffer): Buffer {
  const end = message.indexOf('\r\n\r\n')
  return end < 0 ? message : message.subarray(0, end + 2)
}

/** RFC 2045 §6.7, lines ended by CR LF. */
function quotedPrintable(text: string): string {
  return text
    .split('\n')
    .map((each) =>
      fold(
        Buffer.from(each)
          .toString('latin1')
          .replace(/[^ -<>-~]| $/g, coded),
      ),
    )
    .join('\r\n')
}

function coded(octet: string): string {
  return `=${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Cuts a line that is too long, but not in the middle of an octet. */
function fold(text: string): string {
  const lines: string[] = []
  let from = 0
  while (text.length - from > 75) {
    const mark = text.lastIndexOf('=', from + 74)
    const end = mark > from + 72 ? mark : from + 75
    lines.push(`${text.slice(from, end)}=`)
    from = end
  }
  return [...lines, text.slice(from)].join('\r\n')
}
