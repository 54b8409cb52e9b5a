import { styleText } from 'node:util'
import { pino, type Level } from 'pino'
import { z } from 'zod'
import type { Logger } from '../service.ts'

/** The levels that `--log-level` takes, the quietest last. */
export const levels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Level[]

/** Loggers by name on standard error: lines for a person on a terminal, JSON otherwise. */
export function createLog(level: Level): (name: string) => Logger {
  const isTerminal = process.stderr.isTTY
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => void process.stderr.write(isTerminal ? pretty(line) : line) },
  )
  return (name) => root.child({ service: name })
}

const fields = z.record(z.string(), z.unknown())

/** One JSON line of the log, for a person to read. */
function pretty(line: string): string {
  const { level, time, service, msg, error, ...rest } = fields.parse(JSON.parse(line))
  const color = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'gray'
  const others = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const head = `${String(time).slice(11, 19)} ${styleText(color, String(level).padEnd(5))} ${String(service).padEnd(6)} ${String(msg)}`
  const stack = typeof error === 'string' ? `\n${error.split('\n').slice(0, 4).join('\n')}` : ''
  return `${[head, styleText('gray', others.join(' '))].join(' ').trimEnd()}${stack}\n`
}
