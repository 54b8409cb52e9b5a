/** Captures made by dumpcap, and what tshark says of them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runAlone } from '../capture/tshark.ts'
import { missing } from '../../tool.ts'

/** Why dumpcap may not capture here; false if it may. */
export async function whyNoDump(): Promise<string | false> {
  const absent = missing('dumpcap')
  if (absent !== false) return absent
  // It lists devices to those, too, whom it does not let capture.
  const { code } = await runAlone('dumpcap', ['-q', '-i', 'lo', '-a', 'duration:1', '-w', '/dev/null'])
  return code === 0 ? false : 'needs the right to capture: CAP_NET_RAW'
}

/** Captures what passes the filter while `run` does. */
export async function dumped(
  file: string,
  { device, filter }: { readonly device: string; readonly filter: string },
  run: () => Promise<void>,
): Promise<void> {
  const words = ['-q', '-i', device, '-f', filter, '-w', file]
  const child = spawn('dumpcap', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    // It captures once it has named the file.
    for (let tries = 0; !said.includes('File:') && child.exitCode === null && tries < 200; tries += 1)
      await sleep(25)
    if (child.exitCode !== null) throw new Error(said)
    await sleep(200)
    await run()
    await settled(file)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

/** The kernel hands packets over in batches. */
async function settled(file: string): Promise<void> {
  let [size, since] = [-1, Date.now()]
  const begun = Date.now()
  while (Date.now() - since < 600 && Date.now() - begun < 10_000) {
    await sleep(50)
    const now = existsSync(file) ? statSync(file).size : 0
    if (now !== size) [size, since] = [now, Date.now()]
  }
}

/** The numbers of the frames that pass a filter of tshark. */
export async function framesOf(file: string, filter: string, decoding: readonly string[]): Promise<number[]> {
  const words = ['-n', '-r', file, ...decoding.flatMap((each) => ['-d', each]), '-Y', filter]
  const { code, out, error } = await runAlone('tshark', [...words, '-T', 'fields', '-e', 'frame.number'])
  if (code !== 0) throw new Error(error)
  return out.split('\n').filter(Boolean).map(Number)
}

/** Writes the capture anew as editcap or mergecap does; returns the new file. */
export async function rewritten(
  folder: string,
  name: string,
  tool: string,
  ...words: readonly string[]
): Promise<string> {
  const file = join(folder, name)
  const all = words.map((word) => (word === 'OUT' ? file : word))
  const { code, error } = await runAlone(tool, all)
  if (code !== 0) throw new Error(error)
  return file
}
