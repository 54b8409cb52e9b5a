/** Finds work that two students of a class share. Each match is a reason to look, and no verdict. */
import type { Text } from '../service.ts'
import type { Flag } from './model.ts'
import type { ArtifactPrint, Print } from './compare-print.ts'

/** Shared stretches that count: fewer may be chance. */
const [GAPS, LINES] = [6, 5]

/** Characters of an artifact that is long enough to be somebody's own work. */
const LONG = 200

/** How many may hand in the same artifact before it is taken for what the task asks for: so many, or this share of the class. */
const [FEW, SHARE] = [3, 0.2]

/** What two students share. */
export interface Match {
  readonly students: readonly [string, string]
  readonly flag: Flag
}

/** Compares all with all; `common` are the normal forms of the files that everybody was given. */
export function compare(prints: readonly Print[], common: ReadonlySet<string> = new Set()): Match[] {
  return [
    ...sameFiles(prints),
    ...mentions(prints),
    ...shared(
      prints,
      ({ lines }) => lines,
      LINES,
      'same-events',
      (count) => ({
        en: `have the same events in their journals, to the millisecond (${count} stretches)`,
        es: `tienen los mismos hechos en sus diarios, al milisegundo (${count} tramos)`,
      }),
    ),
    ...shared(
      prints,
      ({ gaps }) => gaps,
      GAPS,
      'same-timing',
      (count) => ({
        en: `have the same times between events, to the millisecond (${count} stretches)`,
        es: `tienen los mismos tiempos entre hechos, al milisegundo (${count} tramos)`,
      }),
    ),
    ...sameArtifacts(prints, common),
  ]
}

/** The flags of one student among the matches. */
export function flagsOf(student: string, matches: readonly Match[]): Flag[] {
  return matches.filter(({ students }) => students.includes(student)).map(({ flag }) => flag)
}

function match(kind: string, one: string, other: string, said: Text): Match {
  return {
    students: [one, other],
    flag: {
      kind,
      text: {
        en: `students ${one} and ${other} ${said.en}`,
        es: `los estudiantes ${one} y ${other} ${said.es}`,
      },
    },
  }
}

/** The same file twice, under whatever name. */
function sameFiles(prints: readonly Print[]): Match[] {
  return pairs(groups(prints, ({ digest }) => [digest])).map(([one, other]) =>
    match('replayed', one.student, other.student, {
      en: `hand in the same file: ${one.path} and ${other.path}`,
      es: `entregan el mismo fichero: ${one.path} y ${other.path}`,
    }),
  )
}

function mentions(prints: readonly Print[]): Match[] {
  return prints.flatMap(({ student, mentions: found }) => {
    const first = new Map(found.toReversed().map((mention) => [mention.owner, mention]))
    return [...first.values()].map(({ owner, text, line, file }) => {
      const [en, es] = file === undefined ? ['the journal', 'el diario'] : [file, file]
      return match('foreign-value', student, owner, {
        en: `share a value: "${text}" belongs to ${owner}, and stands in ${en} of ${student} (line ${line})`,
        es: `comparten un valor: "${text}" es de ${owner}, y está en ${es} de ${student} (línea ${line})`,
      })
    })
  })
}

function shared(
  prints: readonly Print[],
  numbers: (print: Print) => readonly number[],
  least: number,
  kind: string,
  said: (count: number) => Text,
): Match[] {
  const counts = new Map<string, { readonly pair: readonly [Print, Print]; count: number }>()
  for (const pair of pairs(groups(prints, numbers))) {
    const key = pair.map((print) => prints.indexOf(print)).join()
    const found = counts.get(key)
    if (found === undefined) counts.set(key, { pair, count: 1 })
    else found.count += 1
  }
  return [...counts.values()]
    .filter(({ pair: [one, other], count }) => count >= least && one.student !== other.student)
    .map(({ pair: [one, other], count }) => match(kind, one.student, other.student, said(count)))
}

function sameArtifacts(prints: readonly Print[], common: ReadonlySet<string>): Match[] {
  const most = Math.max(FEW, prints.length * SHARE)
  const wanted = ({ artifacts }: Print): readonly ArtifactPrint[] =>
    artifacts.filter(({ normal, length }) => length >= LONG && !common.has(normal))
  const found = groups(prints, (print) => wanted(print).map(({ normal }) => normal))
  return pairs(new Map([...found].filter(([, group]) => group.length <= most))).flatMap(([one, other]) => {
    const same = wanted(one).filter(({ normal }) => wanted(other).some((its) => its.normal === normal))
    const isExact = same.some(({ exact }) => wanted(other).some((its) => its.exact === exact))
    const names = [...new Set(same.map(({ name }) => name))].join(', ')
    return one.student === other.student
      ? []
      : [
          match('same-artifact', one.student, other.student, {
            en: `hand in the same ${names}${isExact ? ', to the octet' : ', but for comments, spaces and their own values'}`,
            es: `entregan el mismo ${names}${isExact ? ', octeto a octeto' : ', salvo comentarios, espacios y sus propios valores'}`,
          }),
        ]
  })
}

/** Who has what. */
function groups<Key>(prints: readonly Print[], keys: (print: Print) => readonly Key[]): Map<Key, Print[]> {
  const found = new Map<Key, Print[]>()
  for (const print of prints) {
    for (const key of new Set(keys(print))) {
      const group = found.get(key)
      if (group === undefined) found.set(key, [print])
      else group.push(print)
    }
  }
  return found
}

/** Every two of each group; what very many share tells nothing of two. */
function pairs<Key>(found: ReadonlyMap<Key, readonly Print[]>): (readonly [Print, Print])[] {
  return [...found.values()].flatMap((group) =>
    group.length < 2 || group.length > 50
      ? []
      : group.flatMap((one, index) => group.slice(index + 1).map((other) => [one, other] as const)),
  )
}
