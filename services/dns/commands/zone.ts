/** `lab zone`: what named-checkzone and named-compilezone tell, for the lab's zones. */
import { quantity } from '../../../lab/kit/quantity.ts'
import type { Problem, ServiceCall, ServiceCommand } from '../../../lab/service.ts'
import { config } from '../config.ts'
import { printName } from '../wire/name.ts'
import { printZone } from '../zone/print.ts'
import { buildZone } from '../zone/zone.ts'
import { serialOf } from '../zone/serial.ts'
import { loadZones, type LoadedZone } from '../zone/zones.ts'

/** Zones and what is wrong with them, the problems at the places where their authors wrote them. */
interface Loaded {
  readonly zones: readonly LoadedZone[]
  readonly problems: readonly Problem[]
}

/** Checks zone files, or prints their zones in canonical form. */
export const command: ServiceCommand = {
  summary: {
    en: 'check zone files, or print zones in canonical form',
    es: 'comprobar ficheros de zona, o mostrar las zonas en forma canónica',
  },
  usage: 'check|show [FILE…]',
  most: 1000,
  options: {
    origin: {
      type: 'string',
      value: 'NAME',
      text: {
        en: "completes relative names until a file says $ORIGIN (the scenario's domain)",
        es: 'completa los nombres relativos hasta que un fichero diga $ORIGIN (el dominio del escenario)',
      },
    },
  },
  examples: [
    {
      line: 'lab zone check',
      text: { en: "the zones of the scenario's DNS", es: 'las zonas del DNS del escenario' },
    },
    {
      line: 'lab zone check zone.db --origin example.org',
      text: {
        en: 'every mistake of a file at once, with file:line:column',
        es: 'todos los errores de un fichero a la vez, con fichero:línea:columna',
      },
    },
    {
      line: 'lab zone show -s sstt',
      text: { en: 'the zones, a record a line', es: 'las zonas, un registro por línea' },
    },
  ],
  async run(call) {
    const [task, ...files] = call.words
    if (task !== 'check' && task !== 'show') {
      call.complain({
        en: 'lab zone: say `lab zone check` or `lab zone show`; `lab zone --help` tells more',
        es: 'lab zone: escribe `lab zone check` o `lab zone show`; `lab zone --help` cuenta más',
      })
      return 'wrong'
    }
    let isWrong = false
    for (const { zones, problems } of await load(call, files)) {
      for (const problem of problems) call.report(problem)
      if (problems.some(({ severity }) => severity !== 'warning')) isWrong = true
      else for (const zone of zones) call.say(task === 'show' ? shown(zone) : verdict(zone))
    }
    return isWrong ? 'wrong' : 'done'
  },
}

async function load(call: ServiceCall, files: readonly string[]): Promise<readonly Loaded[]> {
  const place = await call.scenario()
  if (files.length > 0) {
    return Promise.all(
      files.map(async (path) => {
        const { name, files: beside } = await call.file(path)
        const { zones, problems } = loadZones({ zone: name, origin: call.text('origin') }, beside, place)
        return {
          zones: zones.map((zone) => ({ ...zone, file: path })),
          problems: problems.map((problem) => beside.placed(problem)),
        }
      }),
    )
  }
  return place.instances.map((instance) => {
    const { zones, problems } = loadZones(config.parse(instance.config), instance.files, place)
    return { zones, problems: problems.map((problem) => instance.files.placed(problem)) }
  })
}

function verdict({ file, apex, entries }: LoadedZone): { readonly en: string; readonly es: string } {
  const zone = buildZone(entries)
  const { records } = zone
  const serial = serialOf(zone)
  return {
    en: `${file}: zone ${printName(apex)}, serial ${serial}, ${quantity(records, 'record', 'records')}: valid`,
    es: `${file}: zona ${printName(apex)}, serie ${serial}, ${quantity(records, 'registro', 'registros')}: válida`,
  }
}

function shown({ file, apex, entries }: LoadedZone): string {
  return `; ${file}\n${printZone(entries, apex)}`.trimEnd()
}
