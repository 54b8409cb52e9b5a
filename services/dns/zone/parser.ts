/** Reads master files into records (RFC 1035 §5, RFC 2308 §4, RFC 3597 §5). */
import { posix } from 'node:path'
import { quantity } from '../../../lab/kit/quantity.ts'
import { FileError, type Problem, type Text } from '../../../lab/service.ts'
import { TTL_LIMIT, type Token } from '../records/fields.ts'
import { parseDuration } from '../records/numbers.ts'
import { findType, TYPE, type RecordType } from '../records/types.ts'
import { parseData } from '../records/data.ts'
import type { Name } from '../wire/name.ts'
import { expand, parseRange } from './generate.ts'
import { readHead, type Head } from './head.ts'
import { Misplaced, Reader } from './reader.ts'
import { scan, SCAN_TEXTS, type Entry, type Position } from './scanner.ts'

/** One record with the place where it is written. */
export interface ZoneRecord extends Position {
  readonly owner: Name
  readonly type: number
  readonly ttl: number
  readonly data: Buffer
  readonly file: string
}

/** What a master file holds; `attempted` are the types of entries that could not be read. */
export interface ParsedFile {
  readonly records: readonly ZoneRecord[]
  readonly problems: readonly Problem[]
  readonly attempted: ReadonlySet<number>
}

/** Files in files at most. */
const INCLUDE_DEPTH = 10
/** Files read for one zone at most, however they include each other. */
const FILE_LIMIT = 100
const RECORD_LIMIT = 200_000
const PROBLEM_LIMIT = 200
const TEXT_LIMIT = 32 * 1024 * 1024
const LINE_LIMIT = 256 * 1024
/** Characters that all $GENERATE of a zone may make at most. */
const GENERATED_LIMIT = 32 * 1024 * 1024

interface State {
  readonly read: (file: string) => string
  readonly records: ZoneRecord[]
  readonly problems: Problem[]
  readonly attempted: Set<number>
  files: number
  /** Characters made by $GENERATE. */
  generated: number
  /** Set by $TTL (RFC 2308 §4). */
  defaultTtl: number | undefined
  /** The last one stated or used (RFC 1035 §5.1). */
  lastTtl: number | undefined
  /** Whether that was used, and told. */
  repeatsTtl: boolean
}

interface Place {
  readonly file: string
  /** The files that include this one, the outermost first. */
  readonly above: readonly string[]
  origin: Name
  owner: Name | undefined
}

/** Reads a master file and all that it includes; `read` gets the name of a file and throws if there is none. */
export function parseFile(file: string, origin: Name, read: (file: string) => string): ParsedFile {
  const state: State = {
    read,
    records: [],
    problems: [],
    attempted: new Set(),
    files: 0,
    generated: 0,
    defaultTtl: undefined,
    lastTtl: undefined,
    repeatsTtl: false,
  }
  readFile(state, { file, above: [], origin, owner: undefined }, { file, line: 1, column: 1 })
  return state
}

/** A problem of a zone file, which has no paths. */
export function problemAt(
  at: Position & { readonly file: string },
  message: Text,
  severity: 'error' | 'warning' = 'error',
): Problem {
  return { file: at.file, line: at.line, column: at.column, path: '', message, severity }
}

function report(state: State, file: string, at: Position, message: Text, severity?: 'warning'): void {
  if (state.problems.length < PROBLEM_LIMIT)
    state.problems.push(problemAt({ file, line: at.line, column: at.column }, message, severity))
}

function readFile(state: State, place: Place, from: Position & { readonly file: string }): void {
  let text: string
  state.files += 1
  try {
    // Some editors put a byte order mark in front, which is no part of the first word.
    text = state.read(place.file).replace(/^\uFEFF/, '')
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.problems.length > 0) state.problems.push(...error.problems)
    else report(state, from.file, from, error.text)
    // What the file would have held is not also reported as missing.
    state.attempted.add(TYPE.soa).add(TYPE.ns)
    return
  }
  const long = text.length > TEXT_LIMIT || text.split('\n').some((line) => line.length > LINE_LIMIT)
  if (long) {
    report(
      state,
      place.file,
      { line: 1, column: 1 },
      {
        en: `the file is too large: at most ${TEXT_LIMIT} characters, ${LINE_LIMIT} in a line`,
        es: `el fichero es demasiado grande: como mucho ${TEXT_LIMIT} caracteres, ${LINE_LIMIT} por línea`,
      },
    )
    return
  }
  const entries = scan(text, (mistake, at) => report(state, place.file, at, SCAN_TEXTS[mistake]))
  for (const entry of entries) readEntry(state, place, entry)
}

