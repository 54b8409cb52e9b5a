import { resolve } from 'node:path'
import { LabError } from '../host/error.ts'
import type { Call } from './command.ts'
import { quoted } from './program.ts'

/** What `--pcap` and `--ring` ask for; undefined without them. */
export function captureAsked(
  call: Call,
): { readonly file: string; readonly ring: string | undefined } | undefined {
  const [file, ring] = [call.text('pcap'), call.text('ring')]
  if (file === undefined && ring !== undefined) throw ringAlone()
  if (file === '-')
    throw new LabError(
      {
        en: '--pcap - is for `lab trace`, once the lab runs; here it takes a file',
        es: '--pcap - es para `lab trace`, con el laboratorio en marcha; aquí espera un fichero',
      },
      { blame: 'wrong' },
    )
  return file === undefined ? undefined : { file: resolve(call.io.folder, file), ring }
}

/** `--ring` without a file that it could be about. */
export function ringAlone(): LabError {
  return new LabError(
    {
      en: '--ring says how much of the file of --pcap is kept; give that, too',
      es: '--ring indica cuánto se conserva del fichero de --pcap; da también ese',
    },
    { blame: 'wrong' },
  )
}

/** The command that reads a capture, given what Wireshark is told of its ports. */
export function wiresharkLine(decoding: readonly string[], ...words: readonly string[]): string {
  return ['wireshark', ...decoding, ...words.map(quoted)].join(' ')
}
