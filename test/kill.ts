import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

/** Runs a script on a folder, kills it within so many milliseconds after its first words, and returns the whole lines that it printed. */
export async function runAndKill(script: string, folder: string, within: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  await setTimeout(randomInt(0, within))
  child.kill('SIGKILL')
  const [, signal] = await ended
  assert.equal(signal, 'SIGKILL', 'the child ended by itself')
  // A line without its end may be half a word.
  return output.split('\n').slice(0, -1)
}
