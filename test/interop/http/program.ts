import { execFile, spawn } from 'node:child_process'

/** What a program printed, and how it ended. */
export interface Output {
  readonly code: number
  readonly out: Buffer
  readonly error: string
}

/** Runs a program without a proxy or settings of the user's. */
export function run(program: string, ...args: string[]): Promise<Output> {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', LC_ALL: 'C' }
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env, encoding: 'buffer', timeout: 30_000, maxBuffer: 1 << 26 },
      (error, out, complaint) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          out,
          error: complaint.toString(),
        })
      },
    )
  })
}

/** Runs a program with that input, and gives back its whole output. */
export function pipe(input: string, program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout: 30_000 })
    let out = ''
    child.stdout.setEncoding('latin1').on('data', (text: string) => (out += text))
    child.on('error', reject)
    child.on('close', () => resolve(out))
    child.stdin.end(input, 'latin1')
  })
}
