import { accessSync, constants, existsSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { platform } from 'node:os'
import { basename, join } from 'node:path'
import { styleText } from 'node:util'
import { isAlive } from '../console/client.ts'
import { controlPath, stateFolders } from '../console/place.ts'
import { LabError, messageOf } from '../host/error.ts'
import { Lock, makeFolder } from '../host/lock.ts'
import { exit, labOptions, placeOptions, type Call, type Command } from './command.ts'
import { stateRoot, stopCommand } from './places.ts'
import { portFindings, type Finding } from './ports.ts'

/** Bytes of free disk below which a journal soon fills it. */
const LITTLE = 200 * 1024 * 1024

/** Looks for what keeps a lab from starting, and says the remedy of each. */
export const command: Command = {
  summary: { en: 'find out why the lab does not start', es: 'averiguar por qué no arranca el laboratorio' },
  usage: '[-s SCENARIO]',
  most: 0,
  options: { ...labOptions, ...placeOptions },
  examples: [
    {
      line: 'lab doctor',
      text: {
        en: 'Node, ports, rights, folders, leftovers',
        es: 'Node, puertos, permisos, carpetas, restos',
      },
    },
  ],
  async run(call) {
    const findings = [
      ...nodeFindings(),
      ...folderFindings(call),
      ...(await leftoverFindings(call)),
      ...(await portFindings(call)),
      ...rightFindings(),
    ]
    const marks = {
      good: styleText('green', 'ok  '),
      note: styleText('yellow', call.io.pick({ en: 'note', es: 'nota' })),
      bad: styleText('red', call.io.pick({ en: 'FAIL', es: 'MAL ' })),
    }
    for (const finding of findings) call.io.say(`${marks[finding.grade]}  ${call.io.pick(finding.text)}`)
    return findings.some((finding) => finding.grade === 'bad') ? exit.failed : exit.done
  },
}

function nodeFindings(): Finding[] {
  const { node } = process.versions
  return [
    {
      grade: 'good',
      text: {
        en: `Node ${node} on ${platform()} ${process.arch}`,
        es: `Node ${node} en ${platform()} ${process.arch}`,
      },
    },
  ]
}

function folderFindings(call: Call): Finding[] {
  const root = stateRoot(call)
  try {
    makeFolder(root)
    accessSync(root, constants.W_OK)
    const { bavail, bsize } = statfsSync(root)
    const free = Math.round((bavail * bsize) / 1024 / 1024)
    if (bavail * bsize >= LITTLE)
      return [
        {
          grade: 'good',
          text: {
            en: `${root} can be written, ${free} MB free`,
            es: `se puede escribir en ${root}, ${free} MB libres`,
          },
        },
      ]
    return [
      {
        grade: 'note',
        text: {
          en: `${root} has only ${free} MB free: delete old journals (${join(root, '*', 'journal')}) or give another folder with --state`,
          es: `${root} solo tiene ${free} MB libres: borra diarios antiguos (${join(root, '*', 'journal')}) o indica otra carpeta con --state`,
        },
      },
    ]
  } catch (error) {
    const wrong =
      error instanceof LabError
        ? error
        : new LabError((words) => words.stateUnwritable(root, messageOf(error)))
    return [{ grade: 'bad', text: wrong.text }]
  }
}

async function leftoverFindings(call: Call): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const look of foldersOf(call)) findings.push(...(await told(look)))
  if (findings.length > 0) return findings
  return [
    {
      grade: 'good',
      text: {
        en: 'no lab is running here, nothing is left over',
        es: 'no hay ningún laboratorio en marcha aquí, no quedan restos',
      },
    },
  ]
}

/** One look for each state folder; if they cannot be listed, one that fails with the reason. */
function foldersOf(call: Call): (() => Promise<Finding[]>)[] {
  try {
    return stateFolders(stateRoot(call)).map((folder) => () => leftoversIn(call, folder))
  } catch (error) {
    return [() => Promise.reject(error)]
  }
}

/** What the look finds; what keeps it from looking is a finding too, and the other looks go on. */
async function told(look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof LabError) return [{ grade: 'bad', text: error.text }]
    throw error
  }
}

async function leftoversIn(call: Call, folder: string): Promise<Finding[]> {
  const name = basename(folder)
  const path = controlPath(folder)
  using lock = await Lock.take(folder)
  if (lock === undefined) return [(await isAlive(path)) ? runningFinding(call, folder) : heldFinding(name)]
  if (platform() === 'win32' || !existsSync(path) || !statSync(path).isSocket()) return []
  rmSync(path, { force: true })
  return [
    {
      grade: 'note',
      text: {
        en: `"${name}" was killed last time; its dead control socket has been removed`,
        es: `"${name}" fue interrumpido la última vez; se ha retirado su socket de control muerto`,
      },
    },
  ]
}

function runningFinding(call: Call, folder: string): Finding {
  const { name, stop } = stopCommand(call, folder)
  return {
    grade: 'note',
    text: {
      en: `"${name}" is running; it stops with: \`${stop}\``,
      es: `"${name}" está en marcha; se detiene con: \`${stop}\``,
    },
  }
}

function heldFinding(name: string): Finding {
  return {
    grade: 'bad',
    text: {
      en: `"${name}" is held by a process that does not answer: end it (look for "lab.js start" among your processes)`,
      es: `"${name}" está en manos de un proceso que no responde: termínalo (busca "lab.js start" entre tus procesos)`,
    },
  }
}

/** Whether the standard ports may be used. */
function rightFindings(): Finding[] {
  const first = platform() === 'linux' ? linuxFirstPort() : platform() === 'win32' ? 0 : 1024
  if (process.getuid?.() === 0 || first <= 53) {
    return [
      {
        grade: 'good',
        text: {
          en: 'the standard ports may be used: --ports standard',
          es: 'se pueden usar los puertos estándar: --ports standard',
        },
      },
    ]
  }
  const remedy = platform() === 'linux' ? ': sudo sysctl net.ipv4.ip_unprivileged_port_start=0' : ''
  return [
    {
      grade: 'note',
      text: {
        en: `ports below ${first} need privileges, so --ports standard does not work for you${remedy}. The default ports need none`,
        es: `los puertos por debajo de ${first} requieren privilegios, así que --ports standard no te sirve${remedy}. Los puertos por defecto no los necesitan`,
      },
    },
  ]
}

/** The first port that anybody may use. */
function linuxFirstPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  } catch {
    // A container may hide it; then the usual bound holds.
    return 1024
  }
}
