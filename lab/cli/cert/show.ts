import { styleText } from 'node:util'
import {
  ExplainError,
  explainCertificate,
  explainCrl,
  explainRequest,
  type Explanation,
  type Level,
} from '../../../certs/explain.ts'
import { LabError } from '../../host/error.ts'
import { exit, type Call } from '../command.ts'
import { findEntry, openPlace, readIfFile, type Verb } from './verb.ts'

const COLORS = { plain: 'reset', good: 'green', warning: 'yellow', bad: 'red' } as const satisfies Record<
  Level,
  string
>
/** Columns of the text below a field. */
const WIDTH = 76

/** Explains a certificate of the authority, or what a file holds: a certificate, a request, a list of revocations. */
export const verb: Verb = async (call) => {
  const rows = await explained(call).catch((error: unknown) => {
    throw error instanceof ExplainError ? new LabError(error.text, { blame: 'wrong', cause: error }) : error
  })
  if (call.is('json')) call.io.say(JSON.stringify(rows, undefined, 2))
  else for (const row of rows) call.io.say(lineOf(row, call))
  return exit.done
}

async function explained(call: Call): Promise<readonly Explanation[]> {
  const [wanted] = call.words
  const now = Date.now()
  const octets = await readIfFile(call, wanted)
  if (octets !== undefined) return explainFile(octets, now)
  const { authority } = await openPlace(call)
  if (wanted === 'ca' || wanted === undefined)
    return explainCertificate(await authority.authority(), now, { issuer: await authority.authority() })
  const entry = await findEntry(authority, wanted)
  const found = await authority.read(entry.serial)
  if (found === undefined)
    throw new LabError((words) => words.fileUnreadable(`newcerts/${entry.serial}.pem`, 'ENOENT'))
  const issuer = issuerIn(found.chain) ?? (await authority.authority())
  const { revoked } = entry
  return [
    ...(await explainCertificate(found.certificate, now, { issuer })),
    ...(revoked === undefined
      ? []
      : [
          {
            title: { en: 'Revoked', es: 'Revocado' },
            value: `${new Date(revoked.at).toISOString()} ${revoked.reason}`,
            text: {
              en: 'The authority has taken it back: who asks it, or its list, refuses the certificate.',
              es: 'La autoridad lo ha retirado: quien le pregunta, o mira su lista, rechaza el certificado.',
            },
            level: 'bad' as const,
          },
        ]),
  ]
}

/** What stands behind the certificate itself in its chain; undefined for one that the root has issued. */
function issuerIn(chain: string): string | undefined {
  return chain.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)?.[1]
}

async function explainFile(octets: Buffer, now: number): Promise<readonly Explanation[]> {
  const text = octets.toString('latin1')
  if (text.includes('CERTIFICATE REQUEST-----')) return explainRequest(text)
  if (text.includes('BEGIN X509 CRL-----')) return explainCrl(text, { now })
  return explainCertificate(text.includes('-----BEGIN') ? text : pemOf(octets), now)
}

function pemOf(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
}

function lineOf({ title, value, text, level }: Explanation, call: Call): string {
  const head = `${styleText('bold', call.io.pick(title))}  ${styleText(COLORS[level], value)}`
  return `${head}\n${wrapped(call.io.pick(text))}`
}

function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.map((line) => `    ${line}`).join('\n')
}
