import { join } from 'node:path'
import { isIP } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { controlPath } from '../console/place.ts'
import { Console, CONSOLE_PORT, type ConsoleOptions } from '../console/console.ts'
import { FactCounts } from '../console/counts.ts'
import type { Desk } from '../console/desk.ts'
import type { Operations, OperationSource } from '../console/operation.ts'
import { stopOperations } from '../console/operations/stop.ts'
import { Captures } from '../capture/captures.ts'
import { ControlServer } from '../console/server.ts'
import { LabError, messageOf, stackOf } from '../host/error.ts'
import type { Changes } from '../host/change.ts'
import type { Launch } from '../grading/launch.ts'
import { TaskDesk } from '../grading/desk.ts'
import { Lab, type LabOptions } from '../host/lab.ts'
import { Lock } from '../host/lock.ts'
import { portModes } from '../host/bind.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Logger } from '../service.ts'
import { exit, type Call, type Io } from './command.ts'
import { containErrors } from './contain.ts'
import { greeting } from './greeting.ts'
import { captureAsked, wiresharkLine } from './pcap.ts'
import { changesLine } from './changes.ts'
import { alreadyRunning } from './conflict.ts'
import { problemLine } from './problem.ts'
import { createLog, levels } from './logger.ts'
import {
  bindAddress,
  consolePort,
  registryOf,
  scenarioFile,
  serviceFolders,
  soundScenario,
  stateRoot,
} from './places.ts'
import { Watch } from './watch.ts'

/** Milliseconds after the start when memory is tidied. */
const TIDY = 300

/** Milliseconds within which another signal counts as the same one. */
const REPEAT = 500

/** Milliseconds between two looks at whether the parent is still there. */
const PARENT = 250

/** Runs a lab in this process until it is told to stop; resolves with the exit code. */
export async function hostLab(call: Call): Promise<number> {
  const { io } = call
  const stop = new AbortController()
  onSignals(stop)
  const registry = registryOf(call)
  const { read, sealFor, launch } = await sourceOf(call, registry)
  const scenario = await read(false)
  const state = join(stateRoot(call), scenario.name)
  const createLogger = createLog(levels.find((known) => known === call.text('log-level')) ?? 'info')
  const log = createLogger('lab')

  using lock = await Lock.take(state)
  if (lock === undefined) throw await alreadyRunning(call, state)
  const bind = bindAddress(call)
  const lab = new Lab({
    scenario,
    state,
    bind,
    ports: portModes.find((mode) => mode === call.text('ports')) ?? 'fallback',
    log: createLogger,
    seal: await sealFor(state, scenario.address),
  })
  let code: number = exit.done
  containErrors(serviceFolders(call), log, (error) => {
    if (code === exit.bug) return
    code = exit.bug
    log.error({ error: stackOf(error) }, 'internal error in the lab itself; it stops')
    stop.abort()
  })
  const reload = (): Promise<Changes> => lab.reload(() => read(true))
  const actions = { reload: async () => ({ ...(await reload()) }), stop: () => stop.abort() }
  using counts = new FactCounts(lab.journal)
  let page: Console | undefined
  // It ends after the lab, and so has its last packets.
  await using captures = new Captures(lab, createLogger('capture'))
  using tasks = new TaskDesk(lab, {
    registry,
    state,
    folder: io.folder,
    launch: launch?.signature,
    log: createLogger('tasks'),
  })
  const desk: Desk = { lab, actions, counts, captures, tasks, page: () => page }
  const operations = operationsOf(desk, log)
  await using _control = await ControlServer.open(controlPath(state), operations, log)
  await using _lab = lab
  stop.signal.addEventListener('abort', () => void lab.stop(), { once: true })
  if (stop.signal.aborted) return code
  const capture = await captureFromStart(call, captures)
  if (!(await hasStarted(lab, call, stop.signal))) return code
  warnBeyondLoopback(bind, log, io)
  if (!call.is('no-console')) page = await openConsole(call, { desk, operations, log })
  await using _page = page
  using _watch = call.is('watch') ? watchScenario(lab, reload, io) : undefined
  const [isHandedIn, isDetached] = [launch !== undefined, call.is('detach')]
  io.say(greeting(lab, io, { page: page?.url, capture: await capture?.(), isHandedIn, isDetached }))
  settle()
  await stopped(stop.signal)
  return code
}

/** Starts what the call names; false if the lab was told to stop meanwhile. */
async function hasStarted(lab: Lab, { words }: Call, stop: AbortSignal): Promise<boolean> {
  try {
    await lab.start(words)
    return true
  } catch (error) {
    if (stop.aborted) return false
    throw error
  }
}

