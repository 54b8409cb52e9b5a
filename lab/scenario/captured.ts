/** What is wrong with a task whose evidence a capture is to show. */
import type { Text } from '../service.ts'
import type { PlannedTask } from './task.ts'
import type { Verbs } from './tasks.ts'

/** A mistake of a task, and the key under which it stands. */
interface Misfit {
  readonly key: 'file' | 'phases' | 'when' | 'check'
  readonly text: Text
}

/** What does not go together with `file` in a task whose verbs look at the journal or ask a server. */
export function fileMisfits({ check, phases, when, file }: PlannedTask, verbs: Verbs): Misfit[] {
  if (file === undefined) return []
  const steps = [check, ...phases.map((phase) => phase.check)].flatMap((each) => each?.steps ?? [])
  const names = new Set(steps.map(({ verb }) => verb))
  const kinds = new Set([...names].flatMap((name) => verbs.get(name)?.verb.kind ?? []))
  if (kinds.size !== 1 || kinds.has('artifact')) return []
  if (kinds.has('probe')) return [{ key: 'file', text: nobodyReads }]
  const unseen = [...names].filter((name) => !isSeen(name, verbs))
  return [
    ...(phases.length > 0 ? [{ key: 'phases', text: noPhases } as const] : []),
    ...(when === 'now' ? [{ key: 'when', text: noNow } as const] : []),
    ...unseen.map((name) => ({ key: 'check', text: neverShown(name, seenVerbs(verbs)) }) as const),
  ]
}

function seenVerbs(verbs: Verbs): string[] {
  return [...verbs.keys()].filter((name) => isSeen(name, verbs))
}

/** Whether a capture can show what the verb looks for. */
function isSeen(name: string, verbs: Verbs): boolean {
  const { verb, capture } = verbs.get(name) ?? {}
  if (verb?.kind !== 'evidence') return false
  return verb.facts.some((kind) => capture?.witnesses.facts.includes(kind) === true)
}

const nobodyReads: Text = {
  en: 'a check that asks a server looks at no file',
  es: 'una comprobación que pregunta a un servidor no mira ningún fichero',
}

const noPhases: Text = {
  en: 'a capture shows what was: phases, which change the lab, are for checks of now. Leave them or "file" out',
  es: 'una captura muestra lo que fue: las fases, que cambian el laboratorio, son para comprobaciones de ahora. Quita las fases o "file"',
}

const noNow: Text = {
  en: 'a capture shows what was: leave "when" out, or write `when: ever`',
  es: 'una captura muestra lo que fue: quita "when", o escribe `when: ever`',
}

function neverShown(name: string, others: readonly string[]): Text {
  const list = others.join(', ')
  return {
    en: `no capture shows ${name}; with "file" a task may say: ${list || 'nothing, for no service of the scenario reads captures'}`,
    es: `ninguna captura muestra ${name}; con "file" una tarea puede decir: ${list || 'nada, pues ningún servicio del escenario lee capturas'}`,
  }
}
