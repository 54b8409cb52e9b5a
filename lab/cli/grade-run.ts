import { randomBytes } from 'node:crypto'
import { basename, resolve } from 'node:path'
import type { CheckTarget } from '../check.ts'
import { readAccount, readAuthority, readIdentity } from '../grading/grade-credentials.ts'
import type { Outputs } from '../grading/grade-output.ts'
import { readTargets, type GradedServer } from '../grading/grade-target.ts'
import { programJob, startProgram, usualLimits } from '../grading/grade-program.ts'
import { casesOf, grade, type Job } from '../grading/grade.ts'
import type { Report } from '../grading/model.ts'
import type { Program } from '../grading/program.ts'
import { LabError } from '../host/error.ts'
import type { Text } from '../service.ts'
import type { Call } from './command.ts'
import { interruption } from './grade-stop.ts'
import type { Subject } from './grade-subject.ts'

const MEGABYTE = 1024 * 1024

type Common = Omit<CheckTarget, 'endpoints'>

/** Grades the servers of `--target`, or the program of `--run`. */
export async function gradeServers(call: Call, subject: Subject, files: Outputs): Promise<readonly Report[]> {
  const { parts } = subject
  const servers = await readTargets(call.texts('target'), parts)
  const command = call.text('run')
  if (servers.length === 0 && command === undefined)
    throw wrong({
      en: 'say which server to grade: --target HOST:PORT, or --run COMMAND',
      es: 'di qué servidor corregir: --target MÁQUINA:PUERTO, o --run ORDEN',
    })
  if (servers.length > 1 && command !== undefined)
    throw wrong({ en: '--run serves one target', es: '--run sirve a un solo objetivo' })
  const common = await commonTarget(call, subject)
  await using program = command === undefined ? undefined : await startRun(call, command, subject, servers[0])
  const jobs =
    program === undefined || command === undefined
      ? servers.map((server) =>
          jobOf(server, servers.length === 1 ? call.text('student') : undefined, common),
        )
      : [
          programJob(program, {
            // A class is a folder for each student.
            student: call.text('student') ?? basename(programFolder(call)),
            label: command,
            parts,
            target: common,
          }),
        ]
  for (const { label, target } of jobs) {
    if (casesOf(parts, target).length === 0)
      throw wrong({
        en: `${label}: no case of the suite asks the endpoints that are offered`,
        es: `${label}: ningún caso de la batería pregunta a los puntos de acceso ofrecidos`,
      })
  }
  using stop = interruption()
  return await grade(jobs, {
    subject: subject.name,
    title: subject.title,
    parts,
    seed: call.text('seed') ?? randomBytes(6).toString('hex'),
    seconds: secondsOf(call),
    signal: stop.signal,
    log: { error: (fields, message) => call.io.complain(`lab grade: ${message}: ${JSON.stringify(fields)}`) },
    publish: (reports) => files.publish(reports),
  })
}

/** What the server is asked for. */
export function domainOf(call: Call, { domain }: Subject): string {
  return call.text('domain') ?? domain ?? 'example.org'
}

async function commonTarget(call: Call, subject: Subject): Promise<Common> {
  const accounts = call.texts('account').map((said) => readAccount(said))
  const place = (option: string): string | undefined => {
    const said = call.text(option)
    return said === undefined ? undefined : resolve(call.io.folder, said)
  }
  const [authority, identity] = [place('ca'), place('identity')]
  const password = call.text('password') ?? call.io.environment['LAB_PASSWORD'] ?? ''
  return {
    domain: domainOf(call, subject),
    accounts: accounts.length === 0 ? (subject.accounts ?? []) : accounts,
    ...(authority !== undefined && { authority: readAuthority(authority) }),
    ...(identity !== undefined && { identity: await readIdentity(identity, password) }),
  }
}

function jobOf({ student, label, endpoints }: GradedServer, asked: string | undefined, common: Common): Job {
  return { student: student ?? asked ?? label, label, target: { ...common, endpoints } }
}

function startRun(
  call: Call,
  command: string,
  subject: Subject,
  server: GradedServer | undefined,
): Promise<Program> {
  const megabytes = numberOf(call, 'memory', usualLimits.memory / MEGABYTE)
  return startProgram(
    { command, folder: programFolder(call), ...(server !== undefined && { addresses: server.endpoints }) },
    {
      parts: subject.parts,
      domain: domainOf(call, subject),
      limits: { seconds: secondsOf(call), memory: megabytes * MEGABYTE },
    },
  )
}

/** For one server. */
function secondsOf(call: Call): number {
  return numberOf(call, 'time', usualLimits.seconds)
}

function programFolder(call: Call): string {
  return resolve(call.io.folder, call.text('folder') ?? '.')
}

function numberOf(call: Call, option: string, usual: number): number {
  const said = call.text(option)
  if (said === undefined) return usual
  if (/^\d{1,6}$/.test(said) && Number(said) > 0) return Number(said)
  throw wrong({
    en: `--${option} takes a whole number above 0, not "${said}"`,
    es: `--${option} espera un número entero mayor que 0, no "${said}"`,
  })
}

function wrong(said: Text): LabError {
  return new LabError(said, { blame: 'wrong' })
}