/** How the scenario is read, now and again, and what seals its journal if it comes with a launch file. */
async function sourceOf(
  call: Call,
  registry: Registry,
): Promise<{
  readonly read: (isRunning: boolean) => Promise<Scenario>
  readonly sealFor: (state: string, address: string) => Promise<LabOptions['seal']>
  readonly launch: Launch | undefined
}> {
  const launched = call.text('launch') === undefined ? undefined : await import('./launched.ts')
  const launch = launched?.launchOf(call)
  const file = scenarioFile(call, launch?.scenario)
  const read = async (isRunning: boolean): Promise<Scenario> => {
    const whose = { student: call.text('student'), ...launch, folder: call.io.folder }
    const { scenario, warnings } = await soundScenario(call, file, registry, isRunning, whose)
    if (launch !== undefined) launched?.holdToLaunch(launch, file, scenario)
    for (const warning of warnings) call.io.complain(problemLine(warning, call.io))
    return scenario
  }
  const sealFor = async (state: string, address: string): Promise<LabOptions['seal']> =>
    launch === undefined ? undefined : launched?.sealFor(launch, state, address)
  return { read, sealFor, launch }
}

/** The lab is ready, which a detached one tells the command that started it. */
function settle(): void {
  // That command may have gone meanwhile.
  if (process.connected) process.send?.({ ready: true }, undefined, undefined, () => undefined)
  tidyMemory()
}

/** Begins the capture of `--pcap`, if there is one; resolves with what tells, once the lab runs, how it is read. */
async function captureFromStart(
  call: Call,
  captures: Captures,
): Promise<(() => Promise<string>) | undefined> {
  const asked = captureAsked(call)
  if (asked === undefined) return undefined
  const { language } = call.io
  const { capture } = await captures.open({ ...asked, language, services: [], clients: [] })
  return async () => wiresharkLine(await captures.decoding(), capture.file?.path ?? asked.file)
}

/** What can be asked of the lab, all but its end loaded when somebody asks: a lab that nobody asks does not pay for it. */
function operationsOf(desk: Desk, log: Logger): OperationSource {
  let loaded: Promise<Operations> | undefined
  return {
    first: stopOperations(desk.actions),
    load: () =>
      (loaded ??= import('../console/operations.ts').then(({ labOperations }) => labOperations(desk, log))),
  }
}

/** Opens the page of the lab, without which a lab is still one; what is open in a browser is cut as soon as the lab begins to stop. */
async function openConsole(call: Call, options: Omit<ConsoleOptions, 'port'>): Promise<Console | undefined> {
  const port = consolePort(call) ?? (call.text('ports') === 'any' ? 0 : CONSOLE_PORT)
  try {
    const page = await Console.open({ ...options, port })
    const { signal } = options.desk.lab
    signal.addEventListener('abort', () => void page[Symbol.asyncDispose](), { once: true })
    return page
  } catch (error) {
    options.log.warn({ reason: messageOf(error) }, 'the console cannot listen; the lab goes on without it')
    return undefined
  }
}

/** The first signal stops the lab in order, the second one at once; so does the end of the launcher. */
function onSignals(stop: AbortController): void {
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) first = performance.now()
      // One Ctrl-C arrives several times: from the terminal, from the launcher, from npm.
      else if (performance.now() - first > REPEAT) process.exit(exit.failed)
      stop.abort()
    })
  }
  if (process.env['LAB_DETACHED'] !== undefined) return
  if (process.env['npm_lifecycle_event'] !== undefined) stopWithParent(stop)
  if (process.env['LAB_LAUNCHED'] === undefined) return
  process.once('disconnect', () => stop.abort())
  process.channel?.unref()
}

/** Gives the memory that starting took back to the system: a lab is idle most of the time, and others run beside it. */
function tidyMemory(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    // Most of the code has run once, to start the lab: letting it go saves 0.8 MB; what runs again is compiled again.
    setFlagsFromString('--stress-flush-code')
    if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    setFlagsFromString('--no-stress-flush-code')
  }, TIDY).unref()
}

/** npm ends its shell but not what the shell runs; a lab that npm has started ends when that parent is gone. */
function stopWithParent(stop: AbortController): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) stop.abort()
  }, PARENT).unref()
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function warnBeyondLoopback(bind: string, log: Logger, io: Io): void {
  const isLoopback = isIP(bind) === 4 ? bind.startsWith('127.') : bind === '::1'
  if (isLoopback) return
  const warning = io.pick({
    en: 'the lab can be reached from other machines: its services are for teaching, some take passwords in clear text',
    es: 'el laboratorio es accesible desde otras máquinas: sus servicios son para enseñar, algunos aceptan contraseñas en claro',
  })
  log.warn({ address: bind }, warning)
}

/** Reloads when the scenario, or a file that a service has read, changes. */
function watchScenario(lab: Lab, reload: () => Promise<Changes>, io: Io): Watch {
  const files = (): string[] => [
    ...lab.scenario.sources,
    ...lab.scenario.instances.flatMap((instance) => instance.files.watched()),
  ]
  return new Watch(files, async () => {
    try {
      io.say(changesLine(await reload(), io))
    } catch (error) {
      if (error instanceof LabError)
        for (const problem of error.problems) io.complain(problemLine(problem, io))
      io.complain(error instanceof LabError ? error.text : messageOf(error))
    }
  })
}
