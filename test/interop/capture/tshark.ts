/** Captures of a lab as tshark reads them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Capture, type CaptureRequest } from '../../../lab/capture/capture.ts'
import type { Lab } from '../../../lab/host/lab.ts'
import type { Logger } from '../../../lab/service.ts'
import { missing } from '../../tool.ts'

/** Why the tests of captures are skipped; false if they are not. */
export const skip: string | false = missing('tshark', 'capinfos')

/** Every checksum is verified. */
const STRICT = ['ip', 'tcp', 'udp'].flatMap((layer) => ['-o', `${layer}.check_checksum:TRUE`])

/** What is wrong with a frame, in tshark's words; 0 says that a checksum is bad. */
const WRONG = [
  'tcp.analysis.flags',
  '_ws.malformed',
  'ip.checksum.status == 0',
  'tcp.checksum.status == 0',
  'udp.checksum.status == 0',
  // Whatever else tshark warns of; a reset is no mistake of the capture.
  '(_ws.expert.severity >= 0x600000 && !tcp.flags.reset)',
].join(' || ')

/** What a program printed. */
export interface Said {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Runs a program to its end, in a home of nobody. */
export function runAlone(program: string, words: readonly string[], timeout = 30_000): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    })
    let [out, error] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, error }))
  })
}

/** Which protocol a port speaks, as tshark's `-d` takes it. */
export type Decoding = readonly (readonly [
  port: number,
  protocol: string,
  transport?: 'tcp' | 'udp' | 'tls',
])[]

function decodings(decoding: Decoding): string[] {
  return decoding.flatMap(([port, protocol, transport = 'tcp']) => [
    '-d',
    `${transport}.port==${port},${protocol}`,
  ])
}

/** The fields of the frames that pass a filter, one list a frame; what a frame has several times is joined by commas. */
export async function fieldsOf(
  file: string,
  decoding: Decoding,
  filter: string,
  ...fields: readonly string[]
): Promise<string[][]> {
  const words = ['-n', '-r', file, ...STRICT, ...decodings(decoding), '-Y', filter, '-T', 'fields']
  const { code, out, error } = await runAlone('tshark', [
    ...words,
    ...fields.flatMap((field) => ['-e', field]),
  ])
  assert.equal(code, 0, error)
  return out === ''
    ? []
    : out
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.split('\t'))
}

/** One field of the frames that have it. */
export async function fieldOf(file: string, decoding: Decoding, field: string): Promise<string[]> {
  return (await fieldsOf(file, decoding, field, field)).map(([value = '']) => value)
}

/** Fails unless tshark finds nothing wrong with any frame, and finds every checksum good. */
export async function assertSound(file: string, decoding: Decoding = []): Promise<void> {
  const columns = ['frame.number', '_ws.col.Info', '_ws.expert.message']
  assert.deepEqual(await fieldsOf(file, decoding, WRONG, ...columns), [])
  const all = await fieldsOf(file, decoding, 'frame', 'frame.number')
  const good = 'tcp.checksum.status == 1 || udp.checksum.status == 1'
  assert.ok(all.length > 0)
  assert.equal((await fieldsOf(file, decoding, good, 'frame.number')).length, all.length)
}

/** A log that keeps its warnings and errors. */
export function listening(): Logger & { readonly heard: string[] } {
  const heard: string[] = []
  const hear = (_fields: object, message: string): void => void heard.push(message)
  return { heard, debug: () => undefined, info: () => undefined, warn: hear, error: hear }
}

/** A capture of everything, which ends with the block. */
export function openCapture(
  lab: Lab,
  request: Partial<CaptureRequest> = {},
  log: Logger = listening(),
): Promise<Capture> {
  return Capture.open(lab, { services: [], clients: [], language: 'en', ...request }, log)
}

/** Captures what happens while `run` does, in a file of that folder. */
export async function captured(
  lab: Lab,
  folder: string,
  run: () => Promise<void>,
  request: Partial<CaptureRequest> = {},
): Promise<string> {
  const file = join(folder, 'trace.pcapng')
  await using _capture = await openCapture(lab, { file, ...request })
  await run()
  // The last ends of connections come a turn later than their clients' ends.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return file
}
