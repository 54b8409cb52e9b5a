import { styleText } from 'node:util'
import { z } from 'zod'
import { spanishOf } from '../kit/spanish.ts'
import type { Text } from '../service.ts'
import type { BroughtVerb, Verbs } from '../scenario/tasks.ts'
import type { Io } from './command.ts'
import { columns } from './help.ts'

/** What a verb looks at, in a word. */
const KINDS: Readonly<Record<BroughtVerb['verb']['kind'], Text>> = {
  evidence: { en: 'the journal', es: 'el diario' },
  probe: { en: 'asks the server', es: 'pregunta al servidor' },
  artifact: { en: 'a file that is handed in', es: 'un fichero entregado' },
}

/** The verbs for a person: each with what it looks at, and its settings a line each. */
export function verbLines(verbs: Verbs, io: Pick<Io, 'language' | 'pick'>): string[] {
  return [...verbs].flatMap(([name, { verb }]) => [
    `${styleText('bold', name)}: ${io.pick(verb.summary)} (${io.pick(KINDS[verb.kind])})`,
    ...columns(settingsOf(verb.settings, io)),
    '',
  ])
}

function settingsOf(settings: z.ZodType, io: Pick<Io, 'language' | 'pick'>): [string, string][] {
  const { properties = {}, required = [] } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' })
  const spanish = spanishOf(settings)
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', enum: words, default: usual } = typeof property === 'object' ? property : {}
    const said = io.language === 'es' ? (spanish[name] ?? description) : description
    const more = [
      ...(required.includes(name) ? [io.pick({ en: 'needed', es: 'obligatoria' })] : []),
      ...(words === undefined ? [] : [words.join(', ')]),
      ...(usual === undefined || isEmpty(usual)
        ? []
        : [io.pick({ en: `else ${show(usual)}`, es: `si no, ${show(usual)}` })]),
    ]
    return [name, more.length === 0 ? said : `${said} (${more.join('; ')})`]
  })
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
