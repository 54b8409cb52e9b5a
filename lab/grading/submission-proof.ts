/** Whether the parts of a submission belong together. */
import { parseChain, type ChainBatch, type ChainHead } from './chain.ts'
import { isSigned, launchHash, type Launch } from './launch.ts'
import type { Flag } from './model.ts'
import { partKind, partNames, type Manifest } from './submission-form.ts'

/** One run of a lab. */
export interface Run {
  readonly head: ChainHead
  readonly batches: readonly ChainBatch[]
}

/** The runs by the names of their journals; each must stand on the one before, the first on the launch file. */
export function runsOf(
  parts: ReadonlyMap<string, Buffer>,
  launch: Launch,
  faults: Flag[],
): ReadonlyMap<string, Run> {
  const found = new Map<string, Run>()
  const own = launchHash(launch)
  let [previous, expected] = [own, 1]
  for (const [name, octets] of parts) {
    if (partKind(name) !== 'chain') continue
    const { head, batches, wrong, last, whole } = parseChain(octets)
    if (head === undefined || wrong !== undefined || whole < octets.length) {
      const at = wrong ?? batches.length + 2
      faults.push(
        flag(
          'chain-broken',
          `${name}:${at} is no line of a chain`,
          `${name}:${at} no es una línea de una cadena`,
        ),
      )
      break
    }
    if (head.launch !== own)
      faults.push(
        flag(
          'other-launch',
          `run ${head.run} was made with another launch file than this one of student ${launch.student}`,
          `la ejecución ${head.run} se hizo con otro fichero de lanzamiento, no con este del estudiante ${launch.student}`,
        ),
      )
    else if (head.run !== expected || head.previous !== previous || name !== partNames.chain(head.run))
      faults.push(
        flag(
          'run-missing',
          `run ${head.run} does not follow on run ${expected - 1}: runs are missing, or in another order`,
          `la ejecución ${head.run} no sigue a la ${expected - 1}: faltan ejecuciones, o están en otro orden`,
        ),
      )
    found.set(name.replace('.chain', '.ndjson'), { head, batches })
    previous = last
    expected = head.run + 1
  }
  if (found.size === 0)
    faults.push(flag('run-missing', 'it holds no run of a lab', 'no contiene ninguna ejecución'))
  return found
}

/** Where the list of parts and the launch file say different things. */
export function agreement(manifest: Manifest, launch: Launch): Flag[] {
  const faults: Flag[] = []
  if (!isSigned(launch))
    faults.push(
      flag(
        'launch-forged',
        'launch.json was changed after it was signed',
        'launch.json fue modificado después de firmarse',
      ),
    )
  if (manifest.student !== launch.student)
    faults.push(
      flag(
        'foreign-student',
        `it is handed in for student ${manifest.student}, but its launch file is that of ${launch.student}`,
        `se entrega por el estudiante ${manifest.student}, pero su fichero de lanzamiento es de ${launch.student}`,
      ),
    )
  if (manifest.launch !== launchHash(launch))
    faults.push(
      flag(
        'other-launch',
        'it names another launch file than it holds',
        'nombra otro fichero de lanzamiento que el que contiene',
      ),
    )
  if (manifest.scenario !== launch.scenario)
    faults.push(
      flag(
        'other-scenario',
        `it names the scenario "${manifest.scenario}", its launch file "${launch.scenario}"`,
        `nombra el escenario "${manifest.scenario}", su fichero de lanzamiento "${launch.scenario}"`,
      ),
    )
  return faults
}

/** A part that is not the one of which the list of parts tells. */
export function changed(part: string): Flag {
  return flag(
    'part-changed',
    `${part} was changed after it was handed in`,
    `${part} fue modificado tras la entrega`,
  )
}

/** A file whose signature is another one's. */
export const unsigned: Flag = flag(
  'signature-wrong',
  'the file was changed after it was made: its signature does not fit',
  'el fichero fue modificado después de crearse: su firma no corresponde',
)

/** Something that is told, in both languages. */
export function flag(kind: string, en: string, es: string): Flag {
  return { kind, text: { en, es } }
}