function readEntry(state: State, place: Place, entry: Entry): void {
  try {
    if (entry.broken) noteAttempt(state, entry)
    else if (entry.tokens[0]?.text.startsWith('$') && !entry.indented) readDirective(state, place, entry)
    else readRecord(state, place, entry)
  } catch (error) {
    if (!(error instanceof Misplaced)) throw error
    noteAttempt(state, entry)
    report(state, place.file, error.at, error.text)
  }
}

// A record that could not be read is not also reported as missing.
function noteAttempt(state: State, entry: Entry): void {
  for (const token of entry.tokens) {
    const type = token.quoted ? undefined : findType(token.text)
    if (type !== undefined) state.attempted.add(type.code)
  }
}

function readDirective(state: State, place: Place, entry: Entry): void {
  const reader = new Reader(entry, place.origin)
  const directive = reader.take()
  switch (directive.text.toUpperCase()) {
    case '$ORIGIN': {
      const origin = reader.name()
      reader.finish()
      place.origin = origin
      return
    }
    case '$TTL': {
      const ttl = reader.step(() => parseDuration(reader.take()))
      reader.finish()
      state.defaultTtl = ttl
      return
    }
    case '$INCLUDE':
      include(state, place, reader, directive)
      return
    case '$GENERATE':
      generate(state, place, reader, directive)
      return
    default:
      throw new Misplaced(directive, {
        en: `"${directive.text}" is not known here: $ORIGIN, $TTL, $INCLUDE and $GENERATE are`,
        es: `"${directive.text}" no se conoce aquí: sí $ORIGIN, $TTL, $INCLUDE y $GENERATE`,
      })
  }
}

function include(state: State, place: Place, reader: Reader, directive: Token): void {
  const file = reader.take()
  const origin = reader.hasMore() ? reader.name() : place.origin
  reader.finish()
  const above = [...place.above, place.file]
  checkInclude(state, above, file, directive)
  // The including file keeps its own origin and owner (RFC 1035 §5.1).
  readFile(state, { file: file.text, above, origin, owner: place.owner }, { ...file, file: place.file })
}

// Files that include each other would else be read a number of times that grows exponentially with their depth.
function checkInclude(state: State, above: readonly string[], file: Token, directive: Token): void {
  if (above.some((each) => posix.normalize(each) === posix.normalize(file.text))) {
    throw new Misplaced(directive, {
      en: `${file.text} includes itself: take this $INCLUDE away`,
      es: `${file.text} se incluye a sí mismo: quita este $INCLUDE`,
    })
  }
  if (above.length > INCLUDE_DEPTH) {
    throw new Misplaced(directive, {
      en: `files include each other more than ${INCLUDE_DEPTH} deep; include this one from a file further up`,
      es: `los ficheros se incluyen con más de ${INCLUDE_DEPTH} niveles; incluye este desde un fichero más arriba`,
    })
  }
  if (state.files >= FILE_LIMIT) {
    throw new Misplaced(directive, {
      en: `the zone includes more than ${FILE_LIMIT} files; join some of them`,
      es: `la zona incluye más de ${FILE_LIMIT} ficheros; junta algunos`,
    })
  }
}

