import { resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import type { Option } from '../command.ts'
import { codeOf, LabError, messageOf, stackOf } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import type { Text } from '../service.ts'
import { languageOf } from '../words/index.ts'
import { problemLine } from './problem.ts'
import {
  courseOptions,
  exit,
  hostOptions,
  labOptions,
  logOptions,
  placeOptions,
  submitOptions,
  traceOptions,
  type Call,
  type Command,
  type Io,
} from './command.ts'
import { gradeOptions } from './grade-options.ts'
import { programOf, typable } from './program.ts'
import { serviceCommands } from './service-command.ts'

/** The commands, each loaded when it is called. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  start: () => import('./start.ts'),
  stop: () => import('./stop.ts'),
  status: () => import('./status.ts'),
  service: () => import('./service.ts'),
  reload: () => import('./reload.ts'),
  guide: () => import('./guide.ts'),
  check: () => import('./check.ts'),
  log: () => import('./log.ts'),
  trace: () => import('./trace.ts'),
  console: () => import('./console.ts'),
  list: () => import('./list.ts'),
  validate: () => import('./validate.ts'),
  test: () => import('./test.ts'),
  schema: () => import('./schema.ts'),
  cert: () => import('./cert.ts'),
  grade: () => import('./grade.ts'),
  course: () => import('./course.ts'),
  submit: () => import('./submit.ts'),
  doctor: () => import('./doctor.ts'),
}

/** What every command takes. */
const common = {
  help: { type: 'boolean', short: 'h', text: { en: 'show this help', es: 'mostrar esta ayuda' } },
  lang: {
    type: 'string',
    value: 'en|es',
    text: { en: 'the language of all texts (LANG)', es: 'el idioma de todos los textos (LANG)' },
  },
} as const

/** The options of the lab's commands that take a value, as they are written: they may stand before the command's name. */
const valued: ReadonlySet<string> = new Set(
  Object.entries<Option>({
    ...common,
    ...placeOptions,
    ...labOptions,
    ...hostOptions,
    ...logOptions,
    ...traceOptions,
    ...courseOptions,
    ...gradeOptions,
    ...submitOptions,
  })
    .filter(([, option]) => option.type === 'string')
    .flatMap(([name, { short }]) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]),
)

/** Milliseconds that a finished command may wait for what is still open. */
const LINGER = 50

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
  const words = process.argv.slice(2)
  const io = ioOf(words)
  const isHosting = words.includes('start')
  // A reader that has seen enough, as in `lab log | head`, ends the command without a fuss; a lab goes on without one.
  process.stdout.on('error', () => isHosting || process.exit(exit.done))
  process.stderr.on('error', () => undefined)
  process.exitCode = await run(words, io)
  // What a service may have left running does not keep a stopped lab alive.
  setTimeout(() => process.exit(), LINGER).unref()
}

async function run(words: readonly string[], io: Io): Promise<number> {
  const asked = languageAsked(words)
  if (asked !== undefined && !/^(?:en|es)/i.test(asked)) {
    io.complain({
      en: `lab: --lang takes en or es, not "${asked}"`,
      es: `lab: --lang espera en o es, no "${asked}"`,
    })
    return exit.wrong
  }
  const at = nameAt(words)
  const name = words[at]
  if (name === undefined || name === 'help') return overview(words, at, io)
  const load = Object.hasOwn(commands, name) ? commands[name] : broughtBy(words).get(name)
  if (load === undefined) {
    const near = nearest(name, [...Object.keys(commands), ...broughtBy(words).keys()])
    io.complain({
      en: `lab: there is no command "${name}"${near === undefined ? '' : ` (did you mean "${near}"?)`}. \`lab --help\` lists them`,
      es: `lab: no existe la orden "${name}"${near === undefined ? '' : ` (¿querías decir "${near}"?)`}. \`lab --help\` las enumera`,
    })
    return exit.wrong
  }
  try {
    const { command } = await load()
    const call = read(command, words.toSpliced(at, 1), io)
    if (call.is('help')) {
      const { helpOf } = await import('./help.ts')
      io.say(helpOf(name, { ...command, options: { ...command.options, ...common } }, io))
      return exit.done
    }
    return await command.run(call)
  } catch (error) {
    return failed(error, io, name)
  }
}

/** Where the command's name stands, -1 if it is not there: an option that only a command knows may take a value, too. */
function nameAt(words: readonly string[]): number {
  const plain = words.flatMap((word, index) =>
    word.startsWith('-') || valued.has(words[index - 1] ?? '') ? [] : [index],
  )
  const isName = (index: number): boolean => {
    const [before, word] = [words[index - 1] ?? '', words[index] ?? '']
    return !before.startsWith('-') || Object.hasOwn(commands, word) || broughtBy(words).has(word)
  }
  return plain.find(isName) ?? plain[0] ?? -1
}

