/** Students from a CSV file: Moodle's list of participants, GitHub Classroom's roster, or plain `id,name,email`. */
import { MOST_STUDENTS, type Student } from './course.ts'
import { openQuote, readTable, separatorOf, type Row } from '../kit/csv.ts'
import { STUDENT } from '../scenario/params.ts'
import type { Problem, Text } from '../service.ts'

/** Characters of the longest cell. */
const LONGEST = 300

/** The columns that may hold an id, the best first, as Moodle calls them in both languages, GitHub Classroom, and people. */
const ids = [
  'id',
  'idnumber',
  'numerodeid',
  'studentid',
  'student',
  'dni',
  'identifier',
  'username',
  'nombredeusuario',
  'githubusername',
]
const names = ['name', 'fullname', 'nombrecompleto', 'firstname', 'nombre']
const surnames = ['lastname', 'surname', 'apellidos', 'apellido']
const emails = ['email', 'emailaddress', 'correo', 'direcciondecorreo', 'direcciondecorreoelectronico']

/** The students of a roster, or all that is wrong with it. */
export interface Roster {
  readonly students: readonly Student[]
  /** Why nobody is taken in. */
  readonly problems: readonly Problem[]
  /** Rows without an id: who stands there can be taken in later, and changes nobody's values. */
  readonly skipped: readonly Problem[]
}

/** Reads a roster; `column` names the one that holds the ids, where the file has several to choose from. */
export function readRoster(file: string, octets: Uint8Array, column?: string): Roster {
  const [problems, skipped]: [Problem[], Problem[]] = [[], []]
  const tell = (line: number, message: Text, at = 1, path = ''): void =>
    void problems.push({ file, line, column: at, path, message })
  const skip = (line: number, message: Text, at: number): void =>
    void skipped.push({ file, line, column: at, path: 'id', message })
  const text = decoded(octets)
  if (text === undefined) {
    tell(1, {
      en: 'the file is not UTF-8: save it as "CSV UTF-8"',
      es: 'el fichero no es UTF-8: guárdalo como "CSV UTF-8"',
    })
    return { students: [], problems, skipped }
  }
  const all = readTable(text, separatorOf(text))
  const open = openQuote(all)
  if (open !== undefined)
    tell(open, {
      en: 'a quote that opens here never closes',
      es: 'unas comillas que se abren aquí no se cierran',
    })
  const rows = all.filter(({ cells }) => cells.some(({ value }) => value.trim() !== ''))
  const [first] = rows
  if (first === undefined) {
    tell(1, { en: 'the file is empty', es: 'el fichero está vacío' })
    return { students: [], problems, skipped }
  }
  const places = columnsOf(valuesOf(first), column)
  if (places === undefined) {
    const there = valuesOf(first)
      .map((cell) => `"${cell.slice(0, 40)}"`)
      .slice(0, 20)
      .join(', ')
    tell(first.line, {
      en: `no column holds ids; there are: ${there}. Name it with --id COLUMN`,
      es: `ninguna columna contiene identificadores; hay: ${there}. Dila con --id COLUMNA`,
    })
    return { students: [], problems, skipped }
  }
  const students = studentsOf(places.hasHeader ? rows.slice(1) : rows, places, { tell, skip })
  // Who has no id at all has another column.
  if (students.length === 0) problems.push(...skipped.splice(0))
  return { students: problems.length === 0 ? students : [], problems, skipped }
}

function valuesOf({ cells }: Row): string[] {
  return cells.map(({ value }) => value)
}

interface Columns {
  readonly hasHeader: boolean
  readonly id: number
  readonly name: readonly number[]
  readonly email: number
}

function columnsOf(cells: readonly string[], column: string | undefined): Columns | undefined {
  const keys = cells.map(keyOf)
  const find = (wanted: readonly string[]): number =>
    wanted.map((key) => keys.indexOf(key)).find((index) => index >= 0) ?? -1
  const email = find(emails)
  const name = [find(names), find(surnames)].filter((index) => index >= 0)
  if (column !== undefined) {
    const id = keys.indexOf(keyOf(column))
    return id < 0 ? undefined : { hasHeader: true, id, name, email }
  }
  const id = find(ids)
  if (id >= 0) return { hasHeader: true, id, name, email }
  if (email >= 0) return { hasHeader: true, id: email, name, email }
  // Without names of columns it is id,name,email, if that can be.
  const isTelling = /\d/.test(cells[0] ?? '') || (cells[2] ?? '').includes('@')
  const isPlain = name.length === 0 && isTelling && STUDENT.test(localPart(cells[0] ?? ''))
  return isPlain ? { hasHeader: false, id: 0, name: [1], email: 2 } : undefined
}

/** Who hears of what is wrong with a row. */
interface Heard {
  readonly tell: (line: number, message: Text, column?: number, path?: string) => void
  readonly skip: (line: number, message: Text, column: number) => void
}

/** Of an address the part before the @, which may be an id; all of anything else. */
function localPart(text: string): string {
  return /^([^@\s]+)@[^@\s]+$/.exec(text)?.[1] ?? text
}

function withoutId(who: string): Text {
  const said = clean(who.trim()).slice(0, 80)
  return { en: `"${said}" has no id, and is left out`, es: `"${said}" no tiene identificador y queda fuera` }
}

function studentsOf(rows: readonly Row[], { id, name, email }: Columns, { tell, skip }: Heard): Student[] {
  const seen = new Map<string, number>()
  const students: Student[] = []
  for (const { line, cells } of rows) {
    const cell = (index: number): string => (cells[index]?.value ?? '').trim()
    const own = localPart(cell(id))
    const before = seen.get(own.toLowerCase())
    if (seen.size >= MOST_STUDENTS) {
      tell(line, {
        en: `more than ${MOST_STUDENTS} students`,
        es: `más de ${MOST_STUDENTS} estudiantes`,
      })
      break
    }
    const full = clean(
      name
        .map(cell)
        .filter((part) => part !== '')
        .join(' '),
    )
    if (own === '') skip(line, withoutId(full || cells.map(({ value }) => value.trim()).join(' ')), id + 1)
    else if (!STUDENT.test(own))
      tell(
        line,
        {
          en: `"${own.slice(0, 80)}" is no student id: letters, digits, dot, dash and underscore, at most 64`,
          es: `"${own.slice(0, 80)}" no es un identificador de estudiante: letras, cifras, punto, guion y guion bajo, 64 como mucho`,
        },
        id + 1,
        'id',
      )
    else if (before !== undefined)
      tell(
        line,
        { en: `"${own}" is in line ${before} already`, es: `"${own}" ya está en la línea ${before}` },
        id + 1,
        'id',
      )
    else {
      seen.set(own.toLowerCase(), line)
      const address = email < 0 && own !== cell(id) ? cell(id) : cell(email)
      students.push({ id: own, name: full, email: clean(address) })
    }
  }
  return students
}

/** Names end in terminals and spreadsheets, where control characters do harm. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ').slice(0, LONGEST)
}

/** The name of a column without case, accents, spaces and signs. */
function keyOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

/** UTF-8 or, as spreadsheets write it, UTF-16 with its mark. */
function decoded(octets: Uint8Array): string | undefined {
  const isWide = octets[0] === 0xff && octets[1] === 0xfe
  try {
    return new TextDecoder(isWide ? 'utf-16le' : 'utf-8', { fatal: true }).decode(octets)
  } catch {
    return undefined
  }
}