// "$GENERATE range owner [ttl] [class] type data", as BIND reads it: data of several words stands in quotes.
function generate(state: State, place: Place, reader: Reader, directive: Token): void {
  const range = reader.step(() => parseRange(reader.take()))
  const owner = reader.take()
  const head = readHead(reader)
  const template = reader.take()
  const more = reader.peek()
  if (more !== undefined) {
    throw new Misplaced(more, {
      en: `"${more.text}" is one word too many: put the data of $GENERATE in quotes, as in "10 mail$"`,
      es: `"${more.text}" es una palabra de más: pon los datos de $GENERATE entre comillas, como en "10 mail$"`,
    })
  }
  for (const made of expand(range, owner, template)) {
    state.generated += made.size
    if (state.generated > GENERATED_LIMIT) {
      throw new Misplaced(directive, {
        en: `$GENERATE makes more than ${GENERATED_LIMIT} characters for this zone; shorten its range or its data`,
        es: `$GENERATE produce más de ${GENERATED_LIMIT} caracteres para esta zona; acorta su rango o sus datos`,
      })
    }
    const name = new Reader(made.owner, place.origin, owner).name()
    const data = new Reader(made.data, place.origin, template)
    addRecord(state, place, { at: directive, owner: name, head }, data)
  }
}

function readRecord(state: State, place: Place, entry: Entry): void {
  const reader = new Reader(entry, place.origin)
  const at = entry.tokens[0] ?? entry.end
  const owner = readOwner(place, reader, entry, at)
  addRecord(state, place, { at, owner, head: readHead(reader) }, reader)
}

/** A record up to its data. */
interface Start {
  /** Where it stands. */
  readonly at: Position
  readonly owner: Name
  readonly head: Head
}

function addRecord(state: State, place: Place, { at, owner, head }: Start, reader: Reader): void {
  const { ttl, type, token } = head
  const data = reader.step(() => parseData(type, reader, reader.peek()))
  reader.finish()
  const chosen = ttl ?? chooseTtl(state, place, type, data, token)
  state.lastTtl = chosen
  if (state.records.length >= RECORD_LIMIT) {
    throw new Misplaced(at, {
      en: `the zone has more than ${RECORD_LIMIT} records`,
      es: `la zona tiene más de ${RECORD_LIMIT} registros`,
    })
  }
  const { line, column } = at
  state.records.push({ owner, type: type.code, ttl: chosen, data, file: place.file, line, column })
}

function readOwner(place: Place, reader: Reader, entry: Entry, at: Position): Name {
  if (!entry.indented) place.owner = reader.name()
  if (place.owner === undefined) {
    throw new Misplaced(at, {
      en: 'the first record needs an owner: write its name, or @ for the origin, at the start of the line',
      es: 'el primer registro necesita un propietario: escribe su nombre, o @ para el origen, al principio de la línea',
    })
  }
  return place.owner
}

// "$TTL", else the last time stated (RFC 1035 §5.1), else the SOA's minimum; all but the first deserve a warning.
function chooseTtl(state: State, place: Place, type: RecordType, data: Buffer, token: Token): number {
  if (state.defaultTtl !== undefined) return state.defaultTtl
  if (state.lastTtl !== undefined) {
    if (!state.repeatsTtl) report(state, place.file, token, REPEATED_TTL, 'warning')
    state.repeatsTtl = true
    return state.lastTtl
  }
  if (type.code !== TYPE.soa) {
    throw new Misplaced(token, {
      en: 'no time to live is known for this record: put "$TTL 3600" at the top of the file',
      es: 'no se sabe el tiempo de vida de este registro: pon "$TTL 3600" al principio del fichero',
    })
  }
  const minimum = Math.min(data.readUInt32BE(data.length - 4), TTL_LIMIT)
  const warning = {
    en: `there is no $TTL: the minimum of the SOA, ${quantity(minimum, 'second', 'seconds')}, stands in for it`,
    es: `no hay $TTL: en su lugar se usa el mínimo del SOA, ${quantity(minimum, 'segundo', 'segundos')}`,
  }
  report(state, place.file, token, warning, 'warning')
  state.defaultTtl = minimum
  return minimum
}

const REPEATED_TTL: Text = {
  en: 'there is no $TTL: this record and others without a time to live repeat that of the record before (RFC 1035 §5.1)',
  es: 'no hay $TTL: este registro y otros sin tiempo de vida repiten el del registro anterior (RFC 1035 §5.1)',
}