async function overview(words: readonly string[], at: number, io: Io): Promise<number> {
  if (words.includes('--version')) {
    const { default: manifest } = (await import('../../package.json', { with: { type: 'json' } })) as {
      default: { version: string }
    }
    io.say(`telelab ${manifest.version} (Node ${process.versions.node})`)
    return exit.done
  }
  const topic = at < 0 ? undefined : words[at + 1]
  const known = new Map([...broughtBy(words), ...Object.entries(commands)])
  if (topic !== undefined && known.has(topic)) return run([topic, '--help'], io)
  const { overviewOf } = await import('./help.ts')
  const loaded = await Promise.all(
    [...Object.entries(commands), ...broughtBy(words)].map(
      async ([name, load]) => [name, (await load()).command] as const,
    ),
  )
  io.say(overviewOf(loaded, io))
  return words.length === 0 || words.includes('--help') || words.includes('-h') || at >= 0
    ? exit.done
    : exit.wrong
}

function read(command: Command, words: readonly string[], io: Io): Call {
  const options = { ...command.options, ...common }
  const { values, positionals } = parse(words, options)
  if (positionals.length > command.most && values['help'] !== true) {
    const extra = positionals[command.most] ?? ''
    throw new LabError({ en: `"${extra}" is one word too many`, es: `"${extra}" sobra` }, { blame: 'wrong' })
  }
  return {
    io,
    words: positionals,
    text: (option) =>
      [values[option]]
        .flat()
        .filter((value) => typeof value === 'string')
        .at(-1),
    texts: (option) => [values[option]].flat().filter((value) => typeof value === 'string'),
    is: (option) => values[option] === true,
  }
}

function parse(
  words: readonly string[],
  options: Command['options'],
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1]
    if (word === '--') break
    if (name === undefined || Object.hasOwn(options, name)) continue
    const near = nearest(name, Object.keys(options))
    throw new LabError(
      {
        en: `there is no option --${name}${near === undefined ? '' : ` (did you mean --${near}?)`}`,
        es: `no existe la opción --${name}${near === undefined ? '' : ` (¿querías decir --${near}?)`}`,
      },
      { blame: 'wrong' },
    )
  }
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    const said = messageOf(error)
    const [, option = '?'] = /'(-[^' ]+)/.exec(said) ?? []
    const reason = {
      ERR_PARSE_ARGS_UNKNOWN_OPTION: {
        en: `there is no option ${option}`,
        es: `no existe la opción ${option}`,
      },
      ERR_PARSE_ARGS_INVALID_OPTION_VALUE: /does not take/.test(said)
        ? { en: `${option} takes no value`, es: `${option} no lleva valor` }
        : { en: `${option} needs a value`, es: `${option} necesita un valor` },
    }
    const told = Object.entries(reason).find(([code]) => code === codeOf(error))?.[1]
    throw new LabError(told ?? { en: said, es: said }, { blame: 'wrong', cause: error })
  }
}

function failed(error: unknown, io: Io, name: string): number {
  if (!(error instanceof LabError)) {
    io.complain({
      en: 'lab: internal error; please report it with these lines',
      es: 'lab: error interno; por favor, comunícalo con estas líneas',
    })
    io.complain(stackOf(error))
    return exit.bug
  }
  for (const problem of error.problems) io.complain(problemLine(problem, io))
  io.complain(`lab ${name}: ${io.pick(error.text)}`)
  return error.blame === 'wrong' ? exit.wrong : exit.failed
}

/** The commands that the services bring, those of `--services` included. */
function broughtBy(words: readonly string[]): ReturnType<typeof serviceCommands> {
  const folders = words.flatMap((word, index) =>
    word === '--services' ? (words[index + 1] ?? []) : word.startsWith('--services=') ? word.slice(11) : [],
  )
  return serviceCommands(folders.map((folder) => resolve(workingFolder(), folder)))
}

/** What `--lang` says, wherever it stands. */
function languageAsked(words: readonly string[]): string | undefined {
  const index = words.findLastIndex((word) => word === '--lang' || word.startsWith('--lang='))
  return index < 0 ? undefined : (words[index]?.split('=')[1] ?? words[index + 1])
}

function ioOf(asked: readonly string[]): Io {
  const language = languageOf(languageAsked(asked), process.env)
  const folder = workingFolder()
  const program = programOf(process.env, process.argv[1] ?? 'lab', folder)
  const pick = (text: Text): string => typable(text[language], program)
  const line = (said: string | Text): string => `${typeof said === 'string' ? said : pick(said)}\n`
  return {
    language,
    environment: process.env,
    folder,
    say: (said) => write('out', line(said)),
    complain: (said) => write('err', line(said)),
    pick,
    command: (words) => typable(`\`${words}\``, program),
  }
}

/** Writes to the terminal; a detached lab hands its words to the command that started it, while that still listens. */
function write(stream: 'out' | 'err', line: string): void {
  if (process.env['LAB_DETACHED'] !== undefined && process.connected)
    process.send?.({ [stream]: line }, undefined, undefined, () => undefined)
  else (stream === 'out' ? process.stdout : process.stderr).write(line)
}

/** The folder in which the command runs; the root if it has been deleted meanwhile. */
function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    // Relative paths then lead nowhere, and the command says so.
    return sep
  }
}
