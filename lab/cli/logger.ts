import { styleText } from 'node:util'
import type { Level, Logger as Pino } from 'pino'
import { z } from 'zod'
import type { Logger } from '../service.ts'

/** The levels that `--log-level` takes, the quietest last. */
export const levels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Level[]

/** Loggers by name on standard error: lines for a person on a terminal, JSON otherwise. */
export function createLog(level: (typeof levels)[number]): (name: string) => Logger {
  // Loaded for the first line: a lab in which all goes well writes none, and does not pay for it.
  let root: Promise<Pino> | undefined
  const write = (name: string, at: (typeof levels)[number], fields: object, message: string): void => {
    if (levels.indexOf(at) < levels.indexOf(level)) return
    root ??= openLog(level)
    void root.then((log) => log[at]({ service: name, ...fields }, message))
  }
  return (name) => ({
    debug: (fields, message) => write(name, 'debug', fields, message),
    info: (fields, message) => write(name, 'info', fields, message),
    warn: (fields, message) => write(name, 'warn', fields, message),
    error: (fields, message) => write(name, 'error', fields, message),
  })
}

async function openLog(level: Level): Promise<Pino> {
  const { pino, stdTimeFunctions } = await import('pino')
  const isTerminal = process.stderr.isTTY
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => void process.stderr.write(isTerminal ? pretty(line) : line) },
  )
}

const line = z.record(z.string(), z.unknown())

/** One JSON line of the log, for a person to read. */
function pretty(json: string): string {
  const { level, time, service, msg, error, ...rest } = line.parse(JSON.parse(json))
  const color = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'gray'
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const head = `${String(time).slice(11, 19)} ${styleText(color, String(level).padEnd(5))} ${String(service).padEnd(6)} ${String(msg)}`
  const stack = typeof error === 'string' ? `\n${error.split('\n').slice(0, 4).join('\n')}` : ''
  return `${[head, styleText('gray', fields.join(' '))].join(' ').trimEnd()}${stack}\n`
}
